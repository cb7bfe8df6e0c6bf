"""psycopg and psycopg2 called directly, past SQLAlchemy's listener: their one door to libpq is wrapped.

libpq opens its sockets in C, where no audit hook sees them; `hostaddr=` beats PGHOSTADDR. Found while testing
`create_engine(creator=...)`.
"""

import functools
import importlib
import sys


def wrap(guard, seek):
    """Wraps the drivers that are imported; with `seek` imports them first, where no namespace protects."""
    for name, door in (("psycopg2", _psycopg2), ("psycopg", _psycopg)):
        if seek and name not in sys.modules:
            try:
                __import__(name)
            except Exception:
                continue
        known = name in sys.modules and name + " (libpq)" not in guard.layers
        if known and door(guard, sys.modules[name]):
            guard.layers.append(name + " (libpq)")


def _psycopg2(guard, module):
    connect = getattr(module, "_connect", None)
    if connect is None:
        return False

    @functools.wraps(connect)
    def guarded(dsn, *args, **kwargs):
        parse_dsn = importlib.import_module("psycopg2.extensions").parse_dsn
        _check(guard, parse_dsn(dsn), module.OperationalError)
        return connect(dsn, *args, **kwargs)

    module._connect = guarded
    return True


def _psycopg(guard, module):
    try:
        generators = importlib.import_module("psycopg.generators")  # by name: it is the user's driver, not ours
        conninfo_to_dict = importlib.import_module("psycopg.conninfo").conninfo_to_dict
    except ImportError:
        return False
    connect = generators.connect

    @functools.wraps(connect)
    def guarded(conninfo, *args, **kwargs):
        _check(guard, conninfo_to_dict(conninfo), module.OperationalError)
        return connect(conninfo, *args, **kwargs)

    generators.connect = guarded
    return True


def _check(guard, given, error):
    """Raises the driver's own OperationalError unless the connection goes to the target."""
    host, port, address = given.get("host"), given.get("port"), given.get("hostaddr")
    if not address and guard.allows(host, int(port) if port else None):
        return
    if address and guard.allows(address, int(port) if port else None):
        return
    name = "%s:%s" % (address or host or "the default server", port or "default port")
    guard.refuse("libpq", name)
    raise error("pgwright: refused connection to %s while proving" % name)
