"""Computers, their partitions and their software, by the client library."""
import requests
from slapos.slap import NotFoundError
from slapos.util import dumps

from harness import MasterTestCase, description

JOURNAL = '''<?xml version='1.0' encoding='utf-8'?>
<journal>
<transaction type="Sale Packing List">
<title>Resource consumptions</title>
<start_date></start_date>
<stop_date>2026-01-01 at 00:00:00</stop_date>
<reference>node</reference>
<currency></currency>
<payment_mode></payment_mode>
<category></category>
<arrow type="Administration"><source></source><destination></destination></arrow>
<movement>
<resource>cpu</resource>
<reference>part0</reference>
<quantity>1.5</quantity>
<price>0.00</price>
<VAT>None</VAT>
</movement>
</transaction>
</journal>
'''


class Formatting(MasterTestCase):
    def update(self, addresses, computer_id='node'):
        return self.client.registerComputer(computer_id).updateConfiguration(
            dumps(description(computer_id, addresses)))

    def test_a_computer_that_was_never_formatted_is_known_and_empty(self):
        computer = self.client.registerComputer('node')
        self.assertEqual(computer.getComputerPartitionList(), [])
        self.assertEqual(computer.getSoftwareReleaseList(), [])

    def test_partitions_are_listed_as_free_in_the_order_of_the_first_format(self):
        answer = self.update({'slappart2': ['10.0.0.2'], 'slappart10': ['10.0.0.10'], 'slappart1': ['10.0.0.1']})
        self.assertEqual(answer, b'done')
        partitions = self.client.registerComputer('node').getComputerPartitionList()
        self.assertEqual([(p.getId(), p.getState()) for p in partitions],
                         [('slappart2', 'destroyed'), ('slappart10', 'destroyed'), ('slappart1', 'destroyed')])
        for partition in partitions:
            self.assertRaises(NotFoundError, partition.getSoftwareRelease)
            self.assertEqual(partition.getInstanceParameterDict(), {})

    def test_a_second_format_adds_and_removes_partitions_and_keeps_instances_and_their_timestamps(self):
        self.update({'a': ['10.0.0.1'], 'b': ['10.0.0.2']})
        self.request('kept', {'k': 'v'})
        before = self.partition('a').getInstanceParameterDict()
        self.update({'c': ['10.0.0.3'], 'a': ['10.0.1.1', '2001:db8::1']})
        self.assertEqual(self.states(), {'a': 'started', 'c': 'destroyed'})
        self.assertEqual(self.partition('a').getInstanceParameterDict(),
                         {**before, 'ip_list': [('tap-a', '10.0.1.1'), ('tap-a', '2001:db8::1')]})

    def test_a_partition_without_a_tap_names_its_addresses_after_itself(self):
        document = description('node', {'a': ['10.0.0.1'], 'b': ['10.0.0.2']})
        document['partition_list'][0]['tap'] = {'name': ''}
        document['partition_list'][1]['tap'] = None
        self.client.registerComputer('node').updateConfiguration(dumps(document))
        self.request('one')
        self.request('two')
        self.assertEqual(self.instance_parameters('a')['ip_list'], [('a', '10.0.0.1')])
        self.assertEqual(self.instance_parameters('b')['ip_list'], [('b', '10.0.0.2')])

    def test_a_description_that_is_not_one_is_refused_and_changes_nothing(self):
        self.format(1)
        for document in (['not', 'a', 'dictionary'], {'reference': 'node'}, {'reference': 'node', 'partition_list': 1}):
            with self.assertRaises(requests.HTTPError, msg=document) as caught:
                self.client.registerComputer('node').updateConfiguration(dumps(document))
            self.assertEqual(caught.exception.response.status_code, 400)
        self.assertEqual(self.states(), {'part0': 'destroyed'})

    def test_a_computer_that_nobody_formatted_or_requested_is_not_found(self):
        stranger = self.client.registerComputer('stranger')
        self.assertRaises(NotFoundError, stranger.getComputerPartitionList)
        self.assertRaises(NotFoundError, stranger.getSoftwareReleaseList)
        self.assertRaises(NotFoundError, stranger.getStatus)
        self.assertRaises(NotFoundError, stranger.bang, 'anybody?')

    def test_a_requested_computer_is_the_same_for_the_same_title_and_can_be_formatted(self):
        first = self.order.requestComputer('My computer')._computer_id
        other = self.order.requestComputer('Another computer')._computer_id
        self.assertEqual(self.order.requestComputer('My computer')._computer_id, first)
        self.assertNotEqual(other, first)
        self.format(1, first)
        self.assertEqual(self.states(first), {'part0': 'destroyed'})


