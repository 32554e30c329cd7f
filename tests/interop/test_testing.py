"""The package for tests in Python, installed as others install it: with the real client, and with pytest."""
import importlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import unittest
import unittest.mock

import slapos.slap

from harness import wait_until

PACKAGE = os.environ['SLAPPROXY_PACKAGE']
PAGE = os.environ['SLAPPROXY_PAGE']
SEEDS = os.environ['SLAPPROXY_SEEDS']
RELEASE = 'https://sr.example/software.cfg'
TIME_LIMIT = 120


def setUpModule():
    """Install the package from a copy: a build writes beside what it builds."""
    global directory, site
    directory = tempfile.mkdtemp()
    unittest.addModuleCleanup(shutil.rmtree, directory)
    sources = os.path.join(directory, 'sources')
    shutil.copytree(PACKAGE, sources)
    site = os.path.join(directory, 'site')
    subprocess.run(
        [sys.executable, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-index', '--no-deps',
         '--no-build-isolation', '--target', site, sources], check=True)
    sys.path.insert(0, site)
    importlib.invalidate_caches()


def seed(name):
    return os.path.join(SEEDS, name + '.yaml')


def instance(title, **said):
    return {'instances': [{'title': title, 'software_release': RELEASE, **said}]}


class PackageTestCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        import slapproxy_testing
        self.package = slapproxy_testing
        self.directory = tempfile.mkdtemp(dir=directory)

    def master(self, *seeds, **arguments):
        master = self.package.Master(*seeds, **arguments)
        self.addCleanup(master.stop)
        master.start()
        return master

    def request(self, master, title, **arguments):
        client = slapos.slap.slap()
        client.initializeConnection(master.url)
        return client.registerOpenOrder().request(RELEASE, title, **arguments)


