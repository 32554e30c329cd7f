"""Old databases of the Python proxy: what the real client sees of them before and after, and who reads the file."""
import contextlib
import glob
import json
import os
import re
import shutil
import sqlite3
import subprocess
import urllib.parse

import requests
import slapos.slap
from slapos.util import loads

from harness import BINARY, Master, PythonProxy, TemporaryDirectoryTestCase, wait_until

COMPUTER = 'computer'
ROOT = '/sr/root'
FIXTURES = os.environ['SLAPPROXY_LEGACY']
VERSIONS = range(10, 19)
ABSENT = 'absent'


def python_proxy(database):
    return PythonProxy(os.path.dirname(database), COMPUTER, database,
                       options={'local_software_release_root': ROOT})


class View:
    """What the real client and JSON-RPC show of a master, one entry for each field of each answer."""

    def __init__(self, url):
        self.url = url
        self.fields = {}
        self.client = slapos.slap.slap()
        self.client.initializeConnection(url)
        self.order = self.client.registerOpenOrder()

    def add(self, path, value):
        if isinstance(value, dict):
            if not value:
                self.fields[path] = {}
            for key, item in value.items():
                self.add('%s/%s' % (path, key), item)
        elif hasattr(value, '_software_release'):
            self.add(path, {'url': value._software_release, 'computer': value._computer_guid})
        else:
            self.fields[path] = value

    def partition(self, path, partition):
        hidden = ('_connection_helper', '_hateoas_navigator')
        self.add(path, {key: value for key, value in vars(partition).items() if key not in hidden})

    def computer(self, reference, when='first'):
        computer = self.client.registerComputer(reference)
        partitions = computer.getComputerPartitionList()
        self.add('%s/%s/order' % (when, reference), [partition.getId() for partition in partitions])
        self.add('%s/%s/software' % (when, reference), [
            (release.getURI(), release.getState()) for release in computer.getSoftwareReleaseList()])
        for partition in partitions:
            self.partition('%s/%s/%s' % (when, reference, partition.getId()), partition)
            registered = loads(self.client._connection_helper.GET('registerComputerPartition', params={
                'computer_reference': reference, 'computer_partition_reference': partition.getId()}))
            self.partition('%s/registered/%s/%s' % (when, reference, partition.getId()), registered)
        self.rpc('instances/' + reference, 'slapos.allDocs.v0.compute_node_instance_list', computer_guid=reference)
        self.rpc('installations/' + reference, 'slapos.allDocs.v0.compute_node_software_installation_list',
                 computer_guid=reference)
        for partition in partitions:
            self.rpc('place/%s/%s' % (reference, partition.getId()), 'slapos.get.v0.compute_partition',
                     computer_guid=reference, compute_partition_id=partition.getId())

    def rpc(self, path, method, **arguments):
        answer = requests.post(self.url + method, json=arguments)
        document = answer.json()
        self.add(path + '/status', answer.status_code)
        if answer.status_code >= 400:
            return
        for item in document.get('result_list', ()):
            name = item.get('instance_guid') or item.get('title') or item['software_release_uri']
            self.add('%s/%s' % (path, name), item)
        if 'result_list' in document:
            self.add(path + '/order', [item.get('title') or item['software_release_uri']
                                       for item in document['result_list']])
        else:
            self.add(path, document)

    def services(self):
        """What `slapos service list` and `slapos service info` show, over HATEOAS."""
        client = slapos.slap.slap()
        client.initializeConnection(self.url, slapgrid_rest_uri=self.url + 'hateoas')
        listed = client.getOpenOrderDict()
        self.add('services/order', list(listed))
        for title, service in listed.items():
            self.add('services/' + title, vars(service))
            if '/' not in title and '"' not in title:
                self.add('service/' + title, vars(client.registerOpenOrder().getInformation(title)))

    def request(self, path, title, by=None, **arguments):
        requester = self.order if by is None else self.client.registerComputerPartition(*by)
        answer = requester.request(
            software_release=arguments.pop('release', ROOT + '/software.cfg'), partition_reference=title, **arguments)
        self.partition('request/' + path, answer)


