"""Requests of instances and what they publish, by the client library."""
import requests
from slapos.slap import NotFoundError, ResourceNotReady

from harness import MasterTestCase


class Requests(MasterTestCase):
    def setUp(self):
        super().setUp()
        self.format()

    def test_a_request_answers_the_place_state_and_parameters_of_the_instance(self):
        instance = self.request('my instance', {'text': 'é <&> "', 'number': 1}, software_type='special')
        self.assertEqual(instance.getId(), 'part0')
        self.assertEqual(instance.getInstanceGuid(), 'node-part0')
        self.assertEqual(instance.getState(), 'started')
        self.assertEqual(instance.getConnectionParameterDict(), {})
        self.assertIsNone(instance.getAccessStatus())
        parameters = dict(instance.getInstanceParameterDict())
        self.assertRegex(parameters.pop('timestamp'), r'^[0-9]{10}\.[0-9]+$')
        self.assertEqual(parameters, {'text': 'é <&> "', 'number': '1'})
        self.assertEqual(instance.slap_software_release_url, self.release)
        self.assertEqual(instance.slap_software_type, 'special')
        self.assertEqual(instance.ip_list, [('tap-part0', '10.0.0.10')])

    def test_the_partition_shows_what_was_requested_and_what_the_master_adds(self):
        self.request('my instance', {'text': 'é <&> "'}, software_type='special', filter_kw={'retention_delay': '5'})
        partition = self.partition('part0')
        self.assertEqual(self.instance_parameters('part0'), {
            'text': 'é <&> "',
            'instance_title': 'my instance',
            'root_instance_title': 'my instance',
            'slap_software_type': 'special',
            'slap_software_release_url': self.release,
            'slap_computer_id': 'node',
            'slap_computer_partition_id': 'part0',
            'ip_list': [('tap-part0', '10.0.0.10')],
            'full_address_list': [],
            'full_ip_list': [],
            'slave_instance_list': [],
        })
        self.assertEqual(partition.getType(), 'special')
        self.assertEqual(partition.getState(), 'started')
        self.assertEqual(partition.getInstanceGuid(), 'node-part0')
        release = partition.getSoftwareRelease()
        self.assertEqual((release.getURI(), release.getComputerId()), (self.release, 'node'))
        listed = self.client.registerComputer('node').getComputerPartitionList()[0]
        self.assertEqual(listed._filter_dict, {'retention_delay': '5'})

    def test_an_identical_request_keeps_the_timestamp_and_any_change_makes_a_new_one(self):
        self.request('instance', {'k': 'v'})
        seen = [self.timestamp('part0')]
        changes = (
            {'parameters': {'k': 'other'}}, {'parameters': {}}, {'software_type': 'special'}, {'state': 'stopped'},
            {'release': 'https://other.example/software.cfg'}, {'parameters': {'k': 'v'}},
        )
        for change in changes:
            self.assertEqual(self.request('instance', **change).getId(), 'part0')
            self.assertEqual(self.request('instance', **change).getId(), 'part0')
            now = self.timestamp('part0')
            self.assertNotIn(now, seen)
            self.request('instance', **change)
            self.assertEqual(self.timestamp('part0'), now)
            seen.append(now)
        self.assertEqual(seen, sorted(seen, key=float))

    def test_a_request_without_state_keeps_the_state_of_the_instance(self):
        self.request('instance', state='stopped')
        self.assertEqual(self.request('instance').getState(), 'stopped')
        self.assertEqual(self.states()['part0'], 'stopped')
        self.assertEqual(self.request('instance', state='started').getState(), 'started')

    def test_a_full_computer_has_no_place_for_another_instance_but_still_answers_for_its_own(self):
        for i in range(4):
            self.assertEqual(self.request('instance %d' % i).getId(), 'part%d' % i)
        self.assertRaises(NotFoundError, self.request, 'one too many')
        self.assertEqual(self.request('instance 2').getId(), 'part2')
        self.assertEqual(self.states(), dict.fromkeys(('part0', 'part1', 'part2', 'part3'), 'started'))

    def test_the_filter_chooses_the_computer(self):
        self.format(2, 'elsewhere')
        instance = self.request('instance', filter_kw={'computer_guid': 'elsewhere'})
        self.assertEqual((instance.slap_computer_id, instance.getId()), ('elsewhere', 'part0'))
        self.assertEqual(instance.ip_list, [('tap-part0', '10.0.0.10')])
        self.assertEqual(self.states()['part0'], 'destroyed')
        self.assertRaises(NotFoundError, self.request, 'other', filter_kw={'computer_guid': 'stranger'})

    def test_destroying_what_does_not_exist_allocates_nothing(self):
        self.assertRaises(NotFoundError, self.request, 'never seen', state='destroyed')
        self.assertEqual(set(self.states().values()), {'destroyed'})
        self.assertRaises(NotFoundError, self.partition('part0').getSoftwareRelease)

    def test_a_state_that_does_not_exist_and_a_title_that_xml_cannot_carry_are_refused(self):
        for title, state in (('instance', 'begun'), ('instance', ''), ('', None), ('bad\x01title', None)):
            with self.subTest(title=title, state=state):
                with self.assertRaises(requests.HTTPError) as caught:
                    self.request(title, state=state)
                self.assertEqual(caught.exception.response.status_code, 400)
        self.assertEqual(set(self.states().values()), {'destroyed'})

    def test_unknown_partitions_are_not_found_and_cannot_request(self):
        stranger = self.partition('part9')
        self.assertRaises(NotFoundError, stranger.getState)
        self.assertRaises(NotFoundError, stranger.started)
        self.assertRaises(NotFoundError, stranger.bang, 'anybody?')
        self.assertRaises(NotFoundError, stranger.setConnectionDict, {'url': 'http://10.0.0.1/'})
        with self.assertRaises(requests.HTTPError) as caught:
            self.request('child', by=stranger)
        self.assertEqual(caught.exception.response.status_code, 400)
        self.assertEqual(set(self.states().values()), {'destroyed'})

    def test_what_is_not_in_an_answer_is_asked_from_the_partition(self):
        instance = self.request('instance')
        self.assertRaises(ResourceNotReady, instance.getType)
        self.assertEqual(instance.getSoftwareRelease().getURI(), self.release)
        self.assertEqual(instance.getType(), 'default')


