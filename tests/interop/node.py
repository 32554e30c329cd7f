"""A node: the real agent working for a master, and the real command line."""
import configparser
import contextlib
import json
import os
import pwd
import shutil
import subprocess

from slapos.grid.svcbackend import getSupervisorRPC
from slapos.util import dumps

from harness import HERE, Master, TemporaryDirectoryTestCase, description, wait_until

# An address where nobody listens: `slapos node format` asks services of the
# Internet for the public address, which shall fail at once.
DEAD_PROXY = 'http://127.0.0.1:9'
COMMAND_TIMEOUT = 120
# Text and state of the reports of an agent.
STARTED = ('#access Instance correctly started', 'started')
STOPPED = ('#access Instance correctly stopped', 'stopped')


def run(arguments, status=0, **variables):
    """Run a command that must end with `status`; answer its whole output."""
    done = subprocess.run(
        arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=COMMAND_TIMEOUT, env={**os.environ, **variables})
    if done.returncode != status:
        raise AssertionError('%s ended with exit status %d instead of %d:\n%s' % (
            ' '.join(arguments), done.returncode, status, done.stdout))
    return done.stdout


def write_configuration(path, sections):
    parser = configparser.RawConfigParser()
    parser.read_dict(sections)
    with open(path, 'w') as f:
        parser.write(f)


class CommandLine:
    """The real client's command line, configured for a master."""

    def __init__(self, directory, master_url):
        self.configuration = os.path.join(directory, 'client.cfg')
        write_configuration(self.configuration, {'slapos': {'master_url': master_url}})

    def __call__(self, *arguments, status=0):
        return run(['slapos', *arguments, '--cfg', self.configuration], status)


class Releases:
    """The software releases of this directory, copied to where all may read."""

    def __init__(self, directory):
        self.directory = os.path.join(directory, 'release')
        shutil.copytree(os.path.join(HERE, 'software'), self.directory)
        self.software = self._write('software.cfg')
        self.broken = self._write('broken.cfg')

    def _write(self, name):
        path = os.path.join(self.directory, name)
        with open(path + '.in') as source, open(path, 'w') as target:
            target.write(source.read().replace('@HERE@', self.directory))
        return path


