"""A SlapOS master for tests: the program slapproxy, in memory, on a free port.

    from slapproxy_testing import Master

    with Master('fixtures/seed/demo.yaml') as master:
        client.initializeConnection(master.url)

A seed is the path of a file, or a map that says the same.
"""
import atexit
import contextlib
import difflib
import html
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import weakref

__all__ = ['Master', 'Refused', 'StartError']

VARIABLE = 'SLAPPROXY_BIN'
# What begins so would configure the program.
CONFIGURING = ('SLAPPROXY_', 'SLAPOS_')
# How often it is looked whether the program is ready, in seconds.
PACE = 0.005
# How long the program may take to end before it is killed, in seconds.
PATIENCE = 10
# How long it may take to answer a call, beside what the call itself waits, in seconds.
TIME_LIMIT = 30

# What ends the program and removes its directory when this process is gone without having done it: its standard input
# ends then.
WATCH = 'read -r _; kill "$1"; rm -rf "$2"'

_running = weakref.WeakSet()


class StartError(Exception):
    """The program cannot be found, or did not start; the text has all that it said."""


class Refused(Exception):
    """The master refused a call, for the reason that is the text.

    `status` is the HTTP status, or the exit status of a command.
    """

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status


def find_binary(binary=None):
    """The path of the program: what is given, what SLAPPROXY_BIN says, or what PATH has."""
    asked = binary or os.environ.get(VARIABLE)
    found = shutil.which(os.fspath(asked or 'slapproxy'))
    if found is None:
        what = '%s is no program that can be run' % asked if asked else 'there is no slapproxy in PATH'
        raise StartError('%s\nhint: name it with Master(binary=...) or %s; `cargo build --release` makes '
                         'target/release/slapproxy' % (what, VARIABLE))
    return os.path.abspath(found)


def environment():
    """The environment of the program, in which nothing configures it."""
    return {name: value for name, value in os.environ.items() if not name.startswith(CONFIGURING)}


def told(page):
    """The reason of an error page."""
    paragraph = re.search('<p>(.*?)(?:</p>|$)', page, re.DOTALL)
    return html.unescape(paragraph.group(1).strip()) if paragraph else page