class Trees(MasterTestCase):
    def setUp(self):
        super().setUp()
        self.format(6)
        self.request('root')
        self.root = self.partition('part0')

    def test_children_are_named_in_their_tree_and_titles_may_repeat_in_other_trees(self):
        self.assertEqual(self.request('child', by=self.root).getId(), 'part1')
        self.assertEqual(self.request('other root').getId(), 'part2')
        self.assertEqual(self.request('child', by=self.partition('part2')).getId(), 'part3')
        self.assertEqual(self.request('child').getId(), 'part4')
        self.assertEqual(self.request('grandchild', by=self.partition('part1')).getId(), 'part5')
        titles = {p: self.partition(p).getInstanceParameterDict() for p in self.states()}
        self.assertEqual(
            {p: (d['instance_title'], d['root_instance_title']) for p, d in titles.items()},
            {'part0': ('root', 'root'), 'part1': ('child', 'root'), 'part2': ('other root', 'other root'),
             'part3': ('child', 'other root'), 'part4': ('child', 'child'), 'part5': ('grandchild', 'root')})

    def test_children_follow_the_state_of_their_root_whenever_they_are_requested(self):
        self.request('child', by=self.root)
        self.request('root', state='stopped')
        self.assertEqual(self.request('child', by=self.root, state='started').getState(), 'stopped')
        self.assertEqual(self.request('new child', by=self.root, state='started').getState(), 'stopped')
        self.request('root', state='started')
        self.assertEqual(self.request('child', by=self.root, state='started').getState(), 'started')
        self.assertEqual(self.request('new child', by=self.root, state='stopped').getState(), 'stopped')
        self.assertEqual({p: s for p, s in self.states().items() if s != 'destroyed'},
                         {'part0': 'started', 'part1': 'started', 'part2': 'stopped'})

    def test_publishing_is_read_back_and_wakes_only_the_direct_requester(self):
        child = self.request('child', by=self.root)
        grandchild = self.request('grandchild', by=self.partition('part1'))
        before = self.timestamps('part0', 'part1', 'part2')
        grandchild.setConnectionDict({'url': 'http://10.0.0.12/é?a=1&b=<2>', 'port': 80})
        after = self.timestamps('part0', 'part1', 'part2')
        self.assertEqual([a != b for a, b in zip(after, before)], [False, True, False])
        published = {'url': 'http://10.0.0.12/é?a=1&b=<2>', 'port': '80'}
        self.assertEqual(self.partition('part2').getConnectionParameterDict(), published)
        again = self.request('grandchild', by=self.partition('part1'))
        self.assertEqual(again.getConnectionParameterDict(), published)
        self.assertEqual(again.getConnectionParameter('port'), '80')
        self.assertRaises(NotFoundError, again.getConnectionParameter, 'host')
        child.setConnectionDict({'url': 'http://10.0.0.11/'})
        self.assertNotEqual(self.timestamp('part0'), after[0])

    def test_publishing_the_same_again_wakes_nobody(self):
        child = self.request('child', by=self.root)
        child.setConnectionDict({'a': '1', 'b': '2'})
        before = self.timestamps('part0', 'part1')
        child.setConnectionDict({'b': '2', 'a': '1'})
        self.assertEqual(self.timestamps('part0', 'part1'), before)

    def test_a_requester_on_another_computer_is_woken_and_its_namesake_is_not(self):
        self.format(2, 'elsewhere')
        child = self.request('child', by=self.root, filter_kw={'computer_guid': 'elsewhere'})
        self.assertEqual((child.slap_computer_id, child.getId()), ('elsewhere', 'part0'))
        before = self.timestamp('part0'), self.timestamp('part0', 'elsewhere')
        self.client.registerComputerPartition('elsewhere', 'part0').setConnectionDict({'url': 'http://10.0.0.10/'})
        self.assertNotEqual(self.timestamp('part0'), before[0])
        self.assertEqual(self.timestamp('part0', 'elsewhere'), before[1])

    def test_the_addresses_of_the_whole_tree_are_known_to_each_of_its_instances(self):
        self.request('stranger')
        self.request('child', by=self.root)
        self.request('grandchild', by=self.partition('part2'))
        tree = [('tap-part0', '10.0.0.10'), ('tap-part2', '10.0.0.12'), ('tap-part3', '10.0.0.13')]
        for partition_id in ('part0', 'part2', 'part3'):
            self.assertEqual(sorted(self.partition(partition_id).getFullHostingIpAddressList()), tree)
        self.assertEqual(self.partition('part1').getFullHostingIpAddressList(), [('tap-part1', '10.0.0.11')])

    def test_the_list_of_requested_instances_is_accepted_and_changes_nothing(self):
        self.request('child', by=self.root)
        before = self.states(), self.timestamps('part0', 'part1')
        self.assertIsNone(self.root.setComputerPartitionRelatedInstanceList(['child', 'another']))
        self.assertIsNone(self.root.setComputerPartitionRelatedInstanceList([]))
        self.assertEqual((self.states(), self.timestamps('part0', 'part1')), before)

    def test_the_certificate_of_an_instance_stays_the_same(self):
        pair = self.root.getCertificate()
        self.assertIn('CN=SOFTINST-1/email', pair['certificate'])
        self.assertEqual(self.root.getCertificate(), pair)
        self.assertRaises(NotFoundError, self.partition('part3').getCertificate)


class WithoutAuthority(MasterTestCase):
    options = {'no_certificates': 'true'}

    def test_the_certificate_of_a_partition_is_a_pair_of_empty_texts(self):
        self.format()
        self.request('root')
        self.assertEqual(self.partition('part0').getCertificate(), {'key': '', 'certificate': ''})
        computer = self.client.registerComputer('node')
        self.assertRaises(NotFoundError, computer.generateCertificate)
        self.assertRaises(NotFoundError, computer.revokeCertificate)
