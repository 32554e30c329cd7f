"""Buildout recipes of the software releases in the interop tests.

They need nothing but what the environment holds, so that a software release
builds without a download, and they reach the master only through the library
slapos.slap, as the recipes of every software release do.

  copy      (software)  write the file `source` to `target`
  fail      (software)  fail with the text of `message`
  instance  (instance)  deploy a partition, see Instance
"""
import json
import os

from zc.buildout import UserError

# What the master puts among the parameters of an instance.
MASTER_KEYS = frozenset((
    'full_address_list', 'full_ip_list', 'instance_title', 'ip_list',
    'root_instance_title', 'slap_computer_id', 'slap_computer_partition_id',
    'slap_software_release_url', 'slap_software_type', 'slave_instance_list',
    'timestamp'))


class Recipe:
    def __init__(self, buildout, name, options):
        self.buildout = buildout
        self.options = options

    def install(self):
        raise NotImplementedError

    def update(self):
        return self.install()


class Copy(Recipe):
    def install(self):
        with open(self.options['source']) as source, open(self.options['target'], 'w') as target:
            target.write(source.read())
        return []


class Fail(Recipe):
    def install(self):
        raise UserError(self.options['message'])


class Instance(Recipe):
    """Deploy one partition according to its software type.

    default  publishes `greeting` (made of parameter `who`), `ipv4`, and `url`
             and `for` for each shared instance that it hosts
    parent   requests an instance `child` of type `child` and, if parameter
             `shared` is set, a shared instance of type `default`; publishes
             what these published (or `pending`), as JSON in `_`
    child    publishes `url` and `root`

    Every deployment writes a supervised service (etc/service/sleeper), what
    was received (received.json), and one more line in deployments.txt.
    Parameter `fail-instance` = `1` makes it fail after that.
    """

    def install(self):
        from slapos.slap import slap
        # no call before this point: buildout also creates recipes only to
        # compute their options
        connection = self.buildout['slap-connection']
        self.state = connection['requested-state']
        client = slap()
        client.initializeConnection(
            connection['server-url'], connection.get('key-file') or None, connection.get('cert-file') or None)
        partition = client.registerComputerPartition(connection['computer-id'], connection['partition-id'])
        received = partition.getInstanceParameterDict()
        self.master = {key: received[key] for key in received if key in MASTER_KEYS}
        self.parameters = {key: received[key] for key in received if key not in MASTER_KEYS}
        if '_' in self.parameters:
            self.parameters = json.loads(self.parameters['_'])
        self._write('received.json', json.dumps({
            'master': self.master, 'parameters': self.parameters,
            'state': partition.getState(), 'guid': partition.getInstanceGuid()}))
        self._write('deployments.txt', self.master['timestamp'] + '\n', mode='a')
        self._write('etc/service/sleeper', '#!/bin/sh\nexec sleep 100000\n')
        if self.parameters.get('fail-instance') == '1':
            raise UserError('this instance was asked to fail')
        getattr(self, 'deploy_' + partition.getType())(partition)
        return []

    def _write(self, name, content, mode='w'):
        path = os.path.join(self.buildout['buildout']['directory'], name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, mode) as f:
            f.write(content)
        os.chmod(path, 0o700)

    def _ipv4(self):
        return next(address for _, address in self.master['ip_list'] if '.' in address)

    def deploy_default(self, partition):
        for shared in self.master['slave_instance_list']:
            partition.setConnectionDict({
                'url': 'http://%s/%s' % (self._ipv4(), shared['slave_title']),
                'for': shared.get('who', 'nobody'),
            }, shared['slave_reference'])
        partition.setConnectionDict({
            'greeting': 'hello %s' % self.parameters.get('who', 'world'),
            'ipv4': self._ipv4(),
        })

    def deploy_parent(self, partition):
        release = self.master['slap_software_release_url']
        child = partition.request(
            release, 'child', 'child', state=self.state,
            partition_parameter_kw={'who': 'child of ' + self.parameters['who']})
        published = {'child-url': self._published_url(child)}
        if 'shared' in self.parameters:
            shared = partition.request(
                release, 'default', 'shared', shared=True,
                partition_parameter_kw={'who': self.parameters['shared']})
            published['shared-url'] = self._published_url(shared)
        partition.setConnectionDict({'_': json.dumps(published, sort_keys=True)})

    @staticmethod
    def _published_url(instance):
        return instance.getConnectionParameterDict().get('url', 'pending')

    def deploy_child(self, partition):
        partition.setConnectionDict({
            'url': 'http://%s/%s' % (self._ipv4(), self.master['instance_title']),
            'root': self.master['root_instance_title'],
        })
