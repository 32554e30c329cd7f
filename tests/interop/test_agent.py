"""The real agent at work: format, software, single instances, restarts."""
import os

from slapos.grid.utils import md5digest
from slapos.slap import NotFoundError

from harness import wait_until
from node import STARTED, STOPPED, AgentTestCase

CONSUMPTION = '''<?xml version="1.0"?>
<consumption>
<movement>
<resource>CPU Consumption</resource>
<title>Processor time</title>
<reference>replaced by the agent</reference>
<quantity>42.42</quantity>
<price>0.00</price>
<VAT>None</VAT>
<category>None</category>
</movement>
</consumption>
'''


class Formatting(AgentTestCase):
    partitions = 3

    def test_each_partition_is_known_with_its_addresses_and_formatting_again_changes_nothing(self):
        def known():
            partitions = self.client.registerComputer('node').getComputerPartitionList()
            return [(partition.getId(), partition.getState()) for partition in partitions]

        self.assertEqual(known(), [(name, 'destroyed') for name in ('slappart0', 'slappart1', 'slappart2')])
        self.assertEqual(self.request('instance').ip_list,
                         [('slappart0', '10.0.0.10'), ('slappart0', '2001:db8::10')])
        before = self.partition('slappart0').getInstanceParameterDict()
        self.node.format()
        self.assertEqual(known()[0], ('slappart0', 'started'))
        self.assertEqual(self.partition('slappart0').getInstanceParameterDict(), before)


class Software(AgentTestCase):
    partitions = 1

    def releases_known(self):
        listed = self.client.registerComputer('node').getSoftwareReleaseList()
        return [(release.getURI(), release.getState()) for release in listed]

    def report(self, url):
        record = self.master.status('getSoftwareInstallationStatus', url=url, computer_id='node')
        return record['text'], record['state']

    def installed(self, url):
        return os.path.exists(os.path.join(self.node.software_root, md5digest(url)))

    def test_software_is_built_once_and_removed_on_demand_and_each_step_is_reported(self):
        good, broken = self.releases.software, self.releases.broken
        self.slapos('supply', broken, 'node')
        self.slapos('supply', good, 'node')
        self.node.software(status=1)
        self.assertEqual(self.report(good), ('#access software release %s available' % good, 'available'))
        self.assertEqual(self.report(broken), ('#error while installing ' + broken, 'building'))
        self.assertTrue(self.installed(good))

        self.slapos('remove', broken, 'node')
        self.assertEqual(self.releases_known(), [(good, 'available'), (broken, 'destroyed')])
        self.assertNotIn('Installing software release', self.node.software())
        self.assertEqual(self.releases_known(), [(good, 'available')])
        self.assertFalse(self.installed(broken))

        self.slapos('remove', good, 'node')
        self.node.software()
        self.assertEqual(self.releases_known(), [])
        self.assertFalse(self.installed(good))

        self.slapos('supply', good, 'node')
        self.node.software()
        self.assertEqual(self.report(good), ('#access software release %s available' % good, 'available'))
        self.assertTrue(self.installed(good))