class Masters(PackageTestCase):
    def test_the_client_works_with_it_and_nothing_is_left_behind(self):
        before = sorted(os.listdir(tempfile.gettempdir()))
        with self.package.Master(seed('ten-partitions')) as master:
            partition = self.request(master, 'shop', partition_parameter_kw={'domain': 'shop.example'})
            self.assertEqual(partition.getId(), 'slappart0')
            master.assert_holds(instance('shop', parameters={'domain': 'shop.example'}))
            with self.assertRaises(AssertionError) as failure:
                master.assert_holds(instance('shop', parameters={'domain': 'shop.example'}, state='stopped'))
            self.assertEqual(str(failure.exception).splitlines()[0], 'the master does not hold what was expected:')
            self.assertIn('\n+    state: stopped\n', str(failure.exception))
            pid = master.pid
            self.assertEqual(os.kill(pid, 0), None)
        self.assertRaises(ProcessLookupError, os.kill, pid, 0)
        self.assertEqual(sorted(os.listdir(tempfile.gettempdir())), before)

    def test_it_ends_when_those_who_started_it_are_killed(self):
        program = textwrap.dedent('''\
            import os, signal, sys
            sys.path.insert(0, %r)
            from slapproxy_testing import Master
            master = Master()
            master.start()
            print(master.pid, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
            ''' % site)
        before = sorted(os.listdir(tempfile.gettempdir()))
        done = subprocess.run([sys.executable, '-c', program], stdout=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, -signal.SIGKILL)
        pid = int(done.stdout)

        def is_gone():
            try:
                with open('/proc/%d/stat' % pid) as f:
                    return f.read().rpartition(')')[2].split()[0] == 'Z'
            except FileNotFoundError:
                return True
        wait_until(is_gone, 'the master ends')
        wait_until(lambda: sorted(os.listdir(tempfile.gettempdir())) == before, 'its directory is gone')

    def test_seeds_are_files_and_maps_and_a_reset_leads_back_to_them(self):
        master = self.master(seed('demo'), {'computers': [{'reference': 'COMP-7', 'partitions': 1}]})
        beginning = master.dump()
        self.assertIn('reference: COMP-7', beginning)
        self.assertGreater(master.seed(instance('extra'), seed('two-computers')), 0)
        self.assertEqual(master.seed(seed('two-computers')), 0)
        self.assertNotEqual(master.dump(), beginning)
        master.reset()
        self.assertEqual(master.dump(), beginning)

    def test_snapshots_lead_back_and_a_file_keeps_everything(self):
        database = os.path.join(self.directory, 'proxy.db')
        for where in (None, database):
            master = self.master(seed('ten-partitions'), database=where)
            self.request(master, 'first')
            before = master.dump()
            master.save_snapshot('before')
            self.request(master, 'second')
            self.assertNotEqual(master.dump(), before)
            self.assertEqual(master.command('snapshot', 'diff', 'before'), 'instance second: added\n')
            master.load_snapshot('before')
            self.assertEqual(master.dump(), before)
            with self.assertRaises(self.package.Refused) as refused:
                master.load_snapshot('after')
            self.assertEqual((refused.exception.status, master.snapshots()), (404, ['before']))
            self.assertEqual(str(refused.exception), 'name: there is no snapshot "after"; known: before')
            master.stop()
        self.assertEqual(self.master(database=database).dump(), before)

    def test_faults_strike_the_client_as_long_as_they_are_there(self):
        master = self.master(seed('ten-partitions'))
        rules = master.add_faults('endpoint=requestComputerPartition status=503')
        self.assertEqual([rule['rule'] for rule in rules], ['endpoint=requestComputerPartition status=503'])
        with self.assertRaises(slapos.slap.ServerError):
            self.request(master, 'shop')
        self.assertEqual(master.faults()[0]['struck'], 1)
        master.clear_faults()
        self.assertEqual(master.faults(), [])
        self.request(master, 'shop')
        master.add_faults('endpoint=getRunId status=500')
        master.reset()
        self.assertEqual(master.faults(), [])
        master.seed({'faults': ['endpoint=requestComputerPartition status=503 count=1']})
        with self.assertRaises(slapos.slap.ServerError):
            self.request(master, 'other')
        self.request(master, 'other')

    def test_its_clock_stands_and_moves(self):
        master = self.master()
        clock = master.change_clock(set='2027-01-01T00:00:00Z', frozen=True)
        self.assertEqual(clock, {'now': 1798761600000000, 'frozen': True})
        self.assertEqual(master.change_clock(advance='48h')['now'], clock['now'] + 48 * 3600 * 10 ** 6)
        self.assertEqual(master.change_clock(frozen=False)['frozen'], False)
        self.assertEqual(master.clock()['frozen'], False)

    def test_the_journal_tells_what_the_code_under_test_asked(self):
        master = self.master(seed('ten-partitions'))
        self.request(master, 'shop', partition_parameter_kw={'domain': 'shop.example'})
        (entry,) = [entry for entry in master.journal() if entry['path'] == '/requestComputerPartition']
        self.assertEqual((entry['method'], entry['status']), ('POST', 200))
        self.assertEqual(entry['arguments']['partition_parameter_xml'], {'domain': 'shop.example'})
        self.assertEqual(master.journal(after=entry['number'], limit=5), [])

    def test_commands_of_the_program_are_about_it(self):
        master = self.master(seed('ten-partitions'))
        told = master.command('request', 'shop', RELEASE, '--no-validate', '--format', 'json')
        self.assertIn('"partition": "slappart0"', told)
        with self.assertRaises(self.package.Refused) as refused:
            master.command('service', 'info', 'nobody')
        self.assertEqual(refused.exception.status, 2)

    def test_variables_do_not_configure_it(self):
        with unittest.mock.patch.dict(os.environ, SLAPPROXY_STRICT='perhaps', SLAPOS_CONFIGURATION='/nowhere.cfg'):
            self.assertIn('reference: local_computer', self.master().command('dump'))

    def test_why_it_does_not_start_is_told(self):
        missing = os.path.join(self.directory, 'nothing')
        with self.assertRaises(self.package.StartError) as failure:
            self.master(binary=missing)
        self.assertIn('%s is no program that can be run\nhint: ' % missing, str(failure.exception))
        with self.assertRaises(self.package.StartError) as failure:
            self.master({'instances': [{'title': 'shop'}]})
        self.assertIn('ended with exit status 1:\nerror: nothing is seeded:\n', str(failure.exception))
        self.assertIn('instances[0].software_release: is missing', str(failure.exception))
        with self.assertRaises(self.package.StartError) as failure:
            self.master(options=['--fault', 'latency=soon'])
        self.assertIn('ended with exit status 2:\n--fault: "soon" is not a span of time', str(failure.exception))
        master = self.master(options=['--strict'])
        self.assertIn('Running on ', master.log())
        self.assertRaises(self.package.StartError, master.start)
        master.stop()
        self.assertRaises(self.package.StartError, master.reset)


