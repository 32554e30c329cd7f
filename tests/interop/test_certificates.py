"""The real agent and client at a master that demands certificates."""
import os
import subprocess
import sys

import requests
from slapos.util import loads

from harness import Master, TemporaryDirectoryTestCase
from node import STARTED, Node, Releases, run

# What `slapos node register` does once it knows that it is root, which the agent of these tests must not be.
REGISTER = '''
import logging, sys
from slapos.cli.register import RegisterCommand, RegisterConfig, do_register
logging.basicConfig(level=logging.INFO)
parser = RegisterCommand.get_parser(RegisterCommand(None, None), 'register')
configuration = RegisterConfig(logging.getLogger())
configuration.setConfig(parser.parse_args(sys.argv[2:]))
configuration.slapos_configuration = sys.argv[1]
sys.exit(do_register(configuration))
'''


class Certificates(TemporaryDirectoryTestCase):
    """A person registers a node, and everybody proves who he is from then on."""

    @classmethod
    def setUpClass(cls):
        cls.directory = cls.make_class_directory()
        cls.master = Master(cls.directory, options={'tls': 'true', 'require_certificate': 'true'})
        cls.addClassCleanup(cls.master.dispose)
        cls.master.start()
        cls.releases = Releases(cls.directory)
        cls.configure_client()
        cls.register_node()
        cls.node.format()
        cls.slapos('supply', cls.releases.software, 'COMP-1')
        cls.node.software()

    @classmethod
    def configure_client(cls):
        token = cls.master.command('user', 'add', 'alice', '--token').strip()
        cls.client_configuration = os.path.join(cls.directory, 'client.cfg')
        run(['slapos', 'configure', 'client', '--cfg', cls.client_configuration, '--token', token,
             '--master-url', cls.master.url, '--master-url-web', cls.master.url.rstrip('/')])

    @classmethod
    def slapos(cls, *arguments, status=0):
        return run(['slapos', *arguments, '--cfg', cls.client_configuration], status)

    @classmethod
    def register(cls, title, status=0):
        token = cls.slapos('computer', 'token').rpartition('Computer token: ')[2].strip()
        configuration = os.path.join(cls.directory, 'etc-' + title)
        output = run([sys.executable, '-c', REGISTER, configuration, title, '--token', token,
                      '--master-url', cls.master.url, '--master-url-web', cls.master.url.rstrip('/')], status)
        return configuration, output

    @classmethod
    def register_node(cls):
        configuration, output = cls.register('laptop')
        assert 'Node has successfully been configured as COMP-1.' in output, output
        cls.ssl = os.path.join(configuration, 'ssl')
        cls.partition_pki = os.path.join(cls.ssl, 'partition_pki')
        cls.node = Node(cls.directory, cls.master, 3, 'COMP-1', {
            'key_file': os.path.join(cls.ssl, 'key'),
            'cert_file': os.path.join(cls.ssl, 'certificate'),
            'certificate_repository_path': cls.partition_pki,
        })
        cls.addClassCleanup(cls.node.dispose)

    def pair(self, partition_id):
        return [os.path.join(self.partition_pki, '%s.%s' % (partition_id, end)) for end in ('key', 'crt')]

    def person(self):
        return self.master.client(*(os.path.join(self.directory, 'client.' + end) for end in ('key', 'crt')))

    def request(self, title):
        # the node is not the computer that the master knows by itself
        order = self.person().registerOpenOrder()
        place = order.request(self.releases.software, title, filter_kw={'computer_guid': 'COMP-1'}).getId()
        self.node.instance(place)
        return place

    def record(self, partition_id):
        status = self.person()._connection_helper.GET(
            'getComputerPartitionStatus', params={'computer_id': 'COMP-1', 'computer_partition_id': partition_id})
        return loads(status)

    def events(self, title):
        cert = tuple(reversed([os.path.join(self.directory, 'client.' + end) for end in ('key', 'crt')]))
        answer = requests.post(self.master.url + 'slapos.allDocs.WIP.event_list', json={'instance_title': title},
                               cert=cert, verify=self.authority())
        answer.raise_for_status()
        return [(event['user'], event['kind']) for event in answer.json()['result_list']]

    def authority(self):
        path = os.path.join(self.directory, 'ca.pem')
        self.master.command('ca', 'export', '--output', path)
        return path

    def test_the_agent_deploys_with_its_own_certificate_and_instances_publish_with_theirs(self):
        place = self.request('first')
        record = self.record(place)
        self.assertEqual((record['text'], record['state'], record['user']), STARTED + ('COMP-1-' + place,))
        self.assertEqual(self.node.deployments(place), 1)
        self.assertEqual(self.node.services()[place], 'RUNNING')
        events = self.events('first')
        self.assertIn(('alice', 'requestComputerPartition'), events)
        self.assertIn(('COMP-1-' + place, 'setComputerPartitionConnectionXml'), events)
        kept = [open(path).read() for path in self.pair(place)]
        self.node.instance(place)
        self.assertEqual([open(path).read() for path in self.pair(place)], kept)
        self.assertIn('"first"', self.slapos('service', 'list'))

    def test_an_instance_publishes_for_itself_and_for_nobody_else(self):
        own, other = self.request('own'), self.request('other')
        client = self.master.client(*self.pair(own))
        client.registerComputerPartition('COMP-1', own).setConnectionDict({'url': 'mine'})
        with self.assertRaises(requests.HTTPError) as caught:
            client.registerComputerPartition('COMP-1', other).setConnectionDict({'url': 'stolen'})
        self.assertEqual(caught.exception.response.status_code, 403)
        self.assertIn('the instance COMP-1-%s has nothing to do with the partition %s of COMP-1' % (own, other),
                      caught.exception.response.text)

    def test_openssl_verifies_the_chain_and_the_list_of_revoked_certificates(self):
        authority = self.authority()
        crl = os.path.join(self.directory, 'crl.pem')

        def verify(certificate):
            self.master.command('ca', 'crl', '--output', crl)
            done = subprocess.run(
                ['openssl', 'verify', '-crl_check', '-CAfile', authority, '-CRLfile', crl, certificate],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            return done.returncode, done.stdout

        certificate = os.path.join(self.register('verified')[0], 'ssl', 'certificate')
        self.assertEqual(verify(certificate), (0, certificate + ': OK\n'))
        client = self.person().registerComputer(self.computer_of(certificate))
        client.revokeCertificate()
        status, output = verify(certificate)
        self.assertEqual(status, 2)
        self.assertIn('certificate revoked', output)

    @staticmethod
    def computer_of(path):
        with open(path) as f:
            text = f.read()
        start = text.find('COMP-')
        return text[start:text.find('/email', start)]

    def test_a_revoked_certificate_is_refused_on_the_next_connection(self):
        configuration, _ = self.register('revoked')
        pair = [os.path.join(configuration, 'ssl', name) for name in ('key', 'certificate')]
        computer_id = self.computer_of(pair[1])
        computer = self.master.client(*pair).registerComputer(computer_id)
        self.assertEqual(computer.getComputerPartitionList(), [])
        self.assertIn('is already in use', self.register('revoked', status=1)[1])
        computer.revokeCertificate()
        with self.assertRaises(requests.HTTPError) as caught:
            self.master.client(*pair).registerComputer(computer_id).getComputerPartitionList()
        self.assertEqual(caught.exception.response.status_code, 401)
        self.assertIn('The certificate of %s is revoked' % computer_id, caught.exception.response.text)
        again = os.path.join(self.register('revoked')[0], 'ssl', 'certificate')
        self.assertEqual(self.computer_of(again), computer_id)

    def test_a_wrong_token_is_refused_with_a_hint(self):
        output = run([sys.executable, '-c', REGISTER, os.path.join(self.directory, 'nowhere'), 'mallory', '--token', 'x',
                      '--master-url', self.master.url, '--master-url-web', self.master.url.rstrip('/')], 1)
        self.assertIn('Please check the authentication token or require a new one.', output)
