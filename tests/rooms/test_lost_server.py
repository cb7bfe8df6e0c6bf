"""A server that goes away in the middle of a verb, message by message: each end is a refusal with a name, by no chance."""

from __future__ import annotations

import json
import os
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from gated import Gated
from gated import gated as gated
from gated import guarded_server as guarded_server
from gated import people as people
from target import Target, url_of
from target import target as target
from tiny_project import TABLE, Tiny
from wire import How, Wire

from pgwright.doors.cli import cli
from pgwright.interpreter import Ran
from pgwright.interpreter.recorded import Failure
from pgwright.project.lost import ENDED, is_lost
from pgwright.shadow.binaries import find
from pgwright.shadow.outage import require_server
from pgwright.shadow.server import Server, ServerDied, start

NOTE = ('op.add_column("customers", sa.Column("note", sa.Text()))', 'op.drop_column("customers", "note")')
LOST = "PW-PROJECT-12"
BETWEEN = "PW-RUN-29"  # between two steps


class Walked:
    """Calls of the command line past a wire that is cut at one message after the other."""

    def __init__(self, root: Path, server: Server) -> None:
        self.root, self.server = root, server

    def call(self, words: tuple[str, ...], wire: Wire) -> tuple[int, list[str]]:
        """Exit status and the codes of the errors."""
        (self.root / ".pgwright/databases").mkdir(parents=True, exist_ok=True)
        for file in (self.root / ".pgwright/databases").iterdir():
            file.unlink()  # each call meets a copy under another name
        ended = CliRunner().invoke(cli, ["-C", str(self.root), "-q", *words, "--json"])
        wire.close()
        answer: dict[str, Any] = json.loads(ended.stdout)
        return ended.exit_code, [error["code"] for error in answer.get("errors", [])]

    def wire(self, at: int) -> Wire:
        """A way to the server that ends at that message: cut, or with the server's own last words."""
        how: How = "terminated" if at % 2 else "cut"
        return Wire(Path(tempfile.mkdtemp()), f"{self.server.host}/.s.PGSQL.{self.server.port}", how, at)


VERBS = [  # words, what they are to be refused with, the step from message to message
    (("run", "status", "--env", "dev"), {BETWEEN}, 3),
    (("apply", "--env", "dev", "--dry-run"), {BETWEEN}, 3),
    (("check", "--all", "--env", "dev"), {LOST}, 2),
    (("request", "b2", "--env", "dev"), {"PW-GATE-48"}, 1),
    (("gate", "install", "--env", "dev"), {LOST}, 3),
    (("apply", "--env", "dev"), {BETWEEN, "PW-RUN-28"}, 9),
    (("backup", "check", "--env", "dev"), {LOST}, 1),
]


@pytest.fixture
def applied(target: Target) -> Target:
    """A table that is applied, and a column that is ahead."""
    target.tiny.add("a1", *TABLE).add("b2", *NOTE)
    target.prove()
    target.apply("a1")
    return target


@pytest.mark.parametrize(("words", "named", "step"), VERBS, ids=lambda one: one[0] if isinstance(one, tuple) else "")
def test_a_verb_whose_server_goes_away_says_so(
    applied: Target, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], named: set[str], step: int
) -> None:
    if words[0] == "backup":
        (applied.tiny.root / ".pgwright/backups").mkdir(parents=True)
        where = applied.tiny.root / "backups"
        taken = CliRunner().invoke(cli, ["-C", str(applied.tiny.root), "backup", "take", "--env", "dev", "--to", str(where)])
        assert taken.exit_code == 0, taken.output
    walked, codes = Walked(applied.tiny.root, applied.server), set[str]()
    for at in range(1, 60, step):
        wire = walked.wire(at)
        there = url_of(applied.server, applied.database).replace(applied.server.host, str(wire.folder))
        monkeypatch.setenv("TARGET_URL", there)
        status, found = walked.call(words, wire)
        if not wire.broken:
            break
        assert status == 2 and set(found) <= named, (at, found)
        codes |= set(found)
    else:
        pytest.fail("it never came to its end")
    assert codes and codes <= named


def test_the_guard_is_not_called_broken_when_the_server_goes_away(
    gated: Callable[[str], Gated], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case that a lost session could not play says nothing about the guard."""
    made = gated("T2")
    walked = Walked(made.tiny.root, made.server)
    for at in (1, 30, 201):
        wire = walked.wire(at)
        monkeypatch.setenv("PRODUCTION_URL", url_of(made.server, made.database).replace(made.server.host, str(wire.folder)))
        assert walked.call(("gate", "doctor", "--env", "production"), wire) == (2, [LOST]), at
    for at, verb in ((1, "verify"), (2, "verify"), (2, "show")):
        wire = walked.wire(at)
        monkeypatch.setenv("PRODUCTION_URL", url_of(made.server, made.database).replace(made.server.host, str(wire.folder)))
        assert walked.call(("ledger", verb, "--env", "production"), wire) == (2, [LOST]), at


def test_a_server_of_the_user_that_goes_away_refutes_nobody(tiny: Tiny, server: Server) -> None:
    tiny.add("a1", *TABLE).add("b2", *NOTE)
    walked = Walked(tiny.root, server)
    for at in (13, 40):
        wire = walked.wire(at)
        url = url_of(server, "postgres").replace(server.host, str(wire.folder))
        assert walked.call(("prove", "b2", "--server-url", url), wire) == (2, ["PW-SHADOW-17"]), at
    with server.connect() as conn:
        for (name,) in conn.execute("SELECT datname FROM pg_database WHERE datname ~ '^pgwright_'").fetchall():
            server.drop(name)  # a server that went away keeps them until the next run


def test_a_step_that_was_cut_off_waits_for_the_end_of_the_server() -> None:
    """Asked at once, the postmaster still takes sessions: it has not collected the backend yet."""
    with start(find()) as server:
        with server.connect() as conn:
            pid = conn.info.backend_pid
            os.kill(pid, signal.SIGKILL)
            with pytest.raises(psycopg.OperationalError) as gone:
                conn.execute("SELECT 1")
        assert is_lost(gone.value)
        error = Failure("psycopg.OperationalError", str(gone.value))
        with pytest.raises(ServerDied):
            require_server(server, Ran(False, error, (), (), (), 0.0, 0.0))


def test_what_ends_a_session_is_not_what_a_statement_is_refused_for(server: Server, database: str) -> None:
    with server.connect(database) as conn:
        conn.execute("SET idle_in_transaction_session_timeout = 1")
        with pytest.raises(psycopg.Error) as refused:
            conn.execute("BEGIN")
            while True:  # until the server ends it
                conn.execute("SELECT pg_sleep(0.01)")
    assert refused.value.sqlstate in (*ENDED, None) and is_lost(refused.value)
    with server.connect(database) as conn, pytest.raises(psycopg.Error) as refused:
        conn.execute("SET statement_timeout = 1; SELECT pg_sleep(10)")
    assert not is_lost(refused.value)
