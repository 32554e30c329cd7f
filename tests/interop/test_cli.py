"""The command line of the real client: supply, remove and request."""
from node import CommandLineTestCase


class Supply(CommandLineTestCase):
    def test_software_is_supplied_and_removed_by_url_or_by_product(self):
        output = self.slapos('supply', '/a/software.cfg', 'node')
        self.assertEqual(self.messages(output), ['Requesting software installation of /a/software.cfg...', 'Done.'])
        self.slapos('supply', 'product.product', 'node')
        self.assertEqual(self.software(), [
            ('/a/software.cfg', 'available'), ('https://product.example/software.cfg', 'available')])
        output = self.slapos('remove', '/a/software.cfg', 'node')
        self.assertEqual(self.messages(output), ['Requesting deletion of /a/software.cfg Software Release...', 'Done.'])
        self.assertEqual(self.software(), [
            ('https://product.example/software.cfg', 'available'), ('/a/software.cfg', 'destroyed')])

    def test_an_unknown_computer_or_product_is_an_error(self):
        output = self.slapos('supply', '/a/software.cfg', 'stranger', status=1)
        self.assertIn('Computer stranger has not been found by SlapOS Master.', output)
        output = self.slapos('supply', 'product.unknown', 'node', status=1)
        self.assertIn('No Software Release corresponding to this Software Product has been found.', output)
        self.assertEqual(self.software(), [])


class Request(CommandLineTestCase):
    def test_a_request_prints_the_state_and_what_the_instance_published(self):
        arguments = ('request', 'my instance', self.releases.software, '--parameters', 'who=me')
        output = self.slapos(*arguments)
        self.assertEqual(self.messages(output), [
            'Validating request parameters for my instance as an instance of %s ...' % self.releases.software,
            'Requesting my instance as an instance of %s ...' % self.releases.software,
            'Instance requested.', 'State is : started.', 'Connection parameters of instance are:', '{}',
            'You can rerun the command to get up-to-date information.'])
        partition = self.client.registerComputerPartition('node', 'part0')
        self.assertEqual(partition.getInstanceParameterDict()['who'], 'me')
        partition.setConnectionDict({'url': 'http://10.0.0.10/'})
        self.assertIn("{'url': 'http://10.0.0.10/'}", self.messages(self.slapos(*arguments)))
        self.assertIn('State is : stopped.', self.messages(self.slapos(*arguments, '--state', 'stopped')))

    def test_a_shared_instance_is_requested_with_its_type_and_node(self):
        self.slapos('request', 'host', self.releases.software)
        self.slapos('request', 'shared', self.releases.software, '--slave', '--type', 'default',
                    '--node', 'computer_guid=node', '--parameters', 'who=me')
        host = self.client.registerComputerPartition('node', 'part0')
        self.assertEqual(host.getInstanceParameterDict()['slave_instance_list'], [{
            'slave_title': '_shared', 'slave_reference': '_shared', 'slap_software_type': 'default', 'who': 'me'}])

    def test_a_full_node_is_an_error_that_leaves_the_others_alone(self):
        for title in ('first', 'second'):
            self.slapos('request', title, self.releases.software)
        output = self.slapos('request', 'third', self.releases.software, status=1)
        self.assertIn('NotFoundError', output)
        partitions = self.client.registerComputer('node').getComputerPartitionList()
        self.assertEqual([(p.getInstanceParameterDict()['instance_title'], p.getState()) for p in partitions],
                         [('first', 'started'), ('second', 'started')])
