"""Masters behind masters: this one before the Python proxy, and the Python proxy before this one."""
import slapos.slap
from slapos.slap import NotFoundError
from slapos.util import dumps

from harness import Master, PythonProxy, TemporaryDirectoryTestCase, description

RELEASE = 'https://software.example/software.cfg'
FAR = 'far-node'


def connect(url):
    client = slapos.slap.slap()
    client.initializeConnection(url)
    return client


def format_computer(client, computer_id, name):
    addresses = {'%s%d' % (name, i): ['10.0.0.%d' % (10 + i)] for i in range(3)}
    client.registerComputer(computer_id).updateConfiguration(dumps(description(computer_id, addresses)))


def section(url, **keys):
    return {'multimaster/' + url: {'software_release_list': RELEASE, **keys}}


class Masters:
    """What is expected of a near master that forwards to a far one, whichever programs they are."""

    def masters(self, **keys):
        """The URLs of the near and of the far one."""
        raise NotImplementedError

    def connected(self, **keys):
        near, far = (connect(url) for url in self.masters(**keys))
        format_computer(near, 'node', 'near')
        format_computer(far, FAR, 'far')
        return near, far

    def request(self, requester, title, release=RELEASE, **arguments):
        return requester.request(
            software_release=release, software_type='default', partition_reference=title,
            partition_parameter_kw={'size': '3'}, **arguments)

    def test_a_person_and_a_partition_request_there_and_read_what_is_published_there(self):
        near, far = self.connected()
        instance = self.request(near.registerOpenOrder(), 'db')
        self.assertEqual((instance.slap_computer_id, instance.getId()), (FAR, 'far0'))
        there = far.registerComputerPartition(FAR, 'far0')
        self.assertEqual(there.getInstanceParameterDict()['size'], '3')
        there.setConnectionDict({'url': 'http://db/'})
        self.assertEqual(self.request(near.registerOpenOrder(), 'db').getConnectionParameterDict(), {'url': 'http://db/'})

        self.request(near.registerOpenOrder(), 'app', '/local.cfg')
        child = self.request(near.registerComputerPartition('node', 'near0'), 'db')
        self.assertEqual((child.slap_computer_id, child.getId()), (FAR, 'far1'))
        self.assertEqual(self.titles(far), ['user_db', 'near0_db'])

    def titles(self, far):
        """The titles of what is requested there."""
        partitions = far.registerComputer(FAR).getComputerPartitionList()
        return [partition.getInstanceParameterDict()['instance_title']
                for partition in partitions if partition.getState() != 'destroyed']

    def test_what_is_destroyed_here_is_destroyed_there(self):
        near, far = self.connected()
        self.request(near.registerOpenOrder(), 'db')
        self.request(near.registerOpenOrder(), 'db', state='destroyed')
        self.assertEqual(far.registerComputerPartition(FAR, 'far0').getState(), 'destroyed')

    def test_a_master_that_is_not_listed_is_not_found(self):
        near, _far = self.connected()
        with self.assertRaises(NotFoundError):
            self.request(near.registerOpenOrder(), 'db', filter_kw={'master_url': 'http://127.0.0.1:9/'})

    def test_a_partition_there_requests_for_everybody(self):
        near, far = self.connected(computer=FAR, partition='far0')
        self.request(far.registerOpenOrder(), 'agency', '/agency.cfg')
        instance = self.request(near.registerOpenOrder(), 'db')
        self.assertEqual((instance.slap_computer_id, instance.getId()), (FAR, 'far1'))
        there = far.registerComputerPartition(FAR, 'far1').getInstanceParameterDict()
        self.assertEqual((there['instance_title'], there['root_instance_title']), ('user_db', 'agency'))


class BeforeThePythonProxy(Masters, TemporaryDirectoryTestCase):
    def masters(self, **keys):
        directory = self.make_directory()
        far = PythonProxy(directory, FAR)
        self.enterContext(far)
        near = Master(directory, sections=section(far.url, **keys))
        self.addCleanup(near.dispose)
        near.start()
        return near.url, far.url


class BehindThePythonProxy(Masters, TemporaryDirectoryTestCase):
    def masters(self, **keys):
        directory = self.make_directory()
        far = Master(directory, FAR)
        self.addCleanup(far.dispose)
        far.start()
        near = PythonProxy(directory, sections=section(far.url, **keys))
        self.enterContext(near)
        return near.url, far.url
