"""While proving, nothing reaches a database that was not named: a decoy server listens, and nobody comes."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pgwright.interpreter import Interpreter, Target
from pgwright.project import find

LEAKS = Path(__file__).parent.parent / "examples" / "leaks"
RAISING = sorted(
    path.stem
    for path in (LEAKS / "migrations" / "versions").glob("*.py")
    if path.stem not in ("own_engine", "swallowed")
)


@pytest.fixture
def decoy() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


@pytest.fixture(params=["with a network namespace", "without"])
def child(
    request: pytest.FixtureRequest, decoy: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Interpreter]:
    """An interpreter whose environment points at the decoy in every way that libpq knows."""
    port = str(decoy.getsockname()[1])
    for name, value in {"PGHOST": "127.0.0.1", "PGPORT": port, "PGUSER": "x", "PGPASSWORD": "secret"}.items():
        monkeypatch.setenv(name, value)
    project = find(LEAKS)
    project = replace(project, settings=replace(project.settings, env={"DECOY_PORT": port}))
    network = request.param != "without"
    with Interpreter(project, sys.executable, network=network) as running:
        assert running.here is not None
        if network and "network" not in running.here.layers:
            pytest.skip("this kernel allows no network namespace here")
        assert network or "network" not in running.here.layers
        yield running


@pytest.fixture
def target(server: Any, database: str) -> Target:
    return Target(str(server.host), server.port, server.user, database)


def nobody_came(decoy: socket.socket) -> bool:
    try:
        decoy.accept()
    except BlockingIOError:
        return True
    return False


def test_the_decoy_would_notice(decoy: socket.socket) -> None:
    socket.create_connection(decoy.getsockname()).close()
    assert not nobody_came(decoy)


def test_every_way_out_is_closed(child: Interpreter, target: Target, decoy: socket.socket) -> None:
    child.load(target)
    told = {}
    for leak in RAISING:
        ran = child.step(target, [("up", leak)])
        told[leak] = (ran.ok, [one.kind for one in ran.refused], ran.error and ran.error.message)
        assert nobody_came(decoy), leak
    assert not [leak for leak, (ok, _, _) in told.items() if ok], told
    assert child.here is not None
    silent = [leak for leak, (_, refused, _) in told.items() if not refused]
    # libpq's own sockets are stopped by the namespace, without a word to Python
    by_namespace = "network" in child.here.layers and set(silent) <= {"direct_hostaddr", "direct_psycopg2"}
    assert not silent or by_namespace, told


def test_an_engine_of_the_revisions_own_is_redirected(
    child: Interpreter, target: Target, decoy: socket.socket, server: Any
) -> None:
    child.load(target)
    ran = child.step(target, [("up", "own_engine")])
    assert ran.ok and nobody_came(decoy), ran.error
    with server.connect(target.dbname) as conn:
        assert conn.execute("SELECT to_regclass('made_by_own_engine')::text").fetchone() == ("made_by_own_engine",)


def test_a_refusal_is_told_even_when_the_code_swallows_it(
    child: Interpreter, target: Target, decoy: socket.socket
) -> None:
    child.load(target)
    ran = child.step(target, [("up", "swallowed")])
    port = decoy.getsockname()[1]
    assert ran.ok and nobody_came(decoy)
    assert [(one.kind, one.what) for one in ran.refused] == [("socket", f"127.0.0.1:{port}")]
    assert str(ran.refused[0].where).partition(":")[0].endswith("swallowed.py")


def test_what_the_configuration_allows(target: Target, decoy: socket.socket) -> None:
    address = f"127.0.0.1:{decoy.getsockname()[1]}"
    project = find(LEAKS)
    settings = replace(project.settings, env={"DECOY_PORT": address.rpartition(":")[2]}, allow=(address,))
    with Interpreter(replace(project, settings=settings), sys.executable) as child:
        child.load(target)
        assert child.step(target, [("up", "plain_socket")]).ok
        assert not nobody_came(decoy)
        assert not child.step(target, [("up", "by_name")]).ok


def test_the_parent_keeps_its_environment(child: Interpreter) -> None:
    assert os.environ["PGHOST"] == "127.0.0.1"
