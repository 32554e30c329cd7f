"""Reports about instances, their renaming and destruction, by the client."""
from slapos.slap import NotFoundError

from harness import MasterTestCase


class Reports(MasterTestCase):
    def setUp(self):
        super().setUp()
        self.format(2)
        self.request('instance')
        self.instance = self.partition('part0')

    def record(self, partition_id='part0'):
        return self.master.status(
            'getComputerPartitionStatus', computer_id='node', computer_partition_id=partition_id)

    def access_statuses(self):
        partitions = self.client.registerComputer('node').getComputerPartitionList()
        return [partition.getAccessStatus() for partition in partitions]

    def test_each_report_is_kept_as_the_status_and_none_changes_the_timestamp(self):
        before = self.timestamp('part0')
        log = 'x' * 100 + 'the end of the log: é'
        seen = []
        for report in (self.instance.started, self.instance.stopped, lambda: self.instance.error(log)):
            report()
            record = self.record()
            seen.append((record['text'], record['state']))
        self.assertEqual(seen, [
            ('#access Instance correctly started', 'started'),
            ('#access Instance correctly stopped', 'stopped'),
            ('#error while instanciating: ' + log[-80:], 'stopped'),
        ])
        self.assertEqual(self.access_statuses(), ['#error while instanciating: ' + log[-80:], None])
        self.assertEqual(self.timestamp('part0'), before)

    def test_a_status_record_tells_who_when_and_what(self):
        self.instance.started()
        record = self.record()
        self.assertRegex(record['created_at'], r'^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$')
        self.assertEqual(record, {
            'user': 'node-part0', 'created_at': record['created_at'], 'since': record['created_at'],
            'text': '#access Instance correctly started', 'state': 'started', 'reference': 'node-part0',
            'portal_type': 'Software Instance', 'no_data_since_5_minutes': 0, 'no_data_since_15_minutes': 0,
        })

    def test_partitions_without_a_report_have_a_status_without_data(self):
        free, silent = self.record('part1'), self.record('part0')
        self.assertEqual((free['text'], free['no_data']), ('#error no data found!', 1))
        self.assertEqual((silent['text'], silent['no_data']), ('#error no data found for node-part0', 1))
        self.assertEqual(self.access_statuses()[1], None)

    def test_the_next_instance_in_a_partition_does_not_inherit_the_status(self):
        self.instance.started()
        self.request('instance', state='destroyed')
        self.instance.destroyed()
        self.assertEqual(self.request('another').getId(), 'part0')
        self.assertEqual(self.record()['no_data'], 1)

    def test_a_bang_is_the_status_of_its_instance_and_wakes_the_whole_tree_only(self):
        self.format(5)
        self.request('stranger')
        self.request('child', by=self.instance)
        self.request('grandchild', by=self.partition('part2'))
        self.request('sibling', by=self.instance)
        places = ['part%d' % i for i in range(5)]
        before = self.timestamps(*places)
        self.partition('part3').bang('something is wrong')
        after = self.timestamps(*places)
        self.assertEqual([a != b for a, b in zip(after, before)], [True, False, True, True, True])
        self.assertEqual(self.record('part3')['text'], '#error bang called: something is wrong')
        self.partition('part3').bang('again')
        self.assertNotEqual(self.timestamp('part3'), after[3])


class Renaming(MasterTestCase):
    def setUp(self):
        super().setUp()
        self.format()
        self.request('root')
        self.request('child', by=self.partition('part0'))
        self.request('stranger')

    def titles(self):
        found = {p: self.partition(p).getInstanceParameterDict() for p in ('part0', 'part1', 'part2')}
        return {p: (d['instance_title'], d['root_instance_title']) for p, d in found.items()}

    def test_a_renamed_root_keeps_its_place_and_children_and_frees_its_old_title(self):
        before = self.timestamps('part0', 'part1', 'part2')
        self.partition('part0').rename('💥 new/root "1"')
        title = '💥 new/root "1"'
        self.assertEqual(self.titles(), {
            'part0': (title, title), 'part1': ('child', title), 'part2': ('stranger', 'stranger')})
        self.assertEqual(self.timestamps('part0', 'part1', 'part2'), before)
        self.assertEqual(self.request(title).getId(), 'part0')
        self.assertEqual(self.request('child', by=self.partition('part0')).getId(), 'part1')
        self.assertEqual(self.request('root').getId(), 'part3')

    def test_a_renamed_child_is_found_by_its_new_title_only(self):
        self.partition('part1').rename('daughter')
        self.assertEqual(self.titles()['part1'], ('daughter', 'root'))
        self.assertEqual(self.request('daughter', by=self.partition('part0')).getId(), 'part1')
        self.assertEqual(self.request('child', by=self.partition('part0')).getId(), 'part3')

    def test_a_title_that_is_taken_is_refused(self):
        self.request('second child', by=self.partition('part0'))
        before = self.titles()
        # Told in the text of the answer, which the library does not show: as the Python proxy does.
        self.partition('part0').rename('stranger')
        self.partition('part1').rename('second child')
        self.assertEqual(self.titles(), before)