class Node:
    """The agent of one computer, with partitions `slappart0`..."""

    def __init__(self, directory, master, partitions, computer_id=None, settings=None, sections=None):
        self.directory = directory
        self.computer_id = computer_id or master.computer_id
        self.instance_root = os.path.join(directory, 'inst')
        self.software_root = os.path.join(directory, 'soft')
        self.configuration = os.path.join(directory, 'agent.cfg')
        self.partitions = ['slappart%d' % i for i in range(partitions)]
        for path in (self.instance_root, self.software_root):
            os.makedirs(path, exist_ok=True)
        definition = os.path.join(directory, 'format.cfg')
        user = pwd.getpwuid(os.getuid()).pw_name
        write_configuration(definition, {
            'computer': {'address': '10.0.0.1/255.255.255.255'},
            **{'partition_%d' % i: {
                'address': '10.0.0.%d/255.255.255.255 2001:db8::%d/ffff::' % (10 + i, 10 + i),
                'pathname': name, 'user': user, 'network_interface': '',
            } for i, name in enumerate(self.partitions)},
        })
        write_configuration(self.configuration, {
            'slapos': {
                'computer_id': self.computer_id,
                'master_url': master.url,
                'instance_root': self.instance_root,
                'software_root': self.software_root,
                'root_check': 'false',
                **(settings or {}),
                **{'pidfile_' + kind: os.path.join(directory, kind + '.pid')
                   for kind in ('software', 'instance', 'report')},
            },
            'slapformat': {
                'input_definition_file': definition,
                'partition_amount': str(partitions),
                'computer_xml': os.path.join(directory, 'computer.xml'),
                'alter_user': 'false', 'alter_network': 'false', 'create_tap': 'false', 'create_tun': 'false',
            },
            **(sections or {}),
        })

    def command(self, *arguments, status=0, **variables):
        return run(['slapos', 'node', *arguments, '--cfg', self.configuration], status, **variables)

    def format(self):
        return self.command('format', '--now', http_proxy=DEAD_PROXY, https_proxy=DEAD_PROXY, no_proxy='127.0.0.1')

    def software(self, **arguments):
        return self.command('software', **arguments)

    def instance(self, *partition_ids, **arguments):
        """Process these partitions; all when none is given."""
        only = ('--only-cp', ','.join(partition_ids)) if partition_ids else ()
        return self.command('instance', *only, **arguments)

    def report(self, **arguments):
        return self.command('report', **arguments)

    def bang(self, message):
        return self.command('bang', '--message', message)

    def path(self, partition_id, *names):
        return os.path.join(self.instance_root, partition_id, *names)

    def received(self, partition_id):
        """What the last deployment of the partition was told."""
        with open(self.path(partition_id, 'received.json')) as f:
            return json.load(f)

    def deployments(self, partition_id):
        """How often the partition was deployed."""
        with open(self.path(partition_id, 'deployments.txt')) as f:
            return len(f.readlines())

    def services(self):
        """The supervised services: partition and state of each."""
        with self._supervisor() as supervisor:
            processes = supervisor.getAllProcessInfo()
        return {p['group']: p['statename'] for p in processes if p['group'] in self.partitions}

    def _supervisor(self):
        return getSupervisorRPC(os.path.join(self.instance_root, 'sv.sock'))

    def dispose(self):
        """Stop the supervisor that `slapos node instance` left behind."""
        try:
            with open(os.path.join(self.instance_root, 'var', 'run', 'supervisord.pid')) as f:
                pid = int(f.read())
        except FileNotFoundError:
            return
        with contextlib.suppress(OSError), self._supervisor() as supervisor:
            supervisor.shutdown()
        wait_until(lambda: not os.path.exists('/proc/%d' % pid), 'the supervisor ends')


class AgentTestCase(TemporaryDirectoryTestCase):
    """The tests of a class share a master and a node."""

    partitions = 8

    @classmethod
    def setUpClass(cls):
        directory = cls.make_class_directory()
        cls.master = Master(directory)
        cls.addClassCleanup(cls.master.dispose)
        cls.master.start()
        cls.node = Node(directory, cls.master, cls.partitions)
        cls.addClassCleanup(cls.node.dispose)
        cls.releases = Releases(directory)
        cls.slapos = CommandLine(directory, cls.master.url)
        cls.node.format()

    def setUp(self):
        self.client = self.master.client()

    def request(self, title, parameters=None, software_type='default', **arguments):
        return self.client.registerOpenOrder().request(
            self.releases.software, title, parameters or {}, software_type=software_type, **arguments)

    def partition(self, partition_id):
        return self.client.registerComputerPartition('node', partition_id)

    def timestamp(self, partition_id):
        return self.partition(partition_id).getInstanceParameterDict()['timestamp']

    def report(self, partition_id):
        """Text and state of the latest report about the partition."""
        record = self.master.status(
            'getComputerPartitionStatus', computer_id='node', computer_partition_id=partition_id)
        return record['text'], record['state']


class CommandLineTestCase(TemporaryDirectoryTestCase):
    """Each test has a fresh master with two partitions."""

    def setUp(self):
        directory = self.make_directory()
        self.master = Master(directory, options={
            'software_product_list': '\nproduct https://product.example/software.cfg'})
        self.addCleanup(self.master.dispose)
        self.master.start()
        self.client = self.master.client()
        self.client.registerComputer('node').updateConfiguration(
            dumps(description('node', {'part0': ['10.0.0.10'], 'part1': ['10.0.0.11']})))
        self.releases = Releases(directory)
        self.slapos = CommandLine(directory, self.master.url)

    @staticmethod
    def messages(output):
        """The messages of the log, without time and level."""
        return [line.split(' INFO ', 1)[-1] for line in output.strip().splitlines()]

    def software(self):
        listed = self.client.registerComputer('node').getSoftwareReleaseList()
        return [(release.getURI(), release.getState()) for release in listed]