class Instances(AgentTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.slapos('supply', cls.releases.software, 'node')
        cls.node.software()

    def test_an_instance_is_deployed_once_and_what_it_publishes_is_read_back(self):
        place = self.request('once', {'who': 'é <&>'}).getId()
        self.node.instance(place)
        address = '10.0.0.%d' % (10 + int(place[len('slappart'):]))
        self.assertEqual(self.request('once', {'who': 'é <&>'}).getConnectionParameterDict(),
                         {'greeting': 'hello é <&>', 'ipv4': address})
        self.assertEqual(self.report(place), STARTED)
        self.assertEqual(self.node.services()[place], 'RUNNING')
        received = self.node.received(place)
        self.assertEqual((received['state'], received['guid'], received['parameters']),
                         ('started', 'node-' + place, {'who': 'é <&>'}))
        self.node.instance(place)
        self.assertEqual(self.node.deployments(place), 1)
        self.request('once', {'who': 'somebody else'})
        self.node.instance(place)
        self.assertEqual(self.node.deployments(place), 2)
        self.assertEqual(self.request('once', {'who': 'somebody else'}).getConnectionParameter('greeting'),
                         'hello somebody else')

    def test_an_instance_is_stopped_and_started_again(self):
        place = self.request('switched').getId()
        self.node.instance(place)
        self.assertEqual(self.node.services()[place], 'RUNNING')
        self.request('switched', state='stopped')
        self.node.instance(place)
        self.assertNotIn(place, self.node.services())
        self.assertEqual(self.report(place), STOPPED)
        self.request('switched', state='started')
        self.node.instance(place)
        self.assertEqual(self.node.services()[place], 'RUNNING')
        self.assertEqual(self.report(place), STARTED)

    def test_a_bang_on_the_instance_or_on_the_node_deploys_it_again(self):
        place = self.request('banged').getId()
        self.node.instance(place)
        self.partition(place).bang('the configuration changed')
        self.assertEqual(self.report(place), ('#error bang called: the configuration changed', 'started'))
        self.node.instance(place)
        self.assertEqual(self.report(place), STARTED)
        self.assertEqual(self.node.deployments(place), 2)
        self.node.bang('the node changed')
        self.assertEqual(self.client.registerComputer('node').getStatus()['text'], '#error bang: the node changed')
        self.node.instance(place)
        self.assertEqual(self.node.deployments(place), 3)
        self.node.instance(place)
        self.assertEqual(self.node.deployments(place), 3)

    def test_a_renamed_instance_stays_where_it_is_and_learns_its_title_when_deployed_again(self):
        place = self.request('old name').getId()
        self.node.instance(place)
        self.partition(place).rename('new name')
        self.assertEqual(self.request('new name').getId(), place)
        self.node.instance(place)
        self.assertEqual(self.node.deployments(place), 1)
        self.partition(place).bang('learn your name')
        self.node.instance(place)
        self.assertEqual(self.node.received(place)['master']['instance_title'], 'new name')

    def test_a_failure_is_reported_until_the_instance_recovers(self):
        place = self.request('failing', {'fail-instance': '1'}).getId()
        log = self.node.instance(place, status=1)
        self.assertIn('this instance was asked to fail', log)
        text, state = self.report(place)
        self.assertTrue(text.startswith('#error while instanciating: '), text)
        self.assertTrue(text.rstrip().endswith('this instance was asked to fail'), text)
        self.assertEqual((len(text) - len('#error while instanciating: '), state), (80, ''))
        self.assertEqual(self.request('failing', {'fail-instance': '1'}).getConnectionParameterDict(), {})
        self.request('failing', {'fail-instance': '0'})
        self.node.instance(place)
        self.assertEqual(self.report(place), STARTED)
        self.assertEqual(self.request('failing', {'fail-instance': '0'}).getConnectionParameter('greeting'),
                         'hello world')

    def test_an_error_reported_about_a_running_instance_is_cleared_by_the_next_run(self):
        place = self.request('healthy').getId()
        self.node.instance(place)
        self.partition(place).error('something went wrong meanwhile')
        self.assertEqual(self.report(place),
                         ('#error while instanciating: something went wrong meanwhile', 'started'))
        self.node.instance(place)
        self.assertEqual(self.report(place), STARTED)
        self.assertEqual(self.node.deployments(place), 1)

    def test_consumption_that_an_instance_leaves_is_collected_and_accepted(self):
        place = self.request('consuming').getId()
        self.node.instance(place)
        reports = self.node.path(place, 'var', 'xml_report')
        os.makedirs(reports)
        with open(os.path.join(reports, 'consumption.xml'), 'w') as f:
            f.write(CONSUMPTION)
        log = self.node.report()
        self.assertIn('Final xml report', log)
        self.assertNotIn('Cannot report usage', log)
        self.assertEqual(os.listdir(reports), [])
        listed = self.master.json_rpc('slapos.allDocs.WIP.consumption_list', instance_title='consuming')
        self.assertEqual(listed['result_list'], self.master.show('usage'))
        report, = listed['result_list']
        self.assertEqual((report['computer_guid'], report['source_reference'], report['number'], report['user']),
                         ('node', 'node', 1, 'node'))
        movement, = report['movement_list']
        self.assertRegex(movement.pop('stop_date'), r'^\d{4}-\d{2}-\d{2} at \d{2}:\d{2}:\d{2}$')
        self.assertEqual(movement, {
            'resource': 'CPU Consumption', 'title': 'Processor time', 'reference': place, 'quantity': 42.42,
            'price': 0.0, 'start_date': '', 'instance': {'instance_title': 'consuming'}, 'accepted': True})

    def test_a_restart_of_the_master_loses_nothing_and_the_agent_goes_on(self):
        place = self.request('lasting', {'who': 'me'}).getId()
        self.node.instance(place)

        def everything():
            computer = self.master.client().registerComputer('node')
            partitions = {
                partition.getId(): (
                    partition.getState(), partition.getInstanceParameterDict(),
                    partition.getConnectionParameterDict(), partition.getAccessStatus())
                for partition in computer.getComputerPartitionList()}
            software = [(release.getURI(), release.getState()) for release in computer.getSoftwareReleaseList()]
            status = self.master.status(
                'getComputerPartitionStatus', computer_id='node', computer_partition_id=place)
            return partitions, software, status

        for end in (self.master.stop, self.master.kill):
            before, url = everything(), self.master.url
            end()
            self.master.start()
            self.assertEqual(self.master.url, url)
            self.assertEqual(everything(), before)
        self.node.instance(place)
        self.assertEqual(self.node.deployments(place), 1)
        self.request('lasting', {'who': 'you'})
        self.master.kill()
        self.master.start()
        self.node.instance(place)
        self.assertEqual(self.request('lasting', {'who': 'you'}).getConnectionParameter('greeting'), 'hello you')


class Retention(AgentTestCase):
    partitions = 1

    def test_what_is_destroyed_with_a_retention_delay_is_kept_that_long_and_can_be_revived(self):
        self.slapos('supply', self.releases.software, 'node')
        self.node.software()
        seconds = 4
        arguments = {'filter_kw': {'retention_delay': str(seconds / 86400)}}
        place = self.request('kept', {'who': 'me'}, **arguments).getId()
        self.node.instance(place)
        # The agent keeps the data, and the master the instance in its partition.
        self.request('kept', {'who': 'me'}, state='destroyed', **arguments)
        log = self.node.report()
        self.assertIn('because of retention lock', log)
        self.assertEqual(self.partition(place).getState(), 'destroyed')
        self.assertEqual(self.node.received(place)['parameters'], {'who': 'me'})
        self.request('kept', {'who': 'me'}, state='started', **arguments)
        self.node.instance(place)
        self.assertEqual(self.report(place), STARTED)
        self.request('kept', {'who': 'me'}, state='destroyed', **arguments)

        def is_gone():
            self.node.report()
            return not os.path.exists(self.node.path(place, 'received.json'))
        wait_until(is_gone, 'the delay is over')
        self.assertRaises(NotFoundError, self.partition(place).getSoftwareRelease)


class Moving(AgentTestCase):
    partitions = 2

    def test_a_moved_instance_runs_in_its_former_partition_until_it_runs_in_the_new_one(self):
        self.slapos('supply', self.releases.software, 'node')
        self.node.software()
        self.assertEqual(self.request('web', {'who': 'me'}).getId(), 'slappart0')
        self.node.instance()
        moved = self.master.json_rpc('slapos.post.WIP.software_instance_move', instance_guid='web______0')
        self.assertEqual(moved['compute_partition_id'], 'slappart1')
        # The node has nothing to do where it runs.
        self.node.instance('slappart0')
        self.assertEqual(self.node.deployments('slappart0'), 1)
        self.assertEqual(self.node.services(), {'slappart0': 'RUNNING'})
        self.node.instance('slappart1')
        self.assertEqual(self.report('slappart1'), STARTED)
        self.assertEqual(self.partition('slappart0').getState(), 'destroyed')
        self.node.report()
        self.assertRaises(NotFoundError, self.partition('slappart0').getSoftwareRelease)
        self.assertEqual(self.node.services(), {'slappart1': 'RUNNING'})
        self.assertEqual(self.request('web', {'who': 'me'}).getId(), 'slappart1')
