# ruff: noqa: E501
"""Differences are named and weighed; the fingerprint agrees with them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgwright.schema.catalog import capture
from pgwright.schema.diff import describe, diff
from pgwright.schema.fingerprint import fingerprint
from pgwright.schema.model import Relation, Schema
from rooms.ddl_kinds import KINDS
from rooms.test_incremental import attempt, prepared, write

BASE = """
CREATE TABLE t (id serial PRIMARY KEY, c integer, CONSTRAINT ck CHECK (c > 0)); CREATE INDEX ix ON t (c);
CREATE TYPE e AS ENUM ('a', 'b'); CREATE SEQUENCE q; CREATE TABLE other (id int)
"""
TOLD = {
    "ALTER TABLE t ALTER c TYPE bigint": ["column public.t.c: type integer -> bigint"],
    "ALTER TABLE t DROP c": ["column public.t.c: missing", "constraint public.t.ck: missing", "index public.t.ix: missing"],
    "ALTER INDEX ix RENAME TO iy": ["index public.t.ix: renamed to iy"],
    "ALTER TABLE t RENAME CONSTRAINT ck TO cl": ["constraint public.t.ck: renamed to cl"],
    "ALTER SEQUENCE q RENAME TO r": ["sequence public.q: renamed to public.r"],
    "ALTER TYPE e ADD VALUE 'c'": ['enum public.e: labels ["a", "b"] -> ["a", "b", "c"]'],
    "CREATE TABLE n (a int)": ["table public.n: extra"],
    "CREATE EXTENSION citext": ["extension citext: extra"],
    "COMMENT ON TABLE t IS 'x'": ["table public.t: comment none -> x"],
    "ALTER TABLE t ALTER c SET NOT NULL": ["column public.t.c: not null no -> yes"],
    "DROP TABLE other; CREATE TABLE other (id int)": [],
}


@pytest.mark.parametrize("ddl", TOLD)
def test_what_is_told(server: Any, database: str, ddl: str) -> None:
    with server.connect(database) as conn:
        conn.execute(BASE.encode())
        before = capture(conn).schema
        conn.execute(ddl.encode())
        after = capture(conn).schema
    found = diff(before, after)
    assert [describe(d) for d in found] == TOLD[ddl]
    assert (fingerprint(before) == fingerprint(after)) == agree(before, after)


def test_an_ignored_relation_says_nothing(server: Any, database: str) -> None:
    with server.connect(database) as conn:
        before = capture(conn).schema
        conn.execute("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
        assert diff(before, capture(conn).schema, ignore={"public.alembic_version"}) == ()


def agree(a: Schema, b: Schema) -> bool:
    """Neither refutes the other."""
    return not any(d.refutes for d in (*diff(a, b), *diff(b, a)))


def reordered(relation: Relation, random: Random) -> Relation:
    """The same columns at other places."""
    places = [c.position for c in relation.columns]
    random.shuffle(places)
    return replace(relation, columns=tuple(replace(c, position=p) for c, p in zip(relation.columns, places, strict=True)))


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=False))
def test_the_fingerprint_agrees_with_the_difference(server: Any, random: Random) -> None:
    with prepared(server) as (_, conn, prefix):
        seen = [snapshot := capture(conn)]
        for _ in range(25):
            attempt(conn, write(random.choice(KINDS), random.choice).replace("WHO", prefix))
            seen.append(snapshot := capture(conn, snapshot))
        schemas = [s.schema for s in seen]
        for a, b in pairwise(schemas):
            assert (fingerprint(a) == fingerprint(b)) == agree(a, b), [describe(d) for d in diff(a, b)]
        last = schemas[-1]
        moved = replace(last, relations=tuple(reordered(r, random) for r in last.relations), _by_name={})
        assert fingerprint(moved) == fingerprint(last)
        assert {d.weight for d in diff(last, moved)} <= {"order"}


def test_not_null_names_are_reported_only(server: Any, database: str) -> None:
    if server.version < 180000:
        pytest.skip("NOT NULL constraints have names since PostgreSQL 18")
    with server.connect(database) as conn:
        conn.execute("CREATE TABLE t (a int NOT NULL)")
        before = capture(conn).schema
        conn.execute("ALTER TABLE t RENAME CONSTRAINT t_a_not_null TO x")
        after = capture(conn).schema
    assert [d.weight for d in diff(before, after)] == ["reported"]
    assert fingerprint(before) == fingerprint(after)


def test_a_failed_capture_leaves_the_connection_usable(server: Any, database: str) -> None:
    with server.connect(database) as conn:
        conn.execute("SET statement_timeout = 1")
        with pytest.raises(psycopg.errors.QueryCanceled):
            for _ in range(200):
                capture(conn)
        conn.execute("SET statement_timeout = 0")
        assert capture(conn).schema.version == server.version
