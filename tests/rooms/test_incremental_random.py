"""The promise of incremental snapshots: whatever happened in between, they equal what a full reading finds."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import Any
from uuid import uuid4

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgwright.schema.catalog import Snapshot, capture
from pgwright.schema.diff import describe, diff
from rooms.ddl_kinds import KINDS, POOLS, SETUP

Connection = psycopg.Connection[tuple[Any, ...]]


OUTSIDE = (
    "CREATE INDEX CONCURRENTLY",
    "VACUUM",
    "ALTER ROLE WHO1 RENAME",
    "CREATE ROLE",
)  # need another start or no BEGIN


def write(kind: str, choose: Callable[[Sequence[str]], str]) -> str:
    """A statement of that kind, with names chosen from the pools."""
    parts = string.Formatter().parse(kind)
    return "".join(text + (choose(POOLS[field]) if field else "") for text, field, _, _ in parts)


@st.composite
def statements(draw: st.DrawFn) -> str:
    """One statement of any kind, its names drawn from the pools."""
    return write(draw(st.sampled_from(KINDS)), lambda pool: draw(st.sampled_from(pool)))


# One statement by itself, several in one transaction, or several that are rolled back.
moves = st.one_of(
    statements().map(lambda s: ("alone", [s])),
    st.tuples(st.sampled_from(("commit", "rollback")), st.lists(statements(), min_size=2, max_size=4)),
)


def perform(conn: Connection, how: str, texts: Sequence[str]) -> None:
    """Run the statements, each of which may fail (in a transaction: back to its savepoint)."""
    if how == "alone":
        attempt(conn, texts[0])
        return
    conn.execute("BEGIN")
    for text in texts:
        conn.execute("SAVEPOINT before")
        if not attempt(conn, text):
            conn.execute("ROLLBACK TO before")
    conn.execute(how.encode())


def attempt(conn: Connection, text: str) -> bool:
    try:
        conn.execute(text.encode())
    except psycopg.Error:
        return False
    return True


@contextmanager
def fresh(server: Any, template: str | None = None) -> Iterator[tuple[str, Connection]]:
    """A database of its own, gone afterwards."""
    name = f"h_{uuid4().hex[:12]}"
    server.create(name, template)
    try:
        with server.connect(name) as conn:
            yield name, conn
    finally:
        server.drop(name)


@contextmanager
def prepared(server: Any) -> Iterator[tuple[str, Connection, str]]:
    """A database with a bit of everything, and the prefix of its roles."""
    prefix = f"r{uuid4().hex[:8]}_"
    with fresh(server) as (name, conn):
        conn.execute(SETUP.replace("WHO", prefix).encode())
        yield name, conn, prefix
    with server.connect() as admin:
        for number in "01":
            attempt(admin, f"DROP ROLE {prefix}{number}")


def assert_equal(conn: Connection, previous: Snapshot, did: object) -> Snapshot:
    """The next snapshot, which must be what a full reading finds."""
    following, full = capture(conn, previous), capture(conn)
    told = [describe(d) for d in diff(full.schema, following.schema)]
    assert following.schema == full.schema, f"after {did}: {told}"
    assert following.markers == full.markers, f"after {did}"
    return following


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(history=st.lists(moves, min_size=25, max_size=60))
def test_after_every_statement_the_incremental_snapshot_is_the_full_one(server: Any, history: list[Any]) -> None:
    with prepared(server) as (_, conn, prefix):
        snapshot = capture(conn)
        for how, texts in history:
            perform(conn, how, [t.replace("WHO", prefix) for t in texts])
            snapshot = assert_equal(conn, snapshot, (how, texts))


@settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(first=st.lists(moves, max_size=12), second=st.lists(moves, max_size=12))
def test_a_copy_of_the_database_goes_on_from_its_template_or_a_sibling(
    server: Any, first: list[Any], second: list[Any]
) -> None:
    with prepared(server) as (name, conn, prefix):
        origin = capture(conn)
        conn.close()
        with fresh(server, name) as (_, one), fresh(server, name) as (_, other):
            assert capture(one, origin).schema == origin.schema
            for how, texts in first:
                perform(one, how, [t.replace("WHO", prefix) for t in texts])
            for how, texts in second:
                perform(other, how, [t.replace("WHO", prefix) for t in texts])
            sibling = assert_equal(one, origin, first)
            assert_equal(other, origin, second)
            assert_equal(other, sibling, (first, second))
            attempt(one, f"DROP OWNED BY {prefix}0")
            attempt(one, f"DROP OWNED BY {prefix}1")


def test_a_previous_of_a_stranger_is_no_harm(server: Any) -> None:
    with prepared(server) as (_, conn, _), fresh(server) as (_, other):
        other.execute("CREATE TABLE strange (a int)")
        assert capture(other, capture(conn)).schema == capture(other).schema


def test_what_did_not_change_is_the_same_object(server: Any) -> None:
    with prepared(server) as (_, conn, _):
        before = capture(conn)
        assert capture(conn, before) is before
        conn.execute("ALTER TABLE t0 ADD added int")
        after = capture(conn, before)
        shared = {r.qualified for r in after.schema.relations if before.schema.relation(r.qualified) is r}
        assert "public.t1" in shared
        assert "public.t0" not in shared


def test_every_kind_of_statement_can_succeed(server: Any) -> None:
    """A kind that always fails would prove nothing: for each, some choice of names must go through."""
    draw, never = Random(1), []
    with prepared(server) as (_, conn, prefix):
        for kind in KINDS:
            if kind.startswith(OUTSIDE):
                continue
            for _ in range(400):
                conn.execute("BEGIN")
                done = attempt(conn, write(kind, draw.choice).replace("WHO", prefix))
                conn.execute("ROLLBACK")
                if done:
                    break
            else:
                never.append(kind)
    assert never == []
    assert len(KINDS) >= 40
