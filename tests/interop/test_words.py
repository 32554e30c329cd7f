"""The same words for the real command line and for the program: the same effect, exit status and standard output."""
import json
import os
import subprocess

from slapos.util import dumps

from harness import BINARY, Master, TemporaryDirectoryTestCase, description
from node import COMMAND_TIMEOUT, write_configuration

SCHEMA = {
    'serialisation': 'json-in-xml',
    'software-type': {
        'default': {'request': 'input.json'},
        'plain': {'request': 'input.json', 'serialisation': 'xml'},
        'RootSoftwareInstance': {'request': 'nowhere.json'},
    },
}


class Side:
    """A command line with a master of its own."""

    def __init__(self, program, directory):
        self.program = program
        self.directory = directory
        self.master = Master(directory, options={
            'software_product_list': '\nproduct https://product.example/software.cfg'})
        self.master.start()
        self.client = self.master.client()
        self.client.registerComputer('node').updateConfiguration(
            dumps(description('node', {'part0': ['10.0.0.10'], 'part1': ['10.0.0.11']})))
        self.configuration = os.path.join(directory, 'client.cfg')
        self.configure({})

    def configure(self, console):
        write_configuration(self.configuration, {'slapos': {'master_url': self.master.url}, 'slapconsole': console})

    def run(self, words, configured):
        arguments = [self.program, *words]
        environment = dict(os.environ)
        if configured == 'option':
            arguments += ['--cfg', self.configuration]
        else:
            environment['SLAPOS_CLIENT_CONFIGURATION'] = self.configuration
        done = subprocess.run(
            arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            timeout=COMMAND_TIMEOUT, env=environment)
        return done.returncode, done.stdout, done.stderr

    def held(self):
        """All that the master holds, but for the times."""
        computer = self.client.registerComputer('node')
        releases = [(release.getURI(), release.getState()) for release in computer.getSoftwareReleaseList()]
        partitions = []
        for partition in computer.getComputerPartitionList():
            parameters = dict(partition.getInstanceParameterDict())
            parameters.pop('timestamp', None)
            partitions.append((partition.getId(), partition.getState(), parameters))
        return releases, partitions


