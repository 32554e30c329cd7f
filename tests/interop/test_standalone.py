"""StandaloneSlapOS, which test suites embed, with this master as its proxy."""
import contextlib
import os
import subprocess
import urllib.error
import urllib.request

import psutil
from slapos.slap.standalone import SlapOSNodeInstanceError, StandaloneSlapOS

from harness import BINARY, TemporaryDirectoryTestCase, free_port, wait_until
from node import DEAD_PROXY, Releases


class ImpatientStandaloneSlapOS(StandaloneSlapOS):
    def _ensureSlapOSAvailable(self):
        # the same condition as in the original, which waits over five minutes
        wait_until(self._isSlapOSAvailable, 'the master answers as StandaloneSlapOS expects it')


class Standalone(TemporaryDirectoryTestCase):
    def setUp(self):
        directory = self.make_directory()
        self.wrapper = os.path.join(directory, 'slapos')
        # the real slapos is the one of PATH; a wrapper is replaced
        for _ in range(2):
            subprocess.run([BINARY, 'shim', self.wrapper], check=True)
        self.assertEqual(os.stat(self.wrapper).st_mode & 0o7777, 0o755)
        for name, value in (('http_proxy', DEAD_PROXY), ('https_proxy', DEAD_PROXY), ('no_proxy', '127.0.0.1')):
            os.environ[name] = value
            self.addCleanup(os.environ.pop, name)
        self.base = os.path.join(directory, 'base')
        os.mkdir(self.base)
        self.releases = Releases(directory)
        self.port = free_port()
        self.addCleanup(self.kill_supervisor)
        self.standalone = self.start()

    def start(self):
        return ImpatientStandaloneSlapOS(self.base, '127.0.0.1', self.port, slapos_bin=self.wrapper)

    def kill_supervisor(self):
        """End what a failed test leaves: a stopped one has removed the file."""
        with contextlib.suppress(FileNotFoundError), open(
                os.path.join(self.base, 'var', 'run', 'supervisord.pid')) as f:
            supervisor = psutil.Process(int(f.read()))
            family = [supervisor, *supervisor.children(recursive=True)]
            supervisor.terminate()
            psutil.wait_procs(family, timeout=30)

    def log(self):
        with open(os.path.join(self.base, 'var', 'log', 'slapos-proxy.log')) as f:
            return f.read()

    def proxy(self):
        """The process of the master."""
        with self.standalone.system_supervisor_rpc as supervisor:
            return psutil.Process(supervisor.getProcessInfo('slapos-proxy')['pid'])

    def test_the_wrapper_replaces_no_other_file(self):
        other = os.path.join(self.base, 'slapos')
        with open(other, 'w') as f:
            f.write('#!/bin/sh\n')
        done = subprocess.run([BINARY, 'shim', other], stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn('is there already and was not written by this command', done.stderr)
        with open(other) as f:
            self.assertEqual(f.read(), '#!/bin/sh\n')
        shown = subprocess.run([self.wrapper, '--quiet', 'proxy', 'show', '--help'], stdout=subprocess.PIPE, text=True)
        self.assertIn('slapproxy', shown.stdout)
        version = subprocess.run([self.wrapper, '--version'], stdout=subprocess.PIPE, text=True).stdout
        self.assertIn('slapos', version)

    def test_it_formats_builds_deploys_restarts_and_stops(self):
        standalone, release = self.standalone, self.releases.software
        self.assertIn('Running on http://127.0.0.1:%d' % self.port, self.log())
        self.assertTrue(os.path.exists(os.path.join(self.base, 'var', 'proxy.db')))

        standalone.format(2, '10.0.0.1', '2001:db8::1')
        self.assertEqual([(p.getId(), p.getState()) for p in standalone.computer.getComputerPartitionList()],
                         [('slappart0', 'destroyed'), ('slappart1', 'destroyed')])

        standalone.supply(release)
        standalone.waitForSoftware()
        instance = standalone.request(release, 'instance', partition_parameter_kw={'who': 'me'})
        self.assertEqual((instance.getId(), instance.getState()), ('slappart0', 'started'))
        standalone.waitForInstance()
        again = standalone.request(release, 'instance', partition_parameter_kw={'who': 'me'})
        self.assertEqual(again.getConnectionParameterDict(), {'greeting': 'hello me', 'ipv4': '10.0.0.1'})

        standalone.request(release, 'instance', partition_parameter_kw={'fail-instance': '1'})
        with self.assertRaises(SlapOSNodeInstanceError) as caught:
            standalone.waitForInstance()
        self.assertIn('this instance was asked to fail', str(caught.exception))
        self.assertEqual(standalone.computer.getComputerPartitionList()[0].getAccessStatus()[:7], '#error ')

        with self.assertRaisesRegex(ValueError, 'busy partition at slappart0'):
            standalone.format(1, '10.0.0.1', '2001:db8::1', partition_base_name='other')
        standalone.request(release, 'instance', state='destroyed')
        standalone.waitForReport()
        standalone.format(1, '10.0.0.1', '2001:db8::1', partition_base_name='other')
        self.assertEqual([p.getId() for p in standalone.computer.getComputerPartitionList()], ['other0'])

        standalone.supply(release, state='destroyed')
        standalone.waitForSoftware()
        self.assertEqual(standalone.computer.getSoftwareReleaseList(), [])

        standalone.stop(timeout=30)
        standalone = self.standalone = self.start()
        self.assertEqual([p.getId() for p in standalone.computer.getComputerPartitionList()], ['other0'])

        process, url = self.proxy(), standalone._master_url
        standalone.stop(timeout=30)
        wait_until(lambda: not process.is_running(), 'the master ends', timeout=10)
        with self.assertRaises(urllib.error.URLError):
            urllib.request.urlopen(url)
        self.assertNotIn('Traceback', self.log())