def everything(url, version):
    view = View(url)
    computers = [COMPUTER] + (['other ü'] if version >= 11 else [])
    for reference in computers:
        view.computer(reference)
    view.rpc('trees', 'slapos.allDocs.v0.instance_tree_list')
    for title in ('root', 'provider', 'second', 'ext', 'child', 'nobody'):
        view.rpc('tree/' + title, 'slapos.get.v0.instance_tree', title=title)
    for guid in ('root______0', 'child___root___0', 'grand child___root___0', 'ext______1', 'db___root___1'):
        view.rpc('instance/' + guid, 'slapos.get.v0.software_instance', instance_guid=guid)
    view.services()
    view.rpc('served', 'slapos.allDocs.v0.instance_node_instance_list', instance_guid='provider______0')
    return view


def requested(view, version):
    """The same requests as before the migration: they change nothing, so that nothing is processed again."""
    simple = {'a': 'b'}
    root = {'a': 'b & c', '_': '{"k": ["v", 1, null], "ü": "💥"}', 'lines': 'one\ntwo\r', 'empty': ''}
    view.request('root', 'root', software_type='default', partition_parameter_kw=root)
    view.request('provider', 'provider', software_type='default', partition_parameter_kw=simple)
    view.request('child', 'child', (COMPUTER, 'slappart2'), software_type='default', partition_parameter_kw=simple)
    view.request('grand child', 'grand child', (COMPUTER, 'slappart1'), software_type='other', state='stopped',
                 partition_parameter_kw=simple)
    view.request('unicode', "Ünïcode 💥 & <b> 'q' \"z\"", release='https://sr.example/b%20ü.cfg',
                 software_type='default', state='destroyed')
    view.request('ext', 'ext', software_type='default', shared=True, filter_kw={'instance_guid': 'computer-slappart10'},
                 partition_parameter_kw={'text': 'a & <b>', 'number': 3, 'yes': True, 'none': None, 'float': 1.5})
    if version >= 11:
        view.request('second', 'second', software_type='default', partition_parameter_kw=simple,
                     filter_kw={'computer_guid': 'other ü'})
    view.computer(COMPUTER, 'last')


def is_new(old, new):
    return old == ABSENT


def to_microseconds(old, new):
    return new // 1000000 == old


