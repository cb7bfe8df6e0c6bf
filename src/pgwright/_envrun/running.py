"""How this project's env.py must be run, learnt from how it fails: two things that the alembic command does not give it.

Applications that call Alembic themselves bring them along: a URL that is not in the ini file, and a worker thread of an
event loop, where env.py says `anyio.from_thread.run(...)`.
"""

import importlib.util
import os

DRIVERS = ("psycopg2", "psycopg", "asyncpg", "pg8000")
ASYNC = ("asyncpg", "psycopg")
OPTION = "sqlalchemy.url"


def plain(work):
    """As the alembic command does."""
    work()


def in_worker_thread(work):
    """From a worker thread of an event loop of anyio."""
    import anyio
    import anyio.to_thread

    async def main():
        await anyio.to_thread.run_sync(work)

    anyio.run(main)


def wants_thread(error):
    """True for what `anyio.from_thread` raises outside such a thread, in all its releases."""
    module = type(error).__module__.partition(".")[0]
    return (module == "anyio" and type(error).__name__ == "NoEventLoopError") or (
        isinstance(error, RuntimeError) and "AnyIO worker thread" in str(error)
    )


def wants_address(error, value):
    """True when the URL of the ini file, `value`, is none: left empty or a placeholder, and env.py stumbled over it."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    if value is None:
        return isinstance(error, KeyError) and error.args in (("url",), (OPTION,))
    if not isinstance(error, (ArgumentError, NoSuchModuleError)):
        return False
    try:
        make_url(value).get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError):
        return True
    return False


def address(env_py):
    """A URL that is redirected like any other, with a driver that is installed; None where there is none."""
    with open(env_py, encoding="utf-8", errors="replace") as file:
        text = file.read()
    wanted = ASYNC if "async_engine" in text or "AsyncEngine" in text else DRIVERS
    for driver in wanted:
        if importlib.util.find_spec(driver):
            return "postgresql+%s://pgwright@pgwright.invalid/pgwright" % driver
    return None


def learnt(tree, error):
    """True when there is another way to run env.py after this error; the tree takes it from now on."""
    if tree.way is plain and wants_thread(error):
        tree.way = in_worker_thread
        return True
    if OPTION not in tree.options and wants_address(error, tree.config().get_main_option(OPTION)):
        url = address(os.path.join(tree.script.dir, "env.py"))
        if url:
            tree.options[OPTION] = url
            return True
    return False