class Software(MasterTestCase):
    def supply(self, release, state='available', computer_id='node'):
        self.client.registerSupply().supply(release, computer_id, state=state)

    def releases(self):
        listed = self.client.registerComputer('node').getSoftwareReleaseList()
        return [(release.getURI(), release.getComputerId(), release.getState()) for release in listed]

    def release_object(self, url):
        return next(release for release in self.client.registerComputer('node').getSoftwareReleaseList()
                    if release.getURI() == url)

    def status(self, url):
        return self.master.status('getSoftwareInstallationStatus', url=url, computer_id='node')

    def test_supplied_software_is_listed_with_the_latest_supply_last(self):
        self.assertEqual(self.releases(), [])
        self.supply('/a/software.cfg')
        self.supply('https://b.example/software.cfg?x=1&y=é')
        self.supply('/a/software.cfg', 'destroyed')
        self.assertEqual(self.releases(), [
            ('https://b.example/software.cfg?x=1&y=é', 'node', 'available'),
            ('/a/software.cfg', 'node', 'destroyed'),
        ])

    def test_software_leaves_the_list_when_its_destruction_is_reported(self):
        self.supply('/a/software.cfg')
        self.supply('/b/software.cfg')
        self.supply('/a/software.cfg', 'destroyed')
        self.release_object('/a/software.cfg').destroyed()
        self.assertEqual(self.releases(), [('/b/software.cfg', 'node', 'available')])

    def test_supplying_to_an_unknown_computer_or_in_an_unknown_state_is_refused(self):
        with self.assertRaises(NotFoundError) as caught:
            self.supply('/a/software.cfg', computer_id='stranger')
        self.assertEqual(str(caught.exception), 'Computer stranger has not been found by SlapOS Master.')
        with self.assertRaises(requests.HTTPError) as caught:
            self.supply('/a/software.cfg', 'begun')
        self.assertEqual(caught.exception.response.status_code, 400)
        self.assertEqual(self.releases(), [])

    def test_each_report_of_a_build_is_kept_as_its_status(self):
        url = '/a/software.cfg'
        self.supply(url)
        unreported = self.status(url)
        self.assertEqual((unreported['no_data'], unreported['user'], unreported['state']), (1, 'SlapOS Master', ''))
        release = self.release_object(url)
        records = []
        for report in (release.building, lambda: release.error('the whole log'), release.building, release.available):
            report()
            records.append(self.status(url))
        self.assertEqual([(record['text'], record['state'], record['user']) for record in records], [
            ('#building software release ' + url, 'building', 'node'),
            ('#error while installing ' + url, 'building', 'node'),
            ('#building software release ' + url, 'building', 'node'),
            ('#access software release %s available' % url, 'available', 'node'),
        ])
        final = records[-1]
        self.assertEqual(final, {
            'user': 'node', 'created_at': final['created_at'], 'since': final['created_at'],
            'text': '#access software release %s available' % url, 'state': 'available',
            'reference': unreported['reference'], 'portal_type': 'Software Installation',
            'no_data_since_5_minutes': 0, 'no_data_since_15_minutes': 0,
        })

    def test_reports_about_software_that_was_never_supplied_are_refused(self):
        self.supply('/a/software.cfg')
        release = self.release_object('/a/software.cfg')
        release._software_release = '/unknown/software.cfg'
        for report in (release.building, release.available, release.destroyed):
            self.assertRaises(NotFoundError, report)
        self.assertEqual(self.releases(), [('/a/software.cfg', 'node', 'available')])


