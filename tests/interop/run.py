#!/usr/bin/env python3
"""Run test modules of this directory with the real SlapOS agent and client.

    SLAPPROXY_BIN=target/debug/slapproxy tests/interop/run.py [MODULE...]

Without MODULE only the environment is made. The tests run as an ordinary user,
because the agent refuses to be root: as `nobody` when started by root.
SLAPPROXY_INTEROP_DIR is where the environment lives (default target/interop).
"""
import contextlib
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import environment  # noqa: E402 (after the line above on purpose)

HERE = environment.HERE
ROOT = os.path.realpath(os.path.join(HERE, '..', '..'))
LEGACY = os.path.join(ROOT, 'fixtures', 'legacy')
SEEDS = os.path.join(ROOT, 'fixtures', 'seed')
PACKAGE = os.path.join(ROOT, 'tests', 'python')
PAGE = os.path.join(ROOT, 'README.md')
TIME_LIMIT = 900


def unprivileged_user():
    """Keyword arguments of subprocess that select an ordinary user."""
    try:
        if os.getuid() != 0:
            pwd.getpwuid(os.getuid())
            return {}
        nobody = pwd.getpwnam('nobody')
    except KeyError as missing:
        raise environment.Unusable('%s: the agent needs a user of the password database' % missing.args) from None
    return {'user': nobody.pw_uid, 'group': nobody.pw_gid, 'extra_groups': []}


def is_public(path):
    """Whether everybody may read `path` and all that leads to it."""
    path = os.path.realpath(path)
    while not os.path.exists(path):
        path = os.path.dirname(path)
    wanted = stat.S_IROTH | stat.S_IXOTH
    if os.stat(path).st_mode & wanted != wanted:
        return False
    while path != os.sep:
        path = os.path.dirname(path)
        if not os.stat(path).st_mode & stat.S_IXOTH:
            return False
    return True


def temporary_root():
    """A directory for temporary files that everybody may use."""
    for candidate in (tempfile.gettempdir(), '/tmp', '/var/tmp'):
        if is_public(candidate) and os.stat(candidate).st_mode & stat.S_IWOTH:
            return candidate
    raise environment.Unusable('no public temporary directory: tried %s, /tmp and /var/tmp' % tempfile.gettempdir())


def environment_directory(private):
    """Where the environment lives; `private`: not where only root can look."""
    default = os.path.join(HERE, '..', '..', 'target', 'interop')
    directory = os.path.realpath(os.environ.get('SLAPPROXY_INTEROP_DIR', default))
    if not private or is_public(directory):
        return directory
    name = 'slapproxy-interop-' + hashlib.sha256(directory.encode()).hexdigest()[:16]
    directory = os.path.join(temporary_root(), name)
    os.makedirs(directory, mode=0o755, exist_ok=True)
    found = os.lstat(directory)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o022:
        raise environment.Unusable('%s is not a directory that only root can change; remove it' % directory)
    return directory


@contextlib.contextmanager
def scratch_directory(user):
    """A directory of the tests' user, removed with all that they leave."""
    directory = tempfile.mkdtemp(prefix='interop-', dir=temporary_root() if user else None)
    try:
        if user:
            os.chown(directory, user['user'], user['group'])
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def staged(path, directory, user):
    """`path`, or a copy of it in `directory` when `user` cannot read it."""
    if not user or is_public(path):
        return path
    copy = os.path.join(directory, os.path.basename(path))
    if os.path.isdir(path):
        shutil.copytree(path, copy, ignore=shutil.ignore_patterns('__pycache__'))
    else:
        shutil.copy(path, copy)
    subprocess.run(['chmod', '-R', 'a+rX', copy], check=True)
    return copy


def run(modules):
    user = unprivileged_user()
    with environment.Environment(environment_directory(bool(user)), user).ready() as made:
        if not modules:
            print(made.python)
            return 0
        with scratch_directory(user) as scratch:
            variables = {
                'HOME': scratch,
                'LANG': 'C.UTF-8',
                'PATH': os.path.dirname(made.python) + ':/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
                'PYTHONDONTWRITEBYTECODE': '1',
                'SLAPPROXY_BIN': staged(os.path.abspath(os.environ['SLAPPROXY_BIN']), scratch, user),
                'SLAPPROXY_LEGACY': staged(LEGACY, scratch, user),
                'SLAPPROXY_PACKAGE': staged(PACKAGE, scratch, user),
                'SLAPPROXY_PAGE': staged(PAGE, scratch, user),
                'SLAPPROXY_SEEDS': staged(SEEDS, scratch, user),
                'TMPDIR': scratch,
            }
            command = [made.python, '-m', 'unittest', '-v', *modules]
            tests = subprocess.Popen(command, cwd=staged(HERE, scratch, user), env=variables, **user)
            try:
                return tests.wait(timeout=TIME_LIMIT)
            except subprocess.TimeoutExpired:
                tests.kill()
                print('the tests did not end within %d s' % TIME_LIMIT)
                return 1


if __name__ == '__main__':
    if 'SLAPPROXY_BIN' not in os.environ and sys.argv[1:]:
        sys.exit('SLAPPROXY_BIN must name the master to test')
    try:
        sys.exit(run(sys.argv[1:]))
    except environment.Unusable as unusable:
        sys.exit('error: %s' % unusable)