class Destruction(MasterTestCase):
    def setUp(self):
        super().setUp()
        self.format(4)
        self.request('root', {'k': 'v'})
        self.request('child', by=self.partition('part0'))
        self.request('grandchild', by=self.partition('part1'))

    def occupied(self):
        partitions = self.client.registerComputer('node').getComputerPartitionList()
        return {p.getId(): p.getState() for p in partitions if p._software_release_document is not None}

    def test_a_root_with_children_is_kept_until_they_are_gone(self):
        self.request('root', state='destroyed')
        self.assertEqual(self.occupied()['part0'], 'destroyed')
        answer = self.client._connection_helper.POST(
            'destroyedComputerPartition', data={'computer_id': 'node', 'computer_partition_id': 'part0'})
        self.assertEqual(answer.decode(),
                         'Not destroying yet because this partition has child partitions: child, grandchild')
        self.assertEqual(self.occupied(), dict.fromkeys(('part0', 'part1', 'part2'), 'destroyed'))
        for partition_id in ('part2', 'part1', 'part0'):
            self.partition(partition_id).destroyed()
        self.assertEqual(self.occupied(), {})
        self.assertEqual(self.states(), dict.fromkeys(('part0', 'part1', 'part2', 'part3'), 'destroyed'))

    def test_a_freed_partition_is_given_to_the_next_instance_without_traces_of_the_last(self):
        self.partition('part2').setConnectionDict({'url': 'http://10.0.0.12/'})
        self.request('grandchild', by=self.partition('part1'), state='destroyed')
        self.partition('part2').destroyed()
        self.assertRaises(NotFoundError, self.partition('part2').getSoftwareRelease)
        self.assertEqual(self.partition('part2').getInstanceParameterDict(), {})
        self.assertEqual(self.partition('part2').getConnectionParameterDict(), {})
        self.assertEqual(self.request('another', {'new': '1'}).getId(), 'part2')
        parameters = self.instance_parameters('part2')
        self.assertEqual((parameters['instance_title'], parameters['root_instance_title'], parameters['new']),
                         ('another', 'another', '1'))
        self.assertEqual(self.partition('part2').getConnectionParameterDict(), {})

    def test_a_destroyed_instance_that_is_requested_again_in_time_is_started_where_it_was(self):
        self.request('grandchild', by=self.partition('part1'), state='destroyed')
        self.assertEqual(self.occupied()['part2'], 'destroyed')
        self.request('grandchild', by=self.partition('part1'), state='started')
        self.assertEqual(self.occupied()['part2'], 'started')

    def test_the_destruction_of_an_unknown_partition_is_answered_without_an_error(self):
        answer = self.client._connection_helper.POST(
            'destroyedComputerPartition', data={'computer_id': 'node', 'computer_partition_id': 'part9'})
        self.assertEqual(answer.decode(), "Unknown partition 'part9' on 'node'")


class Restarts(MasterTestCase):
    def test_what_was_answered_survives_the_sudden_death_of_the_master(self):
        self.format(4)
        for i in range(4):
            place = self.request('instance %d' % i, {'number': i}).getId()
            self.partition(place).setConnectionDict({'url': 'http://10.0.0.%d/' % i})
            self.partition(place).started()
            before = self.timestamp(place)
            self.master.kill()
            self.master.start()
            instance = self.request('instance %d' % i, {'number': i})
            self.assertEqual((instance.getId(), instance.getConnectionParameterDict(), self.timestamp(place)),
                             (place, {'url': 'http://10.0.0.%d/' % i}, before))
            record = self.master.status(
                'getComputerPartitionStatus', computer_id='node', computer_partition_id=place)
            self.assertEqual(record['text'], '#access Instance correctly started')

    def test_a_master_that_is_asked_to_end_gives_its_port_back_at_once(self):
        self.format(1)
        for _ in range(3):
            url = self.master.url
            self.master.stop()
            self.master.start()
            self.assertEqual(self.master.url, url)
            self.assertEqual(self.states(), {'part0': 'destroyed'})
