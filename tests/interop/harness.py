"""What the tests share: a running master, temporary directories, waiting."""
import configparser
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.request

import requests
import slapos.slap
from slapos.util import dumps, loads

BINARY = os.environ['SLAPPROXY_BIN']
HERE = os.path.dirname(os.path.abspath(__file__))
START_TIMEOUT = 30
STOP_TIMEOUT = 2

if os.getuid() == 0:
    raise RuntimeError('the agent refuses to be root: start the tests with run.py')


def wait_until(condition, what, timeout=30):
    """Poll until `condition()` is true; give up with an error naming `what`."""
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError('not within %s s: %s' % (timeout, what))
        time.sleep(0.01)  # only the pace of polling


def free_port():
    """A port for programs that cannot choose one themselves."""
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def description(computer_id, addresses):
    """What a formatter posts: `addresses` maps each partition to its own."""
    return {
        'reference': computer_id,
        'address': '10.0.0.1',
        'netmask': '255.255.255.255',
        'partition_list': [
            {
                'reference': partition_id,
                'address_list': [{'addr': address, 'netmask': '255.255.255.255'} for address in address_list],
                'tap': {'name': 'tap-' + partition_id},
            }
            for partition_id, address_list in addresses.items()
        ],
    }


class Master:
    """One master with its own directory, configuration and database."""

    def __init__(self, directory, computer_id='node', options=None, sections=None):
        self.directory = directory
        self.computer_id = computer_id
        self.configuration = os.path.join(directory, 'slapos.cfg')
        self.database = os.path.join(directory, 'master.db')
        self.log = os.path.join(directory, 'master.log')
        self.options = options or {}
        self.sections = sections or {}
        self.process = None
        self.url = None
        self._configure(0)

    def _configure(self, port):
        parser = configparser.RawConfigParser()
        parser['slapos'] = {
            'computer_id': self.computer_id,
            'instance_root': os.path.join(self.directory, 'inst'),
            'software_root': os.path.join(self.directory, 'soft'),
            'master_url': 'http://127.0.0.1:%d/' % port,
        }
        parser['slapproxy'] = {'host': '127.0.0.1', 'port': str(port), 'database_uri': self.database, **self.options}
        parser.update(self.sections)
        with open(self.configuration, 'w') as f:
            parser.write(f)

    def start(self):
        """Start and wait for the ready file, which tells the address."""
        ready_file = os.path.join(self.directory, 'ready.json')
        if os.path.exists(ready_file):
            os.unlink(ready_file)
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(
                [BINARY, 'start', '--cfg', self.configuration, '--ready-file', ready_file],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(lambda: os.path.exists(ready_file) or self.process.poll() is not None,
                   'the master is ready', START_TIMEOUT)
        if self.process.poll() is not None:
            raise AssertionError('the master ended with exit status %s:\n%s' % (self.process.returncode, self.output()))
        with open(ready_file) as f:
            ready = json.load(f)
        self.url = ready['url'].rstrip('/') + '/'
        expected = {'url': ready['url'], 'pid': self.process.pid, 'database': self.database}
        if ready != expected:
            raise AssertionError('the ready file holds %r instead of %r' % (ready, expected))
        # a restart takes the same port, as a configured one would
        self._configure(int(self.url.rstrip('/').rpartition(':')[2]))

    def stop(self):
        """Ask to end, and require that it ends well and soon."""
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError('the master did not end within %d s of SIGTERM' % STOP_TIMEOUT) from None
        if status != 0:
            raise AssertionError('the master ended with exit status %d:\n%s' % (status, self.output()))

    def kill(self):
        self.process.kill()
        self.process.wait()

    def dispose(self):
        if self.process is not None and self.process.poll() is None:
            self.stop()

    def output(self):
        with open(self.log, errors='replace') as f:
            return f.read()

    def client(self, key_file=None, cert_file=None):
        """A client connected to this master."""
        client = slapos.slap.slap()
        client.initializeConnection(self.url, key_file, cert_file)
        return client

    def command(self, *arguments):
        """Run a command of the program on the database; answer what it prints."""
        command = [BINARY, *arguments[:1], '--database-uri', self.database, *arguments[1:]]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout

    def status(self, path, **query):
        """A status record; the client library has no method for these."""
        return loads(self.client()._connection_helper.GET(path, params=query))


    def json_rpc(self, method, **request):
        """What a method of the JSON-RPC API answers."""
        call = urllib.request.Request(
            self.url + method, json.dumps(request).encode(), {'Content-Type': 'application/json'})
        with urllib.request.urlopen(call) as answer:
            return json.load(answer)

    def show(self, section):
        """A part of what the database holds, as the command shows it."""
        shown = subprocess.run(
            [BINARY, 'show', '--cfg', self.configuration, '--format', 'json', '--' + section],
            stdout=subprocess.PIPE, check=True)
        return json.loads(shown.stdout)[section]


class PythonProxy:
    """The Python proxy, with a directory of its own."""

    def __init__(self, directory, computer_id='node', database=None, options=None, sections=None):
        self.configuration = os.path.join(directory, 'python.cfg')
        self.log = os.path.join(directory, 'python.log')
        self.port = free_port()
        self.url = 'http://127.0.0.1:%d/' % self.port
        parser = configparser.RawConfigParser()
        parser['slapos'] = {'computer_id': computer_id, 'master_url': self.url}
        database = database or os.path.join(directory, 'python.db')
        parser['slapproxy'] = {'host': '127.0.0.1', 'port': self.port, 'database_uri': database, **(options or {})}
        parser.update(sections or {})
        with open(self.configuration, 'w') as f:
            parser.write(f)

    def __enter__(self):
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(
                ['slapos', 'proxy', 'start', '--cfg', self.configuration], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log)
        wait_until(self.answers, 'the Python proxy answers')
        return self

    def answers(self):
        if self.process.poll() is not None:
            with open(self.log) as f:
                raise AssertionError('the Python proxy ended:\n' + f.read())
        with contextlib.suppress(requests.ConnectionError, requests.Timeout):
            return requests.get(self.url + 'getRunId', timeout=5).status_code == 200

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


class TemporaryDirectoryTestCase(unittest.TestCase):
    maxDiff = None

    @classmethod
    def make_class_directory(cls):
        directory = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, directory, ignore_errors=True)
        return directory

    def make_directory(self):
        directory = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, directory, ignore_errors=True)
        return directory


