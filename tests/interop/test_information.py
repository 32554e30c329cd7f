"""Lists and information: the real command line and client library over the HATEOAS API."""
import json

import requests
import slapos.slap

from harness import MasterTestCase
from node import CommandLine

EMPTY = "<?xml version='1.0' encoding='utf-8'?>\n<instance/>\n"


class InformationTestCase(MasterTestCase):
    release = '/software.cfg'  # not a URL: the command line would ask it for a schema

    def setUp(self):
        super().setUp()
        self.slapos = CommandLine(self.master.directory, self.master.url)
        self.navigator = self.client._hateoas_navigator

    def request(self, title, **arguments):
        return self.order.request(self.release, title, **arguments)

    def information(self, *arguments, status=0):
        """What `slapos service info` prints, without the warning that the release has no schema."""
        output = self.slapos('service', 'info', *arguments, status=status)
        return json.loads(output[output.index('{\n'):output.rindex('}') + 1])

    @staticmethod
    def service(status, shared=False, state='started', parameters=None, connection=None, software_type='default'):
        return {
            'software-url': InformationTestCase.release,
            'software-type': software_type,
            'shared': shared,
            'requested-state': state,
            'instance-parameters': parameters or {},
            'connection-parameters': connection or {},
            'status': status,
        }

    @staticmethod
    def undated(record):
        return {key: value for key, value in record.items() if key not in ('created_at', 'since')}


class Services(InformationTestCase):
    def test_services_are_listed_with_their_releases(self):
        self.assertEqual(self.slapos('service', 'list'), '{}\n')
        self.format()
        self.request('host')
        self.request('shared', shared=True)
        self.order.request('/other', 'other', {})
        root = self.partition('part0')
        root.request(self.release, 'default', 'child')
        self.assertEqual(json.loads(self.slapos('service', 'list')),
                         {'host': self.release, 'other': '/other', 'shared': self.release})

    def test_an_unknown_service_is_told_with_status_2(self):
        self.format()
        output = self.slapos('service', 'info', 'nope', status=2)
        self.assertTrue(output.endswith(' WARNING Instance nope does not exist.\n'), output)

    def test_the_colour_follows_the_reports_about_the_tree(self):
        self.format()
        self.request('root', partition_parameter_kw={'who': 'me'})
        root = self.partition('part0')
        root.request(self.release, 'default', 'child')
        self.assertEqual(self.information('root'), self.service('none', parameters={'who': 'me'}))
        root.setConnectionDict({'url': 'http://10.0.0.10/'})
        root.started()
        expected = self.service('green', parameters={'who': 'me'}, connection={'url': 'http://10.0.0.10/'})
        self.assertEqual(self.information('root'), expected)
        self.partition('part1').error('it is broken')
        self.assertEqual(self.information('root'), {**expected, 'status': 'orange'})
        root.error('it is broken too')
        self.assertEqual(self.information('root'), {**expected, 'status': 'red'})
        root.started()
        self.partition('part1').stopped()
        self.assertEqual(self.information('root'), expected)

    def test_news_are_printed_on_demand(self):
        self.format()
        self.request('root')
        self.partition('part0').stopped()
        information = self.information('root', '--news')
        [record] = information.pop('news')
        self.assertEqual(information, self.service('green'))
        self.assertEqual(self.undated(record), {
            'no_data_since_15_minutes': 0, 'no_data_since_5_minutes': 0, 'portal_type': 'Software Instance',
            'reference': 'node-part0', 'state': 'stopped', 'text': '#access Instance correctly stopped',
            'user': 'node-part0'})
        self.assertEqual(record['created_at'], record['since'])

    def test_states_types_and_json_parameters_are_shown(self):
        self.format()
        self.request('root', software_type='kind', state='stopped',
                     partition_parameter_kw={'_': json.dumps({'list': [1, None, 'é']})})
        self.partition('part0').setConnectionDict({'_': json.dumps({'url': 'http://é/'})})
        self.assertEqual(self.information('root'), self.service(
            'none', state='stopped', software_type='kind', parameters={'_': {'list': [1, None, 'é']}},
            connection={'url': 'http://é/'}))

    def test_a_shared_service_has_its_own_state_parameters_and_news(self):
        self.format()
        self.request('host')
        self.request('shared', shared=True, partition_parameter_kw={'domain': 'www.example'})
        host = self.partition('part0')
        host.started()
        expected = self.service('none', shared=True, parameters={'domain': 'www.example'})
        self.assertEqual(self.information('shared'), expected)
        host.setConnectionDict({'url': 'http://www.example/'}, slave_reference='_shared')
        host.error('no such domain', slave_reference='_shared')
        expected = {**expected, 'status': 'red', 'connection-parameters': {'url': 'http://www.example/'}}
        self.assertEqual(self.information('shared'), expected)
        self.request('shared', shared=True, partition_parameter_kw={'domain': 'www.example'}, state='stopped')
        self.assertEqual(self.information('shared'), {**expected, 'requested-state': 'stopped'})

    def test_titles_of_all_kinds_work(self):
        titles = ['a/b', 'a//b', 'quo"te', '50% %41', 'my___inst', 'é💥', 'a+b c', '<x>&amp;', 'a?b#c', '{x}\\y']
        self.format(len(titles))
        for title in titles:
            self.request(title)
            self.request('shared ' + title, shared=True)
        listed = json.loads(self.slapos('service', 'list'))
        self.assertEqual(listed, {t: self.release for title in titles for t in (title, 'shared ' + title)})
        for title in titles:
            for t in (title, 'shared ' + title):
                self.assertEqual(self.order.getInformation(t)._reference, t)
        self.assertEqual(self.information('quo"te'), self.service('none'))
        self.assertEqual(self.information('é💥'), self.service('none'))
        self.assertEqual(self.information('shared a/b'), self.service('none', shared=True))