class Pytest(PackageTestCase):
    """The fixture, in a pytest of its own."""

    def pytest(self, text, status=0):
        os.symlink(os.path.dirname(SEEDS), os.path.join(self.directory, 'fixtures'))
        with open(os.path.join(self.directory, 'test_it.py'), 'w', encoding='utf-8') as f:
            f.write(text)
        done = subprocess.run(
            [sys.executable, '-m', 'pytest', '--strict-markers', '-q', '-p', 'no:cacheprovider', 'test_it.py'],
            cwd=self.directory, env={**os.environ, 'PYTHONPATH': site}, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=TIME_LIMIT)
        self.assertEqual(done.returncode, status, done.stdout)
        return done.stdout

    def test_the_test_of_the_page_succeeds(self):
        with open(PAGE, encoding='utf-8') as f:
            _, section = f.read().split('**Test with it**', 1)
        self.assertIn('1 passed', self.pytest(python_of(section)))

    def test_masters_are_shared_and_reset_and_every_mark_has_its_own(self):
        told = self.pytest(textwrap.dedent('''\
            import pytest

            pytestmark = pytest.mark.slapproxy('fixtures/seed/ten-partitions.yaml')
            seen = []


            @pytest.mark.parametrize('number', [1, 2, 3])
            def test_it_is_as_at_its_start(slapproxy, number):
                assert 'instances' not in slapproxy.dump()
                slapproxy.seed({'instances': [{'title': 'shop', 'software_release': '/sr'}]})
                seen.append(slapproxy.pid)
                if number == 2:
                    slapproxy.change_clock(advance='1h')


            def test_a_clock_that_was_moved_is_not_met_again():
                assert seen[0] == seen[1] != seen[2]


            @pytest.mark.slapproxy({'computers': [{'reference': 'COMP-9'}]}, options=['--strict'])
            class TestOthers:
                def test_the_nearest_mark_counts(self, slapproxy):
                    assert slapproxy.pid not in seen
                    assert 'COMP-9' in slapproxy.dump()
                    seen.append(slapproxy.pid)

                def test_one_that_died_is_replaced(self, slapproxy):
                    assert slapproxy.pid == seen[-1]
                    slapproxy._process.kill()
                    slapproxy._process.wait()

                def test_one_is_there_again(self, slapproxy):
                    assert slapproxy.pid != seen[-1]
            '''))
        self.assertIn('7 passed', told)

    def test_a_master_that_does_not_start_is_an_error_that_tells_why(self):
        told = self.pytest(textwrap.dedent('''\
            import pytest

            @pytest.mark.slapproxy('fixtures/seed/nothing.yaml')
            def test_it(slapproxy):
                pass
            '''), status=1)
        self.assertIn('fixtures/seed/nothing.yaml: No such file or directory', told)


def python_of(section):
    """The indented lines between the words `In Python` and the next paragraph."""
    _, rest = section.split('\nIn Python', 1)
    _, block = rest.split('\n\n    ', 1)
    lines = ['    ' + line if number == 0 else line for number, line in enumerate(block.split('\n'))]
    end = next(number for number, line in enumerate(lines) if line and not line.startswith('    '))
    return textwrap.dedent('\n'.join(lines[:end]))
