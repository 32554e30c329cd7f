"""Shared instances and their hosts, by the client library."""
import requests
from slapos.slap import NotFoundError

from harness import MasterTestCase


class SharedInstances(MasterTestCase):
    def setUp(self):
        super().setUp()
        self.format()
        self.request('host')
        self.request('root', release='https://root.example/software.cfg')
        self.root = self.partition('part1')

    def hosted(self):
        """What the host is told about the shared instances it serves."""
        return self.partition('part0').getInstanceParameterDict()['slave_instance_list']

    def share(self, title, parameters=None, **arguments):
        return self.request(title, parameters, shared=True, **arguments)

    def test_a_shared_instance_lives_on_the_host_of_its_release_with_its_own_parameters(self):
        before = self.timestamp('part0')
        shared = self.share('mine', {'domain': 'mine.example', 'port': 80})
        self.assertEqual((shared.slap_computer_id, shared.getId()), ('node', 'part0'))
        self.assertEqual(shared.getInstanceParameterDict(), {'domain': 'mine.example', 'port': '80'})
        self.assertEqual(shared.getConnectionParameterDict(), {})
        self.assertEqual(shared.getState(), 'started')
        self.assertEqual(shared.ip_list, [('tap-part0', '10.0.0.10')])
        self.assertEqual(self.hosted(), [
            {'slave_title': '_mine', 'slave_reference': '_mine', 'slap_software_type': 'default',
             'domain': 'mine.example', 'port': 80}])
        self.assertNotEqual(self.timestamp('part0'), before)
        self.assertEqual(self.states(),
                         {'part0': 'started', 'part1': 'started', 'part2': 'destroyed', 'part3': 'destroyed'})

    def test_the_guid_of_a_shared_instance_is_not_the_one_of_its_host(self):
        first, second = self.share('first'), self.share('second')
        guids = {first.getInstanceGuid(), second.getInstanceGuid(), self.partition('part0').getInstanceGuid()}
        self.assertEqual(len(guids), 3)
        self.assertEqual(self.share('first').getInstanceGuid(), first.getInstanceGuid())

    def test_an_identical_request_keeps_the_timestamp_of_the_host_and_a_change_replaces_the_entry(self):
        self.share('first', {'k': '1'})
        self.share('second', {'k': '2'})
        before = self.timestamp('part0')
        self.share('first', {'k': '1'})
        self.assertEqual(self.timestamp('part0'), before)
        self.share('first', {'k': 'changed'})
        self.assertNotEqual(self.timestamp('part0'), before)
        self.assertEqual([(entry['slave_reference'], entry['k']) for entry in self.hosted()],
                         [('_first', 'changed'), ('_second', '2')])

    def test_what_a_host_publishes_reaches_the_right_shared_instance_and_wakes_its_requester(self):
        self.share('mine', by=self.root)
        self.share('mine')
        host = self.partition('part0')
        self.assertEqual([entry['slave_reference'] for entry in self.hosted()], ['root_mine', '_mine'])
        before = self.timestamps('part0', 'part1')
        host.setConnectionDict({'url': 'http://root.mine/'}, 'root_mine')
        after = self.timestamps('part0', 'part1')
        self.assertEqual([a != b for a, b in zip(after, before)], [False, True])
        host.setConnectionDict({'url': 'http://mine/'}, '_mine')
        self.assertEqual(self.timestamps('part0', 'part1'), after)
        self.assertEqual(self.share('mine', by=self.root).getConnectionParameterDict(), {'url': 'http://root.mine/'})
        self.assertEqual(self.share('mine').getConnectionParameterDict(), {'url': 'http://mine/'})
        self.assertEqual(host.getConnectionParameterDict(), {})

    def test_publishing_the_same_for_a_shared_instance_wakes_nobody(self):
        self.share('mine', by=self.root)
        host = self.partition('part0')
        host.setConnectionDict({'a': '1', 'b': '2'}, 'root_mine')
        before = self.timestamps('part0', 'part1')
        host.setConnectionDict({'b': '2', 'a': '1'}, 'root_mine')
        self.assertEqual(self.timestamps('part0', 'part1'), before)

    def test_publishing_for_an_unknown_shared_instance_is_refused(self):
        self.share('mine')
        self.assertRaises(NotFoundError, self.partition('part0').setConnectionDict, {'url': 'x'}, '_other')
        self.assertEqual(self.share('mine').getConnectionParameterDict(), {})

    def test_a_stopped_shared_instance_is_kept_but_not_shown_to_its_host(self):
        self.share('mine', {'k': 'v'})
        self.partition('part0').setConnectionDict({'url': 'http://mine/'}, '_mine')
        self.assertEqual(self.share('mine', {'k': 'v'}, state='stopped').getState(), 'stopped')
        self.assertEqual(self.hosted(), [])
        again = self.share('mine', {'k': 'v'}, state='started')
        self.assertEqual(again.getConnectionParameterDict(), {'url': 'http://mine/'})
        self.assertEqual([entry['slave_reference'] for entry in self.hosted()], ['_mine'])

    def test_a_destroyed_shared_instance_is_gone_with_what_was_published_for_it(self):
        self.share('mine')
        self.share('other')
        self.partition('part0').setConnectionDict({'url': 'http://mine/'}, '_mine')
        before = self.timestamp('part0')
        self.share('mine', state='destroyed')
        self.assertEqual([entry['slave_reference'] for entry in self.hosted()], ['_other'])
        self.assertNotEqual(self.timestamp('part0'), before)
        self.assertEqual(self.share('mine').getConnectionParameterDict(), {})

    def test_without_a_host_of_the_same_release_and_type_there_is_no_shared_instance(self):
        self.assertRaises(NotFoundError, self.share, 'mine', release='https://other.example/software.cfg')
        self.assertRaises(NotFoundError, self.share, 'mine', software_type='other')
        self.assertRaises(NotFoundError, self.share, 'mine', filter_kw={'instance_guid': 'node-part1'})
        self.assertEqual(self.hosted(), [])

    def test_the_filter_chooses_the_host_by_its_guid(self):
        self.request('second host')
        shared = self.share('mine', filter_kw={'instance_guid': self.partition('part2').getInstanceGuid()})
        self.assertEqual(shared.getId(), 'part2')
        self.assertEqual(self.hosted(), [])

    def test_parameters_cannot_hide_the_reference_of_a_shared_instance(self):
        with self.assertRaises(requests.HTTPError) as caught:
            self.share('mine', {'slave_reference': '_somebody else'})
        self.assertEqual(caught.exception.response.status_code, 400)
        self.assertEqual(self.hosted(), [])

    def test_renaming_a_shared_instance_leaves_its_host_and_what_was_published(self):
        self.share('mine')
        host = self.partition('part0')
        host.setConnectionDict({'url': 'http://mine/'}, '_mine')
        host.rename('renamed', slave_reference='_mine')
        self.assertEqual(self.instance_parameters('part0')['instance_title'], 'host')
        self.assertEqual([entry['slave_reference'] for entry in self.hosted()], ['_renamed'])
        self.assertEqual(self.share('renamed').getConnectionParameterDict(), {'url': 'http://mine/'})
        self.assertEqual(len(self.hosted()), 1)

    def test_renaming_a_root_renames_the_references_of_what_it_shares(self):
        self.share('mine', by=self.root)
        host = self.partition('part0')
        host.setConnectionDict({'url': 'http://root.mine/'}, 'root_mine')
        self.root.rename('new root')
        self.assertEqual([entry['slave_reference'] for entry in self.hosted()], ['new root_mine'])
        self.assertEqual(self.share('mine', by=self.root).getConnectionParameterDict(), {'url': 'http://root.mine/'})

    def test_an_error_of_a_shared_instance_is_not_the_one_of_its_host(self):
        self.share('mine')
        host = self.partition('part0')
        host.started()
        host.error('no such domain', slave_reference='_mine')
        record = self.master.status('getComputerPartitionStatus', computer_id='node', computer_partition_id='part0')
        self.assertEqual(record['text'], '#access Instance correctly started')

    def test_the_shared_instances_of_a_destroyed_host_are_gone_and_found_again_on_the_next_one(self):
        self.share('mine')
        self.partition('part0').setConnectionDict({'url': 'http://old/'}, '_mine')
        self.request('host', state='destroyed')
        self.partition('part0').destroyed()
        self.assertRaises(NotFoundError, self.share, 'mine')
        self.request('next host')
        self.assertEqual(self.share('mine').getConnectionParameterDict(), {})
        self.assertEqual([entry['slave_reference'] for entry in self.hosted()], ['_mine'])