class Computers(InformationTestCase):
    def test_computers_are_listed_and_shown(self):
        self.assertEqual(self.slapos('computer', 'list'), 'List of Computers:\nnode node\n')
        self.format(1, 'other')
        self.assertEqual(self.slapos('computer', 'list'), 'List of Computers:\nnode node\nother other\n')
        self.assertEqual(self.slapos('computer', 'info', 'other'),
                         'Computer Reference: other\nComputer Title    : other\n')

    def test_an_unknown_computer_is_told_with_status_2(self):
        self.assertEqual(self.slapos('computer', 'info', 'nope', status=2), 'Computer nope does not exist.\n')

    def test_a_token_registers_computers(self):
        self.assertRegex(self.client.registerToken().request(), '^[A-Za-z0-9]{32}$')
        self.assertRegex(self.slapos('computer', 'token'), 'Computer token: [A-Za-z0-9]{32}\n')

    def test_a_requested_computer_has_its_title(self):
        computer = self.order.requestComputer('my computer')
        reference = computer._computer_id
        self.assertEqual(
            {title: vars(found) for title, found in self.client.getComputerDict().items()},
            {
                'node': {'_title': 'node', '_reference': 'node', '_relative_url': '/hateoas/computers/node',
                         '_address': None, '_netmask': None},
                'my computer': {'_title': 'my computer', '_reference': reference, '_address': None, '_netmask': None,
                                '_relative_url': '/hateoas/computers/' + reference},
            })
        information = self.client.registerComputer(reference).getInformation()
        self.assertEqual((information._reference, information._title), (reference, 'my computer'))


