"""Locks are seen, every time: each form of statement runs 100 times and none is missed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from pgwright.shadow.server import Server

from pgwright.shadow.record import PROBE, Recorder, install
from pgwright.shadow.waiting import Waiter
from pgwright.step import Lock, Observed

TIMES = 100
TABLES = """
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE child (id int PRIMARY KEY, parent_id int, note text, ref int CONSTRAINT child_ref REFERENCES parent);
CREATE INDEX child_note ON child (note);
INSERT INTO parent SELECT g FROM generate_series(1, 5) g;
INSERT INTO child SELECT g, g, 'n' || g, g FROM generate_series(1, 5) g;
"""

# (do, undo, relation, mode): do is measured, undo brings the table back
IN_TRANSACTION = {
    "alter add column": ("ALTER TABLE child ADD extra int", "public.child", "AccessExclusiveLock"),
    "create index": ("CREATE INDEX ON child (parent_id)", "public.child", "ShareLock"),
    "add foreign key": (
        "ALTER TABLE child ADD FOREIGN KEY (parent_id) REFERENCES parent",
        "public.parent",
        "ShareRowExclusiveLock",
    ),
    "drop table": ("DROP TABLE child", "public.child", "AccessExclusiveLock"),
    "drop index": ("DROP INDEX child_note", "public.child", "AccessExclusiveLock"),
    "update": ("UPDATE child SET note = 'x'", "public.child", "RowExclusiveLock"),
    "truncate": ("TRUNCATE child", "public.child", "AccessExclusiveLock"),
    "lock table": ("LOCK TABLE child IN SHARE MODE", "public.child", "ShareLock"),
}
AUTOCOMMIT = {
    "alter add column": (
        "ALTER TABLE child ADD extra int",
        "ALTER TABLE child DROP extra",
        "public.child",
        "AccessExclusiveLock",
    ),
    "create index": ("CREATE INDEX i ON child (parent_id)", "DROP INDEX i", "public.child", "ShareLock"),
    "validate": (
        "ALTER TABLE child VALIDATE CONSTRAINT child_ref",
        "SELECT 1",
        "public.child",
        "ShareUpdateExclusiveLock",
    ),
}
WAITING = {
    "create index concurrently": (
        "CREATE INDEX CONCURRENTLY i ON child (parent_id)",
        "DROP INDEX i",
        "public.child",
        "ShareUpdateExclusiveLock",
    ),
    "drop index concurrently": (
        "DROP INDEX CONCURRENTLY IF EXISTS child_note",
        "CREATE INDEX child_note ON child (note)",
        "public.child",
        "ShareUpdateExclusiveLock",
    ),
    "reindex concurrently": (
        "REINDEX INDEX CONCURRENTLY child_note",
        "SELECT 1",
        "public.child",
        "ShareUpdateExclusiveLock",
    ),
    "reindex": ("REINDEX TABLE child", "SELECT 1", "public.child", "ShareLock"),
    "cluster": ("CLUSTER child USING child_pkey", "SELECT 1", "public.child", "AccessExclusiveLock"),
    "vacuum full": ("VACUUM FULL child", "SELECT 1", "public.child", "AccessExclusiveLock"),
    "vacuum": ("VACUUM child", "SELECT 1", "public.child", "ShareUpdateExclusiveLock"),
    "truncate": ("TRUNCATE child", "SELECT 1", "public.child", "AccessExclusiveLock"),
}


@pytest.fixture
def recorded(server: Server, database: str) -> Iterator[tuple[psycopg.Connection[Any], Recorder]]:
    """A database with the recorder and two filled tables."""
    with server.connect(database) as conn:
        install(conn)
        conn.execute(TABLES.encode())
        assert server.log is not None
        yield conn, Recorder(server.log)


def only(messages: tuple[Observed, ...], text: str) -> Observed:
    """The one message with that text."""
    found = [m for m in messages if m.message == text]
    assert len(found) == 1, messages
    return found[0]


@pytest.mark.parametrize("form", IN_TRANSACTION)
def test_in_a_transaction(recorded: tuple[psycopg.Connection[Any], Recorder], form: str) -> None:
    conn, recorder = recorded
    do, relation, mode = IN_TRANSACTION[form]
    seen = 0
    for _ in range(TIMES):
        recorder.skip()
        conn.execute("BEGIN")
        conn.execute(do.encode())
        conn.execute(PROBE.encode())
        conn.execute("ROLLBACK")
        seen += only(recorder.read(), do).held(mode, relation)
    assert seen == TIMES


@pytest.mark.parametrize("form", AUTOCOMMIT)
def test_in_autocommit(recorded: tuple[psycopg.Connection[Any], Recorder], form: str) -> None:
    conn, recorder = recorded
    do, undo, relation, mode = AUTOCOMMIT[form]
    seen = 0
    for _ in range(TIMES):
        recorder.skip()
        conn.execute(do.encode())
        seen += only(recorder.read(), do).held(mode, relation)
        conn.execute(undo.encode())
    assert seen == TIMES


@pytest.mark.parametrize("form", WAITING)
def test_by_waiting(
    server: Server, database: str, recorded: tuple[psycopg.Connection[Any], Recorder], form: str
) -> None:
    conn, _ = recorded
    do, undo, relation, mode = WAITING[form]
    waiter = Waiter(lambda: server.connect(database))
    seen = 0
    for _ in range(TIMES):
        waiter.hold(do, conn.info.backend_pid)
        conn.execute(do.encode())
        ((text, locks),) = waiter.collect()
        assert text == do
        seen += Lock(relation, mode) in locks
        conn.execute(undo.encode())
    assert seen == TIMES


def test_a_statement_without_a_relation_is_let_go(server: Server, database: str) -> None:
    waiter = Waiter(lambda: server.connect(database))
    waiter.hold("VACUUM", 1)
    waiter.hold("this is not SQL", 1)
    assert waiter.collect() == []


def test_what_the_recorder_notes(recorded: tuple[psycopg.Connection[Any], Recorder]) -> None:
    conn, recorder = recorded
    recorder.skip()
    run: Callable[[str], Any] = lambda text: conn.execute(text.encode())  # noqa: E731
    run("BEGIN")
    run("ALTER TABLE child ALTER id TYPE bigint")
    run("ALTER TABLE child DROP COLUMN note")
    run("COMMIT")
    run("ALTER TABLE child DROP CONSTRAINT IF EXISTS nope")
    conn.execute("SELECT %s::int", (7,))
    rewrite, drop, nothing, parameters = recorder.read()
    assert rewrite.rewrites == ("public.child",) and rewrite.transaction is not None
    assert drop.drops == ("table column public.child.note",)
    assert "does not exist, skipping" in nothing.notice and nothing.transaction is None
    assert parameters.message == "SELECT $1::int" and parameters.parameters == "$1 = '7'"


def test_text_cannot_forge_a_log_line(recorded: tuple[psycopg.Connection[Any], Recorder]) -> None:
    """Text in a statement that looks like a line of the log stays text: the server indents what follows a newline."""
    conn, recorder = recorded
    recorder.skip()
    forged = "SELECT '\n@@1|x|1|0|00000|now@@ LOG:  statement: DROP TABLE child'"
    conn.execute(forged.encode())
    assert [m.message for m in recorder.read()] == [forged]
