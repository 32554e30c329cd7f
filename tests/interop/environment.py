"""The virtual environment with the real SlapOS agent and client.

`Environment(directory, user).ready()` makes `directory/venv` from
requirements-build.txt, requirements.txt and recipe/ when it is missing or was
made from something else, and answers at once otherwise. A lock makes this safe
for processes that start together, and keeps an environment that is in use from
being replaced.
"""
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
INTERPRETER_VARIABLE = 'SLAPPROXY_INTEROP_PYTHON'
# The system's interpreter comes first: every user may run it.
INTERPRETERS = ('/usr/bin/python3', 'python3', sys.executable, 'python3.13', 'python3.12', 'python3.11')
PIPS = (sys.executable, 'python3', '/usr/bin/python3')
SUITABLE = ('import sys, venv\n'
            'print(sys.executable, "%d.%d.%d" % sys.version_info[:3])\n'
            'sys.exit(not (3, 11) <= sys.version_info < (3, 14))')

# Python before 3.12 refuses a module that is not a package where slapos.core
# asks importlib.resources for the files beside one.
RESOURCES_SHIM = '''\
import importlib
import importlib.resources as resources
import sys

files = resources.files


def files_beside(package):
    if isinstance(package, str):
        package = sys.modules.get(package) or importlib.import_module(package)
    spec = getattr(package, '__spec__', None)
    if spec is not None and spec.submodule_search_locations is None:
        package = spec.parent
    return files(package)


if sys.version_info < (3, 12):
    resources.files = files_beside
'''
SMOKE = ('import interop_recipe, slapos.cli.entry, slapos.grid.slapgrid, '
         'slapos.format, slapos.slap.standalone, zc.buildout.buildout')


class Unusable(Exception):
    """The environment cannot be made here; the text says what to do."""


class Environment:
    """A virtual environment below `directory`, usable by `user`.

    `user` holds the keyword arguments of subprocess that select the user, or
    nothing for the current one.
    """

    def __init__(self, directory, user):
        self.directory = directory
        self.user = user
        self.venv = os.path.join(directory, 'venv')
        self.python = os.path.join(self.venv, 'bin', 'python')
        self.stamp_path = os.path.join(self.venv, 'interop-stamp')

    @contextlib.contextmanager
    def ready(self):
        """Make the environment if need be and hold it while in the context."""
        os.umask(0o022)
        os.makedirs(self.directory, exist_ok=True)
        with open(os.path.join(self.directory, 'lock'), 'w') as lock:
            interpreter, version = self._interpreter()
            stamp = self._stamp(interpreter, version)
            fcntl.flock(lock, fcntl.LOCK_SH)
            while self._stamped() != stamp:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if self._stamped() != stamp:
                    self._make(interpreter)
                    with open(self.stamp_path, 'w') as f:
                        f.write(stamp)
                fcntl.flock(lock, fcntl.LOCK_SH)
            yield self

    def _stamped(self):
        try:
            with open(self.stamp_path) as f:
                return f.read()
        except OSError:
            return None

    @staticmethod
    def _stamp(interpreter, version):
        digest = hashlib.sha256(repr((interpreter, version)).encode())
        for name in ('environment.py', 'requirements-build.txt', 'requirements.txt',
                     'recipe/setup.py', 'recipe/interop_recipe.py'):
            with open(os.path.join(HERE, name), 'rb') as f:
                digest.update(f.read())
        return digest.hexdigest()

    def _interpreter(self):
        """The interpreter for the environment: its path and version."""
        asked = os.environ.get(INTERPRETER_VARIABLE)
        for candidate in (asked,) if asked else INTERPRETERS:
            try:
                found = subprocess.run(
                    [candidate, '-c', SUITABLE], cwd='/', capture_output=True, text=True, **self.user)
            except OSError:
                continue
            if found.returncode == 0:
                path, version = found.stdout.strip().rsplit(' ', 1)
                return path, version
        raise Unusable(
            'no suitable Python: the SlapOS agent needs Python 3.11, 3.12 or 3.13 with the module venv%s.\n'
            'hint: name one with %s=/path/to/python3.11'
            % (' that user %s may run' % self.user['user'] if self.user else '', INTERPRETER_VARIABLE))

    def _make(self, interpreter):
        print('making %s with %s' % (self.venv, interpreter), flush=True)
        shutil.rmtree(self.venv, ignore_errors=True)
        self._run(interpreter, '-m', 'venv', '--without-pip', self.venv)
        self._install(self._bootstrap(), '-r', os.path.join(HERE, 'requirements-build.txt'))
        with tempfile.TemporaryDirectory() as build:
            # setuptools writes beside what it builds: not into the sources
            recipe = shutil.copytree(os.path.join(HERE, 'recipe'), os.path.join(build, 'recipe'))
            self._install([self.python, '-m', 'pip'], '--no-build-isolation',
                          '-r', os.path.join(HERE, 'requirements.txt'), recipe)
        self._add_shim()
        self._run(self.python, '-c', SMOKE)

    def _bootstrap(self):
        """A command that is a pip and installs into the environment."""
        if subprocess.run([self.python, '-m', 'ensurepip'], capture_output=True).returncode == 0:
            return [self.python, '-m', 'pip']
        for candidate in PIPS:
            command = [candidate, '-m', 'pip', '--python', self.python]
            with contextlib.suppress(OSError):
                if subprocess.run(command + ['--version'], capture_output=True).returncode == 0:
                    return command
        raise Unusable('no pip: neither the module ensurepip nor a pip of version 22.3 or newer was found.\n'
                       'hint: install python3-venv or python3-pip')

    def _install(self, pip, *arguments):
        self._run(*pip, 'install', '--quiet', '--no-deps', '--disable-pip-version-check',
                  '--root-user-action=ignore', *arguments)

    def _add_shim(self):
        site = self._run(self.python, '-c', 'import sysconfig; print(sysconfig.get_paths()["purelib"])').strip()
        with open(os.path.join(site, 'interop_resources.py'), 'w') as f:
            f.write(RESOURCES_SHIM)
        with open(os.path.join(site, 'interop-resources.pth'), 'w') as f:
            f.write('import interop_resources\n')

    @staticmethod
    def _run(*command):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise Unusable('%s failed with exit status %d:\n%s\n'
                           'hint: the first run needs a package index that pip can reach'
                           % (' '.join(command), done.returncode, done.stdout))
        return done.stdout