class MasterTestCase(TemporaryDirectoryTestCase):
    """Each test has a fresh master and a client connected to it."""

    computer_id = 'node'
    release = 'https://software.example/software.cfg'
    options = {}

    def setUp(self):
        self.master = Master(self.make_directory(), self.computer_id, options=self.options)
        self.addCleanup(self.master.dispose)
        self.master.start()
        self.client = self.master.client()
        self.order = self.client.registerOpenOrder()

    def format(self, partitions=4, computer_id=computer_id):
        """Partitions `part0`... with the addresses 10.0.0.10..."""
        addresses = {'part%d' % i: ['10.0.0.%d' % (10 + i)] for i in range(partitions)}
        self.client.registerComputer(computer_id).updateConfiguration(dumps(description(computer_id, addresses)))

    def partition(self, partition_id, computer_id=computer_id):
        """The partition as the master shows it now."""
        return self.client.registerComputerPartition(computer_id, partition_id)

    def timestamp(self, partition_id, computer_id=computer_id):
        return self.partition(partition_id, computer_id).getInstanceParameterDict()['timestamp']

    def timestamps(self, *partition_ids):
        return [self.timestamp(partition_id) for partition_id in partition_ids]

    def instance_parameters(self, partition_id, computer_id=computer_id):
        """All parameters but the timestamp."""
        parameters = dict(self.partition(partition_id, computer_id).getInstanceParameterDict())
        del parameters['timestamp']
        return parameters

    def states(self, computer_id=computer_id):
        """What the agent acts on: the requested state of each partition."""
        partitions = self.client.registerComputer(computer_id).getComputerPartitionList()
        return {partition.getId(): partition.getState() for partition in partitions}

    def request(self, title, parameters=None, by=None, release=release, software_type='default', **arguments):
        """Request as a person, or `by` a partition."""
        requester = self.order if by is None else by
        return requester.request(
            software_release=release, software_type=software_type, partition_reference=title,
            partition_parameter_kw=parameters or {}, **arguments)