class Products(MasterTestCase):
    options = {'software_product_list': '\nkvm https://kvm.example/software.cfg\nerp5 /erp5/software.cfg'}

    def test_a_product_answers_its_release_and_a_release_those_of_its_product(self):
        ask = self.client.getSoftwareReleaseListFromSoftwareProduct
        self.assertEqual(ask('kvm'), ['https://kvm.example/software.cfg'])
        self.assertEqual(ask(software_release_url='/erp5/software.cfg'), ['/erp5/software.cfg'])
        self.assertEqual(ask('unknown'), [])
        self.assertRaises(NotFoundError, ask, software_release_url='/unknown/software.cfg')


class Status(MasterTestCase):
    def test_a_bang_on_a_computer_is_its_status_and_wakes_every_tree_that_has_an_instance_there(self):
        self.format(3)
        self.format(2, 'elsewhere')
        self.request('here')
        self.request('beside', filter_kw={'computer_guid': 'elsewhere'})
        self.request('root elsewhere', filter_kw={'computer_guid': 'elsewhere'})
        self.request('child', by=self.partition('part1', 'elsewhere'), filter_kw={'computer_guid': 'node'})
        def timestamps():
            return {(c, p): self.timestamp(p, c) for c in ('node', 'elsewhere') for p in ('part0', 'part1')}
        before = timestamps()
        self.client.registerComputer('node').bang('wake up')
        after = timestamps()
        self.assertEqual({place for place in after if after[place] != before[place]},
                         {('node', 'part0'), ('node', 'part1'), ('elsewhere', 'part1')})
        record = self.client.registerComputer('node').getStatus()
        self.assertEqual(record, {
            'user': 'node', 'created_at': record['created_at'], 'since': record['created_at'],
            'text': '#error bang: wake up', 'state': '', 'reference': 'node', 'portal_type': 'Compute Node',
            'no_data_since_5_minutes': 0, 'no_data_since_15_minutes': 0,
        })

    def test_a_computer_that_never_reported_has_a_status_without_data(self):
        self.format(1, 'silent')
        record = self.client.registerComputer('silent').getStatus()
        self.assertEqual(record, {
            'user': 'SlapOS Master', 'created_at': record['created_at'], 'since': record['created_at'],
            'text': '#error no data found for silent', 'state': '', 'reference': 'silent',
            'portal_type': 'Compute Node', 'no_data': 1,
        })
        self.assertRegex(record['created_at'], r'^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$')

    def test_a_computer_has_one_certificate_at_a_time(self):
        computer = self.client.registerComputer('node')
        self.assertRaises(NotFoundError, computer.revokeCertificate)
        pair = computer.generateCertificate()
        self.assertIn('CN=node/email', pair['certificate'])
        self.assertTrue(pair['key'].startswith('-----BEGIN PRIVATE KEY-----'))
        self.assertRaises(NotFoundError, computer.generateCertificate)
        self.assertIsNone(computer.revokeCertificate())
        self.assertRaises(NotFoundError, computer.revokeCertificate)
        self.assertNotEqual(computer.generateCertificate(), pair)

    def test_a_valid_consumption_report_is_accepted_and_another_one_is_refused(self):
        computer = self.client.registerComputer('node')
        self.assertIsNone(computer.reportUsage(JOURNAL))
        for broken in ('not XML', JOURNAL.replace('1.5', '1,5'), JOURNAL.replace('<resource>cpu</resource>', '')):
            with self.assertRaises(requests.HTTPError) as caught:
                computer.reportUsage(broken)
            self.assertEqual(caught.exception.response.status_code, 400)