class Master:
    """A master that is started and stopped by a test; a context manager.

    It is in memory unless `database` names a file. It can be reset, and its
    clock and faults can be changed. `options` are further ones of
    `slapproxy start`. `timeout` is how long it may take to start, in seconds.
    """

    def __init__(self, *seeds, options=(), database=None, binary=None, timeout=30):
        self.seeds = seeds
        self.options = tuple(options)
        self.database = None if database is None else os.path.abspath(os.fspath(database))
        self.binary = binary
        self.timeout = timeout
        #: Its URL, with a slash at the end.
        self.url = None
        #: Whether `reset` brings back all that was changed: it leaves the clock as it is.
        self.resettable = True
        self._process = None
        self._watch = None
        self._directory = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def pid(self):
        """The number of its process; None while it does not run."""
        return self._process and self._process.pid

    def is_running(self):
        """Whether its process is there."""
        return self._process is not None and self._process.poll() is None

    def start(self):
        """Start it, and wait until it is ready."""
        if self._process is not None:
            raise StartError('it runs already, at %s' % self.url)
        binary = find_binary(self.binary)
        self._directory = tempfile.mkdtemp(prefix='slapproxy-')
        try:
            keeping = ['--ephemeral'] if self.database is None else ['--database-uri', self.database]
            command = [binary, 'start', '--port', '0', '--control', *keeping, '--ready-file', self._file('ready.json')]
            for number, seed in enumerate(self.seeds):
                command += ['--seed', self._seed_file(seed, 'seed-%d.json' % number)]
            command += [str(option) for option in self.options]
            with open(self._file('log'), 'wb') as log:
                self._process = subprocess.Popen(
                    command, env=environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    start_new_session=True)
            _running.add(self)
            self._watch = subprocess.Popen(
                ['/bin/sh', '-c', WATCH, 'sh', str(self._process.pid), self._directory], stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
            self.url = self._wait_until_ready(command)['url']
        except BaseException:
            self.stop()
            raise

    def _wait_until_ready(self, command):
        deadline = time.monotonic() + self.timeout
        while True:
            # What a server that ends removes was there when it was ready.
            ended = self._process.poll() is not None
            with contextlib.suppress(FileNotFoundError):
                with open(self._file('ready.json'), encoding='utf-8') as ready:
                    return json.load(ready)
            if ended or time.monotonic() > deadline:
                what = ('ended with exit status %d' % self._process.returncode if ended
                        else 'is not ready after %s seconds' % self.timeout)
                raise StartError('%s\n%s:\n%s' % (' '.join(command), what, self.log().rstrip()))
            time.sleep(PACE)

    def stop(self):
        """Stop it, and remove all that it left; nothing happens when it does not run."""
        process, self._process, self.url = self._process, None, None
        watch, self._watch = self._watch, None
        _running.discard(self)
        try:
            if watch is not None:
                watch.kill()
                watch.wait()
                watch.stdin.close()
            if process is not None:
                process.terminate()
                try:
                    process.wait(PATIENCE)
                finally:
                    process.kill()
                    process.wait()
        finally:
            directory, self._directory = self._directory, None
            if directory is not None:
                shutil.rmtree(directory, ignore_errors=True)

    def log(self):
        """All that the program said until now."""
        with open(self._file('log'), encoding='utf-8', errors='replace') as log:
            return log.read()

    def seed(self, *seeds):
        """Make everything as seeds say; how many things that made or changed."""
        changes = 0
        for number, seed in enumerate(seeds):
            file = self._seed_file(seed, 'further-%d.json' % number)
            changes += json.loads(self.command('seed', file, '--format', 'json'))['changes']
        return changes

    def dump(self):
        """All that it holds, as a seed in YAML."""
        return self._call('GET', '-/dump').decode()

    def reset(self):
        """Bring everything back to what it was at the start, but the clock."""
        self._call('POST', '-/reset')

    def save_snapshot(self, name):
        """Keep what everything is now under a name, in the memory of the master."""
        self._form('-/snapshot/keep', [('name', name)])

    def load_snapshot(self, name):
        """Bring everything back to what was kept under a name."""
        self._form('-/snapshot/restore', [('name', name)])

    def snapshots(self):
        """The names of what is kept."""
        return [kept['name'] for kept in json.loads(self._call('GET', '-/snapshot'))]

    def assert_holds(self, *seeds):
        """Fail with what would have to change, unless everything is as seeds say.

        What they do not name may be as it likes.
        """
        before = self.dump()
        if self.seed(*seeds):
            lines = difflib.unified_diff(
                before.splitlines(), self.dump().splitlines(), 'held', 'expected', lineterm='')
            raise AssertionError('the master does not hold what was expected:\n' + '\n'.join(lines))

    def faults(self):
        """The rules by which requests fail on purpose, and what each one did."""
        return json.loads(self._call('GET', '-/faults'))

    def add_faults(self, *rules):
        """Let requests fail by further rules, such as 'endpoint=getRunId count=2 status=503'."""
        return json.loads(self._form('-/faults', [('rule', rule) for rule in rules]))

    def clear_faults(self):
        """Let no request fail on purpose any more."""
        self._call('DELETE', '-/faults')

    def clock(self):
        """The time of the master: {'now': microseconds since the epoch, 'frozen': whether it stands}."""
        return json.loads(self._call('GET', '-/clock'))

    def change_clock(self, set=None, advance=None, frozen=None):
        """Set its clock ('2026-06-01T00:00:00Z'), move it on ('48h'), let it stand or go."""
        fields = [(name, value) for name, value in (('set', set), ('advance', advance)) if value is not None]
        if frozen is not None:
            fields.append(('frozen', 'yes' if frozen else 'no'))
        self.resettable = False
        return json.loads(self._form('-/clock', fields))

    def journal(self, limit=None, after=None, wait=None):
        """The latest requests, each with its answer and what it changed.

        `after` is the number of one; `wait` is how many seconds may pass until there is one.
        """
        query = {'limit': limit, 'after': after, 'wait': wait}
        query = urllib.parse.urlencode({name: value for name, value in query.items() if value is not None})
        return json.loads(self._call('GET', '-/journal?' + query, limit=TIME_LIMIT + (wait or 0)))

    def command(self, *words):
        """What `slapproxy WORDS...` prints about this master."""
        if self.url is None:
            raise StartError('it does not run')
        command = [find_binary(self.binary), *(str(word) for word in words)]
        done = subprocess.run(
            command, env={**environment(), 'SLAPPROXY_MASTER_URL': self.url}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding='utf-8')
        if done.returncode != 0:
            raise Refused(done.returncode, done.stderr.rstrip())
        return done.stdout

    def _file(self, name):
        if self._directory is None:
            raise StartError('it does not run')
        return os.path.join(self._directory, name)

    def _seed_file(self, seed, name):
        """The file of a seed: one of our own when it is a map."""
        if isinstance(seed, (str, os.PathLike)):
            return os.path.abspath(os.fspath(seed))
        file = self._file(name)
        with open(file, 'w', encoding='utf-8') as written:
            json.dump(seed, written)
        return file

    def _form(self, path, fields):
        body = urllib.parse.urlencode(fields).encode()
        return self._call('POST', path, body, 'application/x-www-form-urlencoded')

    def _call(self, method, path, body=None, content_type=None, limit=TIME_LIMIT):
        if self.url is None:
            raise StartError('it does not run')
        headers = {'Content-Type': content_type} if content_type else {}
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        # No proxy of the environment is asked the way to this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=limit) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            with error:
                raise Refused(error.code, told(error.read().decode(errors='replace'))) from None


@atexit.register
def _stop_all():
    for master in list(_running):
        master.stop()
