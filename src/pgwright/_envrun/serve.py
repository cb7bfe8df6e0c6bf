"""The loop: one request, one reply, until the parent closes the pipe."""

import gc
import os
import sys
import time

from . import failure, guard, redirect
from .wire import Wire


class House:
    """What lives as long as the process: the wire, the guard, and the one Alembic tree."""

    def __init__(self, wire):
        self.wire = wire
        self.guard = None
        self.tree = None


def hello(house, guard_options=None, python_path=()):
    """Puts the guard up, before anything of the user's is imported, and says what is here."""
    house.guard = guard.up(guard_options or {})
    sys.path[:0] = [entry for entry in python_path if entry not in sys.path]
    gc.disable()  # nothing of an import is garbage
    import alembic
    import sqlalchemy

    gc.freeze()
    gc.enable()

    return {
        "python": sys.version.split()[0],
        "executable": sys.executable,
        "alembic": alembic.__version__,
        "sqlalchemy": sqlalchemy.__version__,
        "layers": house.guard.layers,
        "pid": os.getpid(),
    }


def load(house, target, **options):
    from .tree import Tree

    house.tree = Tree(**options)
    redirect.listen(house.guard)
    with redirect.to(target, house.guard):
        return house.tree.load()


def step(house, target, steps, trace=None):
    from . import steps as stepping

    with redirect.to(target, house.guard):
        return stepping.run(house.tree, steps, trace, house.wire)


def stamp(house, target, revisions):
    from . import steps as stepping

    with redirect.to(target, house.guard):
        return stepping.stamp(house.tree, revisions)


def create_all(house, target, alone=False):
    from . import steps as stepping

    with redirect.to(target, house.guard):
        return stepping.create_all(house.tree, alone)


def models(house):
    from . import models as mapped

    return {"models": mapped.found(house.tree.metadata())}


def entities(house):
    from . import declarative
    from . import entities as declared

    return {"entities": declared.registered() + declarative.registered(house.tree.metadata())}


def compile_(house, wanted, target=None):
    from . import offline

    with redirect.to(target, house.guard):
        return {"compiled": offline.render(house.tree, wanted)}


def record(house, wanted, files, root, convention=None, **options):
    """Renders without a database ever having been there."""
    from . import recording
    from .tree import Tree

    house.tree = house.tree or Tree(**options)
    redirect.listen(house.guard)
    with redirect.to(None, house.guard):
        recorded = recording.record(house.tree, wanted, files, convention)
    return {"recorded": recorded, "imported": recording.imported(root)}


def write_revision(house, **options):
    from . import write

    return {"path": write.revision(house.tree, **options)}


def dispose(house):
    redirect.hang_up()
    return {}


COMMANDS = {
    "hello": hello,
    "load": load,
    "step": step,
    "stamp": stamp,
    "create_all": create_all,
    "models": models,
    "entities": entities,
    "compile": compile_,
    "record": record,
    "write_revision": write_revision,
    "dispose": dispose,
}


def answer(house, request):
    """The reply to one request. Whatever the user's code raises, SystemExit included, becomes an `error`."""
    started, cpu = time.perf_counter(), time.process_time()
    try:
        reply = COMMANDS[request.pop("do")](house, **request)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        files = house.tree.files if house.tree else {}
        reply = {"error": failure.describe(error, files)}
        reply["error"]["code"] = getattr(error, "pgwright_code", None)
        reply["error"]["missing"] = getattr(error, "pgwright_missing", [])
        reply.update(getattr(error, "pgwright_partial", {}))
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
    reply["seconds"] = time.perf_counter() - started
    reply["cpu_seconds"] = time.process_time() - cpu
    reply["refused"] = house.guard.taken(reply.get("error")) if house.guard else []
    return reply


def main():
    """Serves until the parent hangs up."""
    house = House(Wire())
    house.wire.write({"event": "ready"})
    while True:
        request = house.wire.read()
        if request is None:
            break
        house.wire.write(answer(house, request))
    os._exit(0)  # the user's threads and atexit hooks must not keep a finished child alive