# What is different on purpose: why, where, in which versions, and whether these two values differ just so.
DIFFERENCES = [
    ('the filter of a request is kept', r'.*/_filter_dict(/.*)?', VERSIONS, is_new),
    ('there is full_ip_list', r'.*/full_ip_list', VERSIONS, lambda old, new: (old, new) == (ABSENT, [])),
    ('an empty parameter is an empty text', r'.*/(_parameter_dict|parameters)/empty', VERSIONS,
     lambda old, new: (old, new) == (None, '')),
    ('JSON-RPC has the timestamp in microseconds', r'.*/processing_timestamp', range(14, 19), to_microseconds),
    ('a shared instance has its own software type', r'instance/db___root___1/software_type', range(17, 19),
     lambda old, new: (old, new) == ('default', 'other')),
    ('the answer to a shared request tells guid and state', r'request/ext/(_instance_guid|_requested_state)', VERSIONS,
     lambda old, new: old == ABSENT and new in ('_ext', 'started')),
    ('the name of a shared instance of a child begins with the title of its root, not with a partition',
     r'(first|last)/.*/slappart10/_parameter_dict/slave_instance_list|services/provider/_slave_instance_list',
     range(10, 17),
     lambda old, new: json.loads(json.dumps(old).replace('slappart1_db', 'root_db')) == new),
    ('so its host must process it',
     r'(first/.*|last/.*|request)/(slappart10|provider)/_parameter_dict/timestamp|services/provider/_timestamp',
     range(14, 17), lambda old, new: float(new) > float(old)),
    ('so it is not lost to JSON-RPC', r'(instance|served)/db___(root|slappart1)___1/.*', range(10, 17),
     lambda old, new: ABSENT in (old, new) or (old, new) == (403, 200)),
    ('and neither is the timestamp of what else is there',
     r'(tree|instance|place)/.*(provider|slappart10|ext.*)/processing_timestamp', range(14, 17),
     lambda old, new: new // 1000000 > old),
    ('an instance without a timestamp is processed once, and not over and over until its next request',
     r'.*/(_parameter_dict/timestamp|processing_timestamp|_timestamp)', range(10, 14),
     lambda old, new: old in (ABSENT, None, 0) or abs(float(new) / (1 if isinstance(new, str) else 1e6) - float(old)) < 60),
    ('a shared instance is shown although its host has no timestamp', r'(instance/ext______1|tree/ext)/.*',
     range(10, 14), lambda old, new: old == ABSENT or (old, new) == (500, 200)),
    ('the requester is known', r'services/.*/_requester_id', range(10, 18),
     lambda old, new: (old, new) == ('', 'user')),
    ('services have news', r'service/.*/_news/instance', VERSIONS, lambda old, new: (old, new) == (ABSENT, [])),
    ('shared instances have states', r'service/ext/(_requested_state|_slap_state)', VERSIONS,
     lambda old, new: (old, new) == ('unused', 'started')),
    ('more characters are escaped in URLs', r'services/.*/_relative_url', VERSIONS,
     lambda old, new: urllib.parse.unquote(old) == urllib.parse.unquote(new)),
]


class MigrationTestCase(TemporaryDirectoryTestCase):
    def old(self, name):
        path = os.path.join(self.make_directory(), 'proxy.db')
        shutil.copy(os.path.join(FIXTURES, name), path)
        return path

    def ours(self, database, computer_id=COMPUTER, **options):
        master = Master(os.path.dirname(database), computer_id, {'local_software_release_root': ROOT, **options})
        master.database = database
        master._configure(0)
        self.addCleanup(master.dispose)
        master.start()
        return master

    def everything_at(self, url, version):
        view = everything(url, version)
        requested(view, version)
        return view.fields

    def check_differences(self, version, before, after):
        """Every difference is documented; returns which of them there are."""
        self.assertGreater(len(before), 100)
        found, unknown = set(), []
        for path in sorted({*before, *after}):
            old, new = before.get(path, ABSENT), after.get(path, ABSENT)
            if old != new:
                why = {why for why, where, versions, check in DIFFERENCES
                       if version in versions and re.fullmatch(where, path) and check(old, new)}
                found |= why
                if not why:
                    unknown.append((path, old, new))
        self.assertEqual(unknown, [])
        return found


class BeforeAndAfter(MigrationTestCase):
    def test_the_client_sees_the_same_but_for_what_is_documented(self):
        found = set()
        for version in VERSIONS:
            with self.subTest(version=version):
                old = self.old('v%d.db' % version)
                with python_proxy(old) as proxy:
                    before = self.everything_at(proxy.url, version)
                master = self.ours(self.old('v%d.db' % version))
                after = self.everything_at(master.url, version)
                found |= self.check_differences(version, before, after)
                # what requests added since is more than what was imported
                information = [path for path in after if path.startswith('first/') and '_filter_dict' not in path]
                master.stop()
                master.start()
                again = everything(master.url, version).fields
                self.assertEqual({path: again[path] for path in information}, {path: after[path] for path in information})
                self.assertEqual(len(glob.glob(master.database + '-backup-v%d-*.db' % version)), 1)
        self.assertEqual({why for why, *_ in DIFFERENCES} - found, set(), 'these differences are none')

    def test_nothing_is_processed_again_after_the_migration(self):
        """The marks by which the agent decides are the same texts."""
        old = self.old('v17.db')
        with python_proxy(old) as proxy:
            before = self.everything_at(proxy.url, 17)
        after = self.everything_at(self.ours(self.old('v17.db')).url, 17)
        marks = {path: value for path, value in before.items() if path.endswith('_parameter_dict/timestamp')}
        self.assertEqual(len(marks), 2 * (5 + 2) + 2 * 5 + 6)
        self.assertEqual({path: after[path] for path in marks}, marks)
        self.assertEqual(marks['last/computer/slappart1/_parameter_dict/timestamp'], '1795424399.5256677')


class Export(MigrationTestCase):
    def test_the_python_proxy_serves_what_was_exported(self):
        for version in (17, 18):
            with self.subTest(version=version):
                master = self.ours(self.old('v18.db'))
                after = self.everything_at(master.url, 18)
                exported = os.path.join(self.make_directory(), 'exported.db')
                command = [BINARY, 'export', '--cfg', master.configuration, '--slapos-db', exported,
                           '--schema-version', str(version)]
                subprocess.run(command, check=True, capture_output=True)
                refused = subprocess.run(command, capture_output=True, text=True)
                self.assertEqual((refused.returncode, refused.stderr),
                                 (1, 'error: %s exists already; --force replaces it\n' % exported))
                with python_proxy(exported) as proxy:
                    before = self.everything_at(proxy.url, 18)
                self.check_differences(version, before, after)


class ForeignReaders(MigrationTestCase):
    """What test suites of software releases ask the file."""

    def assert_answers(self, path, version):
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.row_factory = sqlite3.Row

            def one(query, *arguments):
                row, = db.execute(query % version, arguments).fetchall()
                return row

            self.assertEqual(one('SELECT reference FROM partition%d WHERE partition_reference=?', 'provider')[0],
                             'slappart10')
            addresses = db.execute('SELECT address FROM partition_network%d WHERE partition_reference=?' % version,
                                   ('slappart10',)).fetchall()
            self.assertEqual([row[0] for row in addresses], ['10.0.1.3', '2001:db8::3'])
            busy = db.execute("SELECT partition_reference FROM partition%d where slap_state='busy'" % version)
            self.assertEqual([row[0] for row in busy][:3], ['root', 'child', 'grand child'])
            child = dict(one('SELECT * FROM partition%d WHERE reference = ?', 'slappart1'))
            self.assertEqual(child.pop('xml'), "<?xml version='1.0' encoding='utf-8'?>\n<instance>\n"
                                               '  <parameter id="a">b</parameter>\n</instance>\n')
            self.assertIn('<parameter id="password">ä&lt;&gt;"\'</parameter>', child.pop('connection_xml'))
            expected = {
                'reference': 'slappart1', 'computer_reference': COMPUTER, 'slap_state': 'busy',
                'software_release': ROOT + '/software.cfg', 'slave_instance_list': None, 'software_type': 'default',
                'partition_reference': 'child', 'requested_by': 'root', 'requester_id': 'slappart2',
                'requested_state': 'started', 'timestamp': 1795424399.5256677}
            if version == 17:
                del expected['requester_id']
            self.assertEqual(child, expected)
            host = one('SELECT * FROM partition%d WHERE partition_reference = ?', 'provider')
            self.assertEqual(loads(host['slave_instance_list'].encode('utf-8')), [
                {'slave_title': '_ext', 'slave_reference': '_ext', 'slap_software_type': 'default', 'text': 'a & <b>',
                 'number': 3, 'yes': True, 'none': None, 'float': 1.5},
                {'slave_title': 'root_db', 'slave_reference': 'root_db', 'slap_software_type': 'other',
                 'list': [1, ['x'], {'k': 'é'}], 'big': 10 ** 30, '_': '{"a": "💥"}'}])
            shared = one('SELECT * FROM slave%d WHERE reference = ?', 'root_db')
            self.assertEqual((shared['hosted_by'], shared['computer_reference']), ('slappart10', COMPUTER))
            rows = db.execute('SELECT rowid, partition_reference FROM forwarded_partition_request%d' % version)
            self.assertEqual([tuple(row) for row in rows], [(2, 'slappart2_cdn'), (3, 'user_frontend ü')])
            software = db.execute('SELECT * FROM software%d' % version).fetchall()
            self.assertEqual([tuple(row) for row in software], [
                (ROOT + '/software.cfg', COMPUTER, 'available'), ('https://sr.example/b%20ü.cfg', COMPUTER, 'destroyed'),
                (ROOT + '/software.cfg', 'other ü', 'available')])
            computers = db.execute('SELECT * FROM computer%d' % version).fetchall()
            self.assertEqual([tuple(row) for row in computers], [
                (COMPUTER, '10.0.0.1', '255.255.255.0'), ('other ü', '10.0.0.2', '255.255.255.0')])
            self.assertEqual([tuple(row) for row in db.execute('SELECT * FROM config%d' % version)],
                             [('local_software_release_root', ROOT)])

    def test_the_running_file_its_plain_copy_and_its_backup_answer(self):
        for version in (17, 18):
            with self.subTest(version=version):
                master = self.ours(self.old('v18.db'), compat_schema=str(version))
                self.assert_answers(master.database, version)
                directory = self.make_directory()
                copy, backup = os.path.join(directory, 'copy.db'), os.path.join(directory, 'backup.db')
                shutil.copy(master.database, copy)
                with contextlib.closing(sqlite3.connect(master.database)) as source, \
                        contextlib.closing(sqlite3.connect(backup)) as target:
                    source.backup(target)
                master.stop()
                self.assert_answers(copy, version)
                self.assert_answers(backup, version)
                # both are databases of this master as well
                self.assertEqual(self.ours(backup, compat_schema=str(version)).stop(), None)

    def test_the_version_of_the_installed_package_is_the_default(self):
        from slapos.proxy.db_version import DB_VERSION
        self.assert_answers(self.ours(self.old('v18.db')).database, int(DB_VERSION))
