"""`slapproxy request --wait`, while the real agent works."""
import json
import subprocess

from harness import BINARY, wait_until
from node import COMMAND_TIMEOUT, AgentTestCase


class Waiting(AgentTestCase):
    def wait(self, title, release, *words):
        """Start a request that waits, and go on once the master has it."""
        process = subprocess.Popen(
            [BINARY, 'request', title, release, '--no-validate', '--wait', '--timeout', str(COMMAND_TIMEOUT),
             '--format', 'json', '--master-url', self.master.url, *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        wait_until(lambda: title in self.client.getOpenOrderDict(), '%s is requested' % title)
        return process

    def test_it_ends_when_the_agent_deployed_and_stopped_the_instance(self):
        self.slapos('supply', self.releases.software, 'node')
        process = self.wait('root', self.releases.software)
        self.node.software()
        self.node.instance()
        output, error = process.communicate(timeout=COMMAND_TIMEOUT)
        self.assertEqual((process.returncode, error), (0, ''))
        answer = json.loads(output)
        self.assertEqual((answer['requested-state'], answer['partition']), ('started', 'slappart0'))
        self.assertEqual(answer['connection-parameters'], self.published('slappart0'))
        process = self.wait('root', self.releases.software, '--state', 'stopped')
        wait_until(lambda: self.partition('slappart0').getState() == 'stopped', 'the stop is requested')
        self.node.instance()
        output, error = process.communicate(timeout=COMMAND_TIMEOUT)
        self.assertEqual((process.returncode, error), (0, ''))
        self.assertEqual(json.loads(output)['requested-state'], 'stopped')

    def published(self, partition_id):
        return self.partition(partition_id).getConnectionParameterDict()

    def test_it_ends_with_the_log_when_the_agent_cannot_build_the_release(self):
        self.slapos('supply', self.releases.broken, 'node')
        process = self.wait('broken', self.releases.broken)
        self.node.software(status=1)
        output, error = process.communicate(timeout=COMMAND_TIMEOUT)
        self.assertEqual((process.returncode, output), (1, ''))
        self.assertTrue(error.startswith('error: broken failed on node:\n'), error)
