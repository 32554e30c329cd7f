"""The fixture `slapproxy` of pytest: a running master, reset before each test.

    @pytest.mark.slapproxy('fixtures/seed/demo.yaml', options=['--strict'])
    def test_it(slapproxy):
        client.initializeConnection(slapproxy.url)

The mark, of a test, a class or a module, has the arguments of `Master`. Paths
of seeds are relative to the root directory of pytest. Without a mark the
master has nothing but its default computer.
"""
import os

import pytest

from . import Master

MARK = 'slapproxy'


def pytest_configure(config):
    config.addinivalue_line('markers', MARK + '(*seeds, options=(), binary=None, timeout=30): what the master of the '
                            'fixture slapproxy begins with')


@pytest.fixture(scope='session')
def _slapproxy_masters():
    """The masters of this session, by what they begin with."""
    masters = {}
    yield masters
    for master in masters.values():
        master.stop()


@pytest.fixture
def slapproxy(request, _slapproxy_masters):
    """A running master, as at its start."""
    mark = request.node.get_closest_marker(MARK)
    seeds, arguments = (mark.args, mark.kwargs) if mark else ((), {})
    root = str(request.config.rootpath)
    seeds = [os.path.join(root, seed) if isinstance(seed, (str, os.PathLike)) else seed for seed in seeds]
    key = repr((seeds, sorted(arguments.items())))
    master = _slapproxy_masters.get(key)
    if master is not None and master.resettable and master.is_running():
        master.reset()
        return master
    if master is not None:
        master.stop()
    master = _slapproxy_masters[key] = Master(*seeds, **arguments)
    master.start()
    return master
