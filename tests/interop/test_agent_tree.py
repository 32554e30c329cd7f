"""The real agent deploying a whole tree, from the first run to the last."""
import json
import os

from slapos.slap import NotFoundError

from node import STARTED, STOPPED, AgentTestCase


class Tree(AgentTestCase):
    """A host, and a parent with a child and an instance shared on the host."""

    partitions = 4
    parameters = {'_': json.dumps({'who': 'the parent', 'shared': 'the shared one'})}

    def setUp(self):
        super().setUp()
        self.slapos('supply', self.releases.software, 'node')
        self.node.software()
        self.assertEqual(self.request('host').getId(), 'slappart0')
        self.assertEqual(self.parent().getId(), 'slappart1')

    def parent(self, state='started'):
        return self.request('tree', self.parameters, 'parent', state=state)

    def run_until(self, condition, command, limit=4):
        """Run the agent until the condition holds; answer how often it ran."""
        for runs in range(1, limit + 1):
            command()
            if condition():
                return runs
        self.fail('still not after %d runs' % limit)

    def published(self):
        return json.loads(self.parent(None).getConnectionParameterDict().get('_', '{}'))

    def occupied(self):
        """The title in each partition that holds an instance."""
        titles = {}
        for partition in self.client.registerComputer('node').getComputerPartitionList():
            try:
                partition.getSoftwareRelease()
            except NotFoundError:
                self.assertEqual(partition.getState(), 'destroyed')
                continue
            titles[partition.getId()] = partition.getInstanceParameterDict()['instance_title']
        return titles

    def settled(self):
        """Whether each deployed partition saw its latest timestamp."""
        for place in self.occupied():
            try:
                with open(self.node.path(place, '.timestamp')) as f:
                    if f.read() != self.timestamp(place):
                        return False
            except FileNotFoundError:
                return False
        return True

    def test_a_tree_is_deployed_stopped_started_and_destroyed(self):
        self.run_until(self.settled, self.node.instance)
        self.assertEqual(self.occupied(), {'slappart0': 'host', 'slappart1': 'tree', 'slappart2': 'child'})
        self.assertEqual(self.published(), {
            'child-url': 'http://10.0.0.12/child', 'shared-url': 'http://10.0.0.10/tree_shared'})
        self.assertEqual(self.partition('slappart2').getConnectionParameterDict(),
                         {'root': 'tree', 'url': 'http://10.0.0.12/child'})
        self.assertEqual(self.node.received('slappart2')['parameters'], {'who': 'child of the parent'})
        self.assertEqual(self.node.received('slappart0')['master']['slave_instance_list'], [{
            'slave_title': 'tree_shared', 'slave_reference': 'tree_shared', 'slap_software_type': 'default',
            'who': 'the shared one'}])
        self.assert_running(STARTED, slappart0='RUNNING', slappart1='RUNNING', slappart2='RUNNING')
        deployments = [self.node.deployments(place) for place in self.occupied()]
        self.node.instance()
        self.assertEqual([self.node.deployments(place) for place in self.occupied()], deployments)

        self.parent('stopped')
        self.run_until(self.settled, self.node.instance)
        self.assertEqual(self.node.services(), {'slappart0': 'RUNNING'})
        self.assertEqual([self.report(place) for place in self.occupied()], [STARTED, STOPPED, STOPPED])

        self.parent('started')
        self.run_until(self.settled, self.node.instance)
        self.assert_running(STARTED, slappart0='RUNNING', slappart1='RUNNING', slappart2='RUNNING')

        self.partition('slappart2').bang('wake the tree')
        self.assertFalse(self.settled())
        self.run_until(self.settled, self.node.instance)
        self.assert_running(STARTED, slappart0='RUNNING', slappart1='RUNNING', slappart2='RUNNING')

        self.parent('destroyed')
        self.node.instance()
        self.run_until(lambda: list(self.occupied().values()) == ['host'], self.node.report)
        self.request('host', state='destroyed')
        self.run_until(lambda: self.occupied() == {}, self.node.report)
        self.assertEqual(self.node.services(), {})
        for place in self.node.partitions:
            self.assertEqual(set(os.listdir(self.node.path(place))) - {'.slapos-resource'}, set())

        self.slapos('remove', self.releases.software, 'node')
        self.node.software()
        self.assertEqual(self.client.registerComputer('node').getSoftwareReleaseList(), [])

    def assert_running(self, report, **services):
        self.assertEqual(self.node.services(), services)
        self.assertEqual({place: self.report(place) for place in services}, dict.fromkeys(services, report))
