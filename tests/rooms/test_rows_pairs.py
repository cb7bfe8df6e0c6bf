"""A revision's own change succeeds on plain rows, and fails on hostile ones where data can break it."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from rows_capture import captured, captured_after

from pgwright.shadow.rows import seed

P = "CREATE TABLE p (id int PRIMARY KEY, code text); "
T = "CREATE TABLE t (id int PRIMARY KEY, "
BREAKABLE = {
    "set not null": (T + "a text)", "ALTER TABLE t ALTER a SET NOT NULL"),
    "unique": (T + "a text, b int)", "ALTER TABLE t ADD UNIQUE (a)"),
    "composite unique": (T + "a text NOT NULL, b int NOT NULL)", "CREATE UNIQUE INDEX ON t (a, b)"),
    "unique expression": (T + "a text NOT NULL)", "CREATE UNIQUE INDEX ON t (lower(a))"),
    "partial unique": (T + "a text NOT NULL, b boolean)", "CREATE UNIQUE INDEX ON t (a) WHERE b IS NOT FALSE"),
    "foreign key": (P + T + "p int)", "ALTER TABLE t ADD FOREIGN KEY (p) REFERENCES p"),
    "composite foreign key": (
        "CREATE TABLE p (a int, b text, PRIMARY KEY (a, b)); " + T + "a int NOT NULL, b text NOT NULL)",
        "ALTER TABLE t ADD FOREIGN KEY (a, b) REFERENCES p",
    ),
    "check list": (T + "s varchar(20) NOT NULL)", "ALTER TABLE t ADD CHECK (s IN ('x', 'y'))"),
    "check range": (T + "n int NOT NULL)", "ALTER TABLE t ADD CHECK (n BETWEEN 100 AND 120)"),
    "check columns": (T + "a date NOT NULL, b date NOT NULL)", "ALTER TABLE t ADD CHECK (a < b)"),
    "check length": (T + "s text NOT NULL)", "ALTER TABLE t ADD CHECK (length(s) = 5)"),
    "check opaque": (T + "s text NOT NULL)", "ALTER TABLE t ADD CHECK (md5(s) < '8')"),
    "shorter": (T + "s varchar(50) NOT NULL)", "ALTER TABLE t ALTER s TYPE varchar(10)"),
    "text to integer": (T + "s text NOT NULL)", "ALTER TABLE t ALTER s TYPE integer USING s::integer"),
    "text to uuid": (T + "s text NOT NULL)", "ALTER TABLE t ALTER s TYPE uuid USING s::uuid"),
    "text to jsonb": (T + "s text NOT NULL)", "ALTER TABLE t ALTER s TYPE jsonb USING s::jsonb"),
    "text to timestamp": (T + "s text NOT NULL)", "ALTER TABLE t ALTER s TYPE timestamptz USING s::timestamptz"),
    "text to boolean": (T + "s text NOT NULL)", "ALTER TABLE t ALTER s TYPE boolean USING s::boolean"),
    "text to enum": (
        "CREATE TYPE e AS ENUM ('a', 'b'); " + T + "s text NOT NULL)",
        "ALTER TABLE t ALTER s TYPE e USING s::e",
    ),
    "text to array": (T + "s text NOT NULL)", "ALTER TABLE t ALTER s TYPE text[] USING s::text[]"),
    "bigint to int": (T + "n bigint NOT NULL)", "ALTER TABLE t ALTER n TYPE integer"),
    "numeric narrower": (T + "n numeric(12,4) NOT NULL)", "ALTER TABLE t ALTER n TYPE numeric(5,2)"),
    "primary key": ("CREATE TABLE t (a int, b text)", "ALTER TABLE t ADD PRIMARY KEY (a)"),
    "rename and not null": (T + "a text)", "ALTER TABLE t RENAME a TO b; ALTER TABLE t ALTER b SET NOT NULL"),
    "rename and type": (
        T + "a text NOT NULL, gone int, z int)",
        "ALTER TABLE t RENAME a TO b; ALTER TABLE t ALTER b TYPE int USING b::int; ALTER TABLE t DROP z, ADD y text",
    ),
    "key swapped": (
        "CREATE TABLE p (id int PRIMARY KEY, new_id uuid NOT NULL); " + T + "p uuid NOT NULL)",
        "ALTER TABLE p DROP id; ALTER TABLE p RENAME new_id TO id; ALTER TABLE p ADD PRIMARY KEY (id);"
        "ALTER TABLE t ADD FOREIGN KEY (p) REFERENCES p",
    ),
    "renamed among others": (
        T + "parent int, other int, z text)",
        "ALTER TABLE t RENAME parent TO parent_id; ALTER TABLE t DROP other; ALTER TABLE t ADD FOREIGN KEY (parent_id)"
        " REFERENCES t",
    ),
    "renamed table": (T + "a text)", "ALTER TABLE t RENAME TO u; ALTER TABLE u ALTER a SET NOT NULL"),
    "domain": (
        "CREATE DOMAIN positive AS int CHECK (VALUE > 0); " + T + "n int NOT NULL)",
        "ALTER TABLE t ALTER n TYPE positive; ALTER TABLE t ADD CHECK (n > 0)",
    ),
}
SAFE = {
    "json to jsonb": (T + "j json NOT NULL)", "ALTER TABLE t ALTER j TYPE jsonb"),
    "int to bigint": (T + "n int NOT NULL)", "ALTER TABLE t ALTER n TYPE bigint"),
    "naive to aware": (
        T + "s timestamp NOT NULL)",
        "ALTER TABLE t ALTER s TYPE timestamptz USING s AT TIME ZONE 'UTC'",
    ),
    "int to boolean": (T + "n int NOT NULL)", "ALTER TABLE t ALTER n TYPE boolean USING n::boolean"),
    "enum to enum": (
        "CREATE TYPE e AS ENUM ('a', 'b', 'c'); CREATE TYPE f AS ENUM ('b', 'c', 'd'); " + T + "s e NOT NULL)",
        "ALTER TABLE t ALTER s TYPE f USING s::text::f",
    ),
    "one of a new and an old": (
        T + "a text NOT NULL)",
        "ALTER TABLE t ADD b text; ALTER TABLE t ADD CHECK (a IS NOT NULL OR b IS NOT NULL)",
    ),
    "exclusion": (T + "d daterange)", "ALTER TABLE t ADD EXCLUDE USING gist (d WITH &&)"),
}


def pair(server: Any, database: str, before: str, change: str, profile: Any) -> Any:
    """A connection to the seeded database, before the change."""
    with server.connect(database) as conn:
        conn.execute(before.encode())
        old = captured(conn)
    new = captured_after(server, database, change)
    conn = server.connect(database)
    done = seed(conn, old, new, [r.qualified for r in old.tables()], profile=profile)
    assert done.unfilled == ()
    assert dict(done.filled)["public.t"] >= 2
    return conn


@pytest.mark.parametrize("case", [*BREAKABLE, *SAFE])
def test_plain_rows_allow_the_change(server: Any, database: str, case: str) -> None:
    before, change = (BREAKABLE | SAFE)[case]
    with pair(server, database, before, change, "plain") as conn:
        conn.execute(change.encode())


@pytest.mark.parametrize("case", BREAKABLE)
def test_hostile_rows_refuse_the_change(server: Any, database: str, case: str) -> None:
    before, change = BREAKABLE[case]
    with pair(server, database, before, change, "hostile") as conn, pytest.raises(psycopg.Error):
        conn.execute(change.encode())


def test_plain_rows_still_hold_nulls_where_both_sides_allow_them(server: Any, database: str) -> None:
    with pair(server, database, T + "a text, b int, c date, d uuid)", "ALTER TABLE t ADD e int", "plain") as conn:
        nulls = conn.execute("SELECT sum(num_nulls(a, b, c, d)), count(*) FILTER (WHERE num_nulls(a,b,c,d) = 0) FROM t")
        some, complete = nulls.fetchone() or (0, 0)
        assert some
        assert complete


def test_a_revision_that_adds_a_mandatory_column_is_not_helped(server: Any, database: str) -> None:
    change = "ALTER TABLE t ADD e int NOT NULL"
    conn = server.connect(database)
    conn.execute((T + "a text)").encode())
    old = captured(conn)
    seed(conn, old, old, ["public.t"], profile="plain")
    with conn, pytest.raises(psycopg.errors.NotNullViolation):
        conn.execute(change.encode())


def test_text_that_the_source_casts_spells_the_type(server: Any, database: str) -> None:
    source = 'op.execute("UPDATE t SET n = a::int, u = CAST(b AS uuid)")\njson.loads(row.c); int(row["d"])'
    with server.connect(database) as conn:
        conn.execute((T + "a text, b text, c text NOT NULL, d varchar(20), n int, u uuid)").encode())
        schema = captured(conn)
        seed(conn, schema, schema, ["public.t"], profile="plain", source=source)
        conn.execute("UPDATE t SET n = a::int, u = CAST(b AS uuid)")
        conn.execute("SELECT c::json, d::int FROM t")