class SameWords(TemporaryDirectoryTestCase):
    def setUp(self):
        self.directory = self.make_directory()
        self.sides = []
        for name, program in (('python', 'slapos'), ('rust', BINARY)):
            directory = os.path.join(self.directory, name)
            os.mkdir(directory)
            side = Side(program, directory)
            self.addCleanup(side.master.dispose)
            self.sides.append(side)
        self.release = self.write('software.cfg', '')
        self.write('software.cfg.json', json.dumps(SCHEMA))
        self.write('input.json', json.dumps({'type': 'object'}))

    def write(self, name, content):
        path = os.path.join(self.directory, name)
        with open(path, 'w', encoding='utf-8') as f:
            f.write(content)
        return path

    def configure(self, console):
        for side in self.sides:
            side.configure(console)

    def both(self, *words, status=0, configured='option', output=None):
        """Run the words on both sides, and compare what comes of it."""
        results = [side.run(words, configured) for side in self.sides]
        told = '\n'.join(error for _, _, error in results)
        self.assertEqual([code for code, _, _ in results], [status, status], '%r: %s' % (words, told))
        if output is not None:
            self.assertEqual([text for _, text, _ in results], [output, output], words)
        python, rust = (side.held() for side in self.sides)
        self.assertEqual(python, rust, words)
        return rust

    def test_releases_are_supplied_and_removed(self):
        releases, _ = self.both('supply', '/a/software.cfg', 'node')
        self.assertEqual(releases, [('/a/software.cfg', 'available')])
        self.both('supply', 'product.product', 'node', configured='variable')
        releases, _ = self.both('remove', '/a/software.cfg', 'node')
        self.assertEqual(releases, [
            ('https://product.example/software.cfg', 'available'), ('/a/software.cfg', 'destroyed')])
        for words, status in (
                (('supply', '/a/software.cfg', 'stranger'), 1),
                (('remove', '/a/software.cfg', 'stranger'), 1),
                (('supply', 'product.unknown', 'node'), 1),
                (('supply', '/a/software.cfg'), 2),
                (('remove',), 2)):
            self.both(*words, status=status)

    def test_instances_are_requested_with_words_in_any_order(self):
        _, partitions = self.both('request', 'first', self.release)
        self.assertEqual([(name, state) for name, state, _ in partitions], [
            ('part0', 'started'), ('part1', 'destroyed')])
        for words in (
                ('request', 'first', self.release, '--parameters', 'a=1', 'b=x=y', 'c=', '--type', 'plain'),
                ('request', '--type=plain', 'first', '--state', 'stopped', self.release),
                ('request', '--parameters', 'ü=ö', '--sta', 'started', 'first', self.release, '--ty', 'plain'),
                ('request', 'first', self.release, '--node', 'computer_guid=node', 'x=y'),
                ('-v', 'request', 'second', self.release, '--type', 'RootSoftwareInstance'),
                ('--log-color', '--log-time', 'request', 'shared', self.release, '--slave', '--parameters', 'who=me'),
                ('request', 'shared', self.release, '--slave', '--state', 'destroyed'),
                ('request', 'second', self.release, '--state', 'destroyed')):
            self.both(*words)

    def test_files_of_parameters_travel_as_the_release_says(self):
        content = {'z': 1, 'a': ['é', True, None, 1.0, {}], '😀': {'b': 'x"\n'}}
        as_json = self.write('p.json', json.dumps(content, ensure_ascii=False))
        as_yaml = self.write('p.yaml', 'z: 1\na: [é, yes, null, 1.0, {}]\n😀:\n  b: "x\\"\\n"\n')
        as_text = self.write('p.txt', json.dumps(content))
        wrapped = self.write('wrapped.yml', '_: \'{"z": 1}\'\n')
        as_xml = self.write('p.xml', '<?xml version="1.0" encoding="utf-8"?><instance>'
                            '<parameter id="a">1</parameter><parameter id="é">ö</parameter></instance>')
        for words in (
                ('--parameters-file', as_json),
                ('--parameters-file', as_yaml),
                ('--parameters-file', as_text),
                ('--parameters-file', wrapped),
                ('--parameters-file', as_xml),
                ('--parameters-file', as_xml, '--type', 'plain'),
                ('--parameters-file', as_json, '--force-serialisation', 'xml'),
                ('--parameters-file', as_yaml, '--force-serialisation', 'json-in-xml', '--type', 'plain'),
                ('--parameters-file', wrapped, '--type', 'plain')):
            _, partitions = self.both('request', 'first', self.release, *words)
        self.assertEqual(partitions[0][2]['_'], '{"z": 1}')

    def test_wrong_words_have_the_same_exit_status(self):
        broken = self.write('broken.json', '{')
        for words, status in (
                (('--node', 'a'), 1),
                (('--parameters', 'a'), 1),
                (('--parameters', 'a=1', 'a=2'), 1),
                (('--state', 'bogus'), 1),
                (('--parameters-file', broken), 1),
                (('--parameters-file', '/nowhere.json'), 2),
                (('--force-serialisation', 'yaml'), 2),
                (('--parameters', 'a=1', '--parameters-file', broken), 2),
                (('--unknown',), 2),
                (('--state', 'destroyed'), 1)):
            self.both('request', 'first', self.release, *words, status=status)
        self.both('request', 'first', status=2)
        self.both('request', 'first', 'product.unknown', status=1)
        for title in ('first', 'second'):
            self.both('request', title, self.release)
        self.both('request', 'third', self.release, status=1)

    def test_the_console_section_gives_other_defaults(self):
        self.configure({'type': 'plain', 'state': 'stopped'})
        _, partitions = self.both('request', 'first', self.release)
        self.assertEqual((partitions[0][1], partitions[0][2]['slap_software_type']), ('stopped', 'plain'))
        self.both('request', 'first', self.release, '--type', 'default', '--state', 'started')

    def test_lists_and_information_are_printed_alike(self):
        self.both('service', 'list', output='{}\n')
        self.both('computer', 'list', output='List of Computers:\nnode node\n')
        for title, parameters in (('zwei', ('b=1', 'a=ö')), ('é', ('c=d',))):
            self.both('request', title, self.release, '--type', 'plain', '--parameters', *parameters)
        for side in self.sides:
            side.client.registerComputerPartition('node', 'part0').setConnectionDict({'url': 'http://ö/', 'a': 'b'})
            side.client.registerComputerPartition('node', 'part1').setConnectionDict({'_': '{"z": 1, "a": [2]}'})
            side.client.registerComputerPartition('node', 'part0').started()
        self.both('service', 'list', output=json.dumps({'zwei': self.release, 'é': self.release}, indent=2) + '\n')
        self.both('computer', 'info', 'node', output='Computer Reference: node\nComputer Title    : node\n')
        for words in (('service', 'info', 'zwei'), ('service', 'info', 'é')):
            results = [side.run(words, 'option') for side in self.sides]
            self.assertEqual(results[0][:2], results[1][:2], words)
            self.assertEqual(results[0][0], 0)
        news = [side.run(('service', 'info', '--news', 'zwei'), 'option')[1] for side in self.sides]
        self.assertEqual(*(self.undated(json.loads(text)) for text in news))
        for words in (('service', 'info', 'nope'), ('service', 'info'), ('computer', 'info', 'nope')):
            self.both(*words, status=2)

    @staticmethod
    def undated(information):
        for record in information['news']:
            del record['created_at'], record['since']
        return information