class Library(InformationTestCase):
    def test_open_orders_are_a_dictionary_of_services(self):
        self.format()
        self.request('host')
        self.request('shared', shared=True)
        services = self.client.getOpenOrderDict()
        self.assertEqual({title: (service._title, service._software_release_url, service._relative_url)
                          for title, service in services.items()},
                         {'host': ('host', self.release, '/hateoas/partitions/host'),
                          'shared': ('shared', self.release, '/hateoas/shared/shared')})

    def test_information_of_a_service(self):
        self.format()
        self.request('root', partition_parameter_kw={'who': 'me'})
        self.partition('part0').setConnectionDict({'url': 'http://10.0.0.10/'})
        found = vars(self.order.getInformation('root'))
        self.assertEqual(found, {
            '_portal_type': 'Instance Tree',
            '_reference': 'root',
            '_slap_state': 'started',
            '_requested_state': 'started',
            '_text_content': EMPTY.replace(
                '<instance/>', '<instance>\n  <parameter id="who">me</parameter>\n</instance>'),
            '_parameter_dict': {'who': 'me'},
            '_connection_parameter_list': EMPTY.replace(
                '<instance/>', '<instance>\n  <parameter id="url">http://10.0.0.10/</parameter>\n</instance>'),
            '_connection_dict': found['_connection_dict'],
            '_url_string': self.release,
            '_software_release_url': self.release,
            '_source_reference': 'default',
            '_root_slave': 0,
            '_news': {'instance': []},
        })
        with self.assertRaises(slapos.slap.NotFoundError):
            self.order.getInformation('nope')

    def test_members_of_a_tree(self):
        self.format()
        self.request('root')
        root = self.partition('part0')
        root.request(self.release, 'default', 'child', partition_parameter_kw={'a': 'b'})
        root.request(self.release, 'default', 'shared child', shared=True)
        child = self.partition('part1')
        child.setConnectionDict({'url': 'http://10.0.0.11/'})
        child.error('it is broken')
        members = self.navigator.getInstanceTreeInstanceList('root')
        self.assertEqual(
            [(m['title'], m['portal_type'], m['relative_url'], m['url_string'], m['getConnectionXmlAsDict'],
              m['SoftwareInstance_getNewsDict']['text']) for m in members],
            [('root', 'Software Instance', '/hateoas/partitions/root', self.release, {},
              '#error no data found for node-part0'),
             ('child', 'Software Instance', '/hateoas/partitions/root/child', self.release,
              {'url': 'http://10.0.0.11/'}, '#error while instanciating: it is broken'),
             ('shared child', 'Slave Instance', '/hateoas/shared/root/shared%20child', self.release, {},
              '#error no data found for root_shared child')])
        self.assertEqual([m['text_content'] for m in members], [
            EMPTY, EMPTY.replace('<instance/>', '<instance>\n  <parameter id="a">b</parameter>\n</instance>'), EMPTY])
        for member in members:
            self.assertEqual(self.navigator.jio_get(member['relative_url'])['data']['reference'], member['title'])

    def test_installations_and_their_news(self):
        supply = self.client.registerSupply()
        self.format(1, 'other')
        for url, computer in (('/a', 'node'), ('https://b/c', 'node'), ('/a', 'other')):
            supply.supply(url, computer)
        self.client.registerComputer('node').getSoftwareReleaseList()[0].building()
        listed = self.navigator.getSoftwareInstallationList('node')
        self.assertEqual([(i['url_string'], i['SoftwareInstallation_getNewsDict']['text']) for i in listed],
                         [('/a', '#building software release /a'), ('https://b/c', '#error no data found for https://b/c')])
        self.assertEqual(len(self.navigator.getSoftwareInstallationList()), 3)
        self.assertEqual(self.navigator.getSoftwareInstallationNews('node', '/a'), '#building software release /a')
        found = self.navigator.jio_get(listed[1]['relative_url'])['data']
        self.assertEqual((found['portal_type'], found['url_string'], found['slap_state']),
                         ('Software Installation', 'https://b/c', 'available'))

    def test_news_of_a_computer_and_its_partitions(self):
        self.format()
        self.request('root')
        self.partition('part0').started()
        self.assertEqual(self.navigator.getComputerNews('node'), '#error no data found for node')
        self.client.registerComputer('node').getComputerPartitionList()
        self.assertEqual(self.navigator.getComputerNews('node'), '#access node')
        self.assertEqual(self.navigator.getComputerPartitionNews('node', 'part0'),
                         '#access Instance correctly started')
        self.assertEqual(self.navigator.getComputerPartitionNews('node', 'part1'), '#error no data found')  # it is free

    def test_a_bad_name_is_a_bad_request(self):
        with self.assertRaises(requests.HTTPError) as raised:
            self.order.getInformation('a" OR "b')
        self.assertEqual((raised.exception.response.status_code, raised.exception.response.reason),
                         (400, 'BAD REQUEST'))
