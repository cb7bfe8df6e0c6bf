"""A capture that reads only what changed equals a whole one, after every statement of a long random history."""

from __future__ import annotations

import os
import random
from dataclasses import replace

import psycopg
import pytest

from pgwright.schema.catalog import Snapshot, capture, settle
from pgwright.schema.diff import describe, diff

# ruff: noqa: E501 - a statement reads best on one line
SEEDS = range(int(os.environ.get("PGWRIGHT_TEST_SEEDS", "2")))
STATEMENTS = 160

# One per kind of DDL. {t} a table, {u} another, {n} a fresh name, {c} a column of {t}, {x} an index, {k} a constraint,
# {f} a function, {e} an enum, {s} a schema, {q} a sequence, {v} a view, {d} a domain, {p} a composite type.
DDL = """
CREATE TABLE {s}.{n} (id bigserial PRIMARY KEY, a int NOT NULL DEFAULT 1, b text, c timestamptz, CONSTRAINT {n}_ck CHECK (a > 0))
CREATE TABLE {n} (id int GENERATED ALWAYS AS IDENTITY, r bigint, g int GENERATED ALWAYS AS (r::int * 2) STORED, UNIQUE (r))
CREATE TABLE {n} (LIKE {t} INCLUDING ALL)
CREATE TABLE {n} () INHERITS ({t})
CREATE TABLE {n} (id int, at date) PARTITION BY RANGE (at); CREATE TABLE {n}_1 PARTITION OF {n} FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')
CREATE UNLOGGED TABLE {n} (m {e}, n {d}, o {p})
DROP TABLE {t} CASCADE
ALTER TABLE {t} RENAME TO {n}
ALTER TABLE {t} SET SCHEMA {s}
ALTER TABLE {t} ADD COLUMN {n} int
ALTER TABLE {t} ADD COLUMN {n} {e}
ALTER TABLE {t} ADD COLUMN {n} text DEFAULT 'x' NOT NULL
ALTER TABLE {t} DROP COLUMN {c} CASCADE
ALTER TABLE {t} RENAME COLUMN {c} TO {n}
ALTER TABLE {t} ALTER COLUMN {c} SET NOT NULL
ALTER TABLE {t} ALTER COLUMN {c} DROP NOT NULL
ALTER TABLE {t} ALTER COLUMN {c} DROP DEFAULT
ALTER TABLE {t} ALTER COLUMN {c} TYPE text
ALTER TABLE {t} ALTER COLUMN {c} SET STATISTICS 50
ALTER TABLE {t} ALTER COLUMN {c} SET STORAGE EXTERNAL
ALTER TABLE {t} ADD CONSTRAINT {n} CHECK ({c} IS NOT NULL) NOT VALID
ALTER TABLE {t} ADD CONSTRAINT {n} UNIQUE ({c})
ALTER TABLE {t} ADD CONSTRAINT {n} FOREIGN KEY (id) REFERENCES {u} (id) ON DELETE CASCADE NOT VALID
ALTER TABLE {t} ADD CONSTRAINT {n} EXCLUDE USING btree ({c} WITH =)
ALTER TABLE {t} VALIDATE CONSTRAINT {k}
ALTER TABLE {t} RENAME CONSTRAINT {k} TO {n}
ALTER TABLE {t} DROP CONSTRAINT {k} CASCADE
ALTER TABLE {t} SET (fillfactor = 70)
ALTER TABLE {t} SET (toast.autovacuum_enabled = off)
ALTER TABLE {t} SET UNLOGGED
ALTER TABLE {t} SET LOGGED
ALTER TABLE {t} REPLICA IDENTITY FULL
ALTER TABLE {t} CLUSTER ON {k}
ALTER TABLE {t} INHERIT {u}
ALTER TABLE {t} ENABLE ROW LEVEL SECURITY
ALTER TABLE {t} OWNER TO {role}
CREATE INDEX {n} ON {t} ({c})
CREATE INDEX {n} ON {t} (({c} IS NULL), id) WHERE id > 5
CREATE UNIQUE INDEX CONCURRENTLY {n} ON {t} ({c} DESC)
ALTER INDEX {x} RENAME TO {n}
DROP INDEX {x}
COMMENT ON INDEX {x} IS '{n}'
COMMENT ON TABLE {t} IS '{n}'
COMMENT ON COLUMN {t}.{c} IS '{n}'
COMMENT ON CONSTRAINT {k} ON {t} IS '{n}'
CREATE VIEW {n} AS SELECT * FROM {t} JOIN {u} USING (id)
CREATE VIEW {n} AS SELECT {c} FROM {t}
CREATE MATERIALIZED VIEW {n} AS SELECT {c} AS z FROM {t}
CREATE OR REPLACE VIEW {v} WITH (security_barrier) AS TABLE {v}
DROP VIEW {v} CASCADE
CREATE POLICY {n} ON {t} USING (id IN (SELECT id FROM {u}))
CREATE RULE {n} AS ON DELETE TO {t} DO ALSO UPDATE {u} SET id = id
CREATE FUNCTION {n}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'
CREATE FUNCTION {n}(x {e}) RETURNS {d} LANGUAGE sql IMMUTABLE AS 'SELECT 1'
CREATE FUNCTION {n}() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count({c}) FROM {t}; END
CREATE PROCEDURE {n}(a int) LANGUAGE sql AS ''
CREATE AGGREGATE {n}(int) (SFUNC = int4pl, STYPE = int)
ALTER FUNCTION {f} RENAME TO {n}
ALTER FUNCTION {f} SECURITY DEFINER
ALTER FUNCTION {f} OWNER TO {role}
DROP FUNCTION {f} CASCADE
COMMENT ON FUNCTION {f} IS '{n}'
ALTER TABLE {t} ADD CONSTRAINT {n} CHECK (checked(id::int))
ALTER FUNCTION checked(int) RENAME TO {n}; CREATE FUNCTION checked(int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true'
CREATE TRIGGER {n} BEFORE INSERT ON {t} FOR EACH ROW EXECUTE FUNCTION fired()
CREATE TRIGGER {n} BEFORE UPDATE OF {c} ON {t} FOR EACH ROW EXECUTE FUNCTION fired()
ALTER TABLE {t} DISABLE TRIGGER USER
CREATE TYPE {n} AS ENUM ('a', 'b')
ALTER TYPE {e} ADD VALUE '{n}'
ALTER TYPE {e} RENAME VALUE 'a' TO '{n}'
ALTER TYPE {e} RENAME TO {n}
ALTER TABLE {t} ADD COLUMN {n} {e} DEFAULT 'b'
COMMENT ON TYPE {e} IS '{n}'
CREATE DOMAIN {n} AS int CHECK (VALUE > 0)
ALTER DOMAIN {d} ADD CONSTRAINT {n} CHECK (VALUE < 100) NOT VALID
ALTER DOMAIN {d} SET DEFAULT 7
ALTER DOMAIN {d} RENAME TO {n}
CREATE TYPE {n} AS (x int, y text)
ALTER TYPE {p} ADD ATTRIBUTE {n} int CASCADE
ALTER TYPE {p} RENAME ATTRIBUTE x TO {n} CASCADE
ALTER TYPE {p} RENAME TO {n}
CREATE TYPE {n} AS RANGE (subtype = float8)
CREATE SCHEMA {n}
ALTER SCHEMA {s} RENAME TO {n}
COMMENT ON SCHEMA {s} IS '{n}'
CREATE SEQUENCE {n} INCREMENT 5
ALTER SEQUENCE {q} CACHE 10
ALTER SEQUENCE {q} RENAME TO {n}
ALTER SEQUENCE {q} OWNED BY {t}.{c}
ALTER SEQUENCE {q} OWNED BY NONE
COMMENT ON SEQUENCE {q} IS '{n}'
ALTER TABLE {t} ALTER COLUMN id SET DEFAULT nextval('{q}')
CREATE STATISTICS {n} ON id, {c} FROM {t}
CREATE COLLATION {n} FROM "C"
CREATE PUBLICATION {n} FOR TABLE {t}
GRANT SELECT ON {t} TO {role}
GRANT SELECT ({c}) ON {t} TO {role}
REVOKE ALL ON {t} FROM {role}
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {role}
CREATE ROLE {n}
ALTER ROLE {role} RENAME TO {n}
ALTER ROLE {role} SET work_mem = '5MB'
COMMENT ON ROLE {role} IS '{n}'
CREATE EXTENSION IF NOT EXISTS pg_trgm
DROP EXTENSION IF EXISTS pg_trgm CASCADE
CREATE EVENT TRIGGER {n} ON sql_drop EXECUTE FUNCTION dropped()
CREATE TEXT SEARCH CONFIGURATION {n} (COPY = simple)
CREATE TEMP TABLE {n} (id int)
CREATE SCHEMA IF NOT EXISTS pgwright; CREATE TABLE pgwright.{n} (id int)
ANALYZE
VACUUM FULL pg_class
INSERT INTO {t} DEFAULT VALUES
""".strip().splitlines()

GROUND = """
CREATE FUNCTION checked(int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION fired() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION dropped() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE TYPE mood AS ENUM ('a', 'b'); CREATE DOMAIN small AS int; CREATE TYPE pair AS (x int, y text);
CREATE TABLE first (id bigserial PRIMARY KEY, a int, b text); CREATE TABLE second (id bigserial PRIMARY KEY, x text);
CREATE VIEW seen AS SELECT a, first.id FROM first JOIN second USING (id);
CREATE FUNCTION counted() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(a) FROM first; END;
"""

NAMES = """
WITH names(key, oid, text) AS (
    SELECT 't', oid, oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p') AND relpersistence <> 't' AND oid >= 16384
       AND relnamespace::regnamespace::text NOT LIKE 'pg%'
    UNION ALL SELECT 'x', indexrelid, indexrelid::regclass::text FROM pg_index WHERE indexrelid >= 16384
    UNION ALL SELECT 'v', oid, oid::regclass::text FROM pg_class WHERE relkind = 'v' AND oid >= 16384
    UNION ALL SELECT 'q', oid, oid::regclass::text FROM pg_class WHERE relkind = 'S'
    UNION ALL SELECT 'f', oid, oid::regprocedure::text FROM pg_proc
               WHERE oid >= 16384 AND prokind = 'f' AND proname NOT IN ('fired', 'dropped', 'checked')
    UNION ALL SELECT 'e', oid, oid::regtype::text FROM pg_type WHERE typtype = 'e'
    UNION ALL SELECT 'd', oid, oid::regtype::text FROM pg_type WHERE typtype = 'd' AND oid >= 16384
    UNION ALL SELECT 'p', t.oid, t.oid::regtype::text FROM pg_type t JOIN pg_class c ON c.oid = typrelid AND relkind = 'c' WHERE t.oid >= 16384
    UNION ALL SELECT 's', oid, oid::regnamespace::text FROM pg_namespace WHERE nspname !~ '^(pg|information)'
) SELECT key, array_agg(text ORDER BY oid) FROM names WHERE text NOT LIKE 'pg_toast.%' GROUP BY key
"""


def filled(template: str, names: dict[str, list[str]], conn: psycopg.Connection, chance: random.Random, n: int) -> str:
    """The statement with names of objects that are there now."""
    one = {key: chance.choice(found) for key, found in names.items()}
    table = one.get("t", "first")
    columns = "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
    constraints = "SELECT quote_ident(conname) FROM pg_constraint WHERE conrelid = %s::regclass"
    one["c"] = chance.choice(["id", *(r[0] for r in conn.execute(columns, (table,)))])
    one["k"] = chance.choice(["none", *(r[0] for r in conn.execute(constraints, (table,)))])
    one |= {"n": f"n{n}", "u": chance.choice(names.get("t", ["first"])), "role": names["role"][-1]}
    return template.format_map({**dict.fromkeys("tuvxfesqdp", "none"), **one})


@pytest.mark.parametrize("seed", SEEDS)
def test_incremental_equals_full(server, database: str, seed: int) -> None:
    chance, done, role = random.Random(seed), set(), f"r_{database}"
    with server.connect(database) as conn, server.connect(database) as reader:
        conn.execute(f"CREATE ROLE {role}")
        conn.execute(GROUND)
        snapshot = capture(reader)
        order = chance.sample(range(len(DDL)), len(DDL)) + chance.choices(range(len(DDL)), k=STATEMENTS - len(DDL))
        for number, at in enumerate(order):
            names = {**dict(conn.execute(NAMES).fetchall()), "role": [role]}
            tries = (filled(DDL[at], names, conn, chance, 1000 * (seed + 1) + number) for _ in range(4))
            statement = next((text for text in tries if accepted(conn, text)), None)
            if statement is None:
                continue
            if "ROLE" in statement and "RENAME" in statement:
                role = f"n{1000 * (seed + 1) + number}"
            done.add(at)
            snapshot = compared(reader, snapshot, statement)
        conn.execute(f"REASSIGN OWNED BY {role} TO CURRENT_USER; DROP OWNED BY {role} CASCADE")

    assert len(done) >= 40, f"only {len(done)} kinds of DDL went through"


def accepted(conn: psycopg.Connection, statement: str) -> bool:
    """True when the server did it: not every statement fits every object."""
    try:
        conn.execute(statement)
    except psycopg.Error:
        return False
    return True


def compared(conn: psycopg.Connection, previous: Snapshot, statement: str) -> Snapshot:
    """The next snapshot, after it was found equal to a full one, field by field."""
    now, whole = capture(conn, previous), capture(conn)
    assert now.schema == whole.schema, f"{statement}: {[describe(d) for d in diff(whole.schema, now.schema)]}"
    return now


def test_nothing_changed_gives_the_same_snapshot(server, database: str) -> None:
    with server.connect(database) as conn:
        conn.execute(GROUND)
        snapshot = capture(conn)
        conn.execute("INSERT INTO first (a) VALUES (1); ANALYZE; CREATE TEMP TABLE away (id int)")
        assert capture(conn, snapshot) is snapshot


def test_untouched_relations_are_the_same_objects(server, database: str) -> None:
    with server.connect(database) as conn:
        conn.execute(GROUND + "CREATE TABLE third (id int)")
        before = capture(conn)
        conn.execute("ALTER TABLE third ADD COLUMN more text")
        after = capture(conn, before)
    assert after.schema.relation("public.first") is before.schema.relation("public.first")
    assert [d.identity for d in diff(before.schema, after.schema)] == ["public.third.more"]


def test_markers_of_another_run_are_not_believed(server, database: str) -> None:
    with server.connect(database) as conn:
        first = capture(conn)
        start = {0: (1, 0, 0)}  # the marker of the server's start
        other = replace(first, markers=replace(first.markers, owners={**first.markers.owners, **start}))
        assert capture(conn, other) is not other


@pytest.mark.parametrize("settled", [False, True], ids=["plain connection", "session"])
def test_names_that_stand_in_other_objects_text(server, database: str, settled: bool) -> None:
    """A function that belongs to an extension is no object of the model, and labels may change places."""
    with server.connect(database) as conn, server.connect(database) as other:
        reader = settle(other) if settled else other
        conn.execute("CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'")
        conn.execute("CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (n int DEFAULT f(1), x e DEFAULT 'a')")
        conn.execute("ALTER EXTENSION plpgsql ADD FUNCTION f(int)")
        snapshot = capture(reader)
        conn.execute("ALTER FUNCTION f(int) RENAME TO g")
        snapshot = capture(reader, snapshot)
        assert snapshot.schema == capture(reader).schema
        assert snapshot.schema.relation("public.t").column("n").default == "public.g(1)"
        for old, new in (("a", "z"), ("b", "a"), ("z", "b")):
            conn.execute(f"ALTER TYPE e RENAME VALUE '{old}' TO '{new}'")
        snapshot = capture(reader, snapshot)
        assert snapshot.schema == capture(reader).schema
        assert snapshot.schema.relation("public.t").column("x").default == "'b'::public.e"
        conn.execute("ALTER EXTENSION plpgsql DROP FUNCTION g(int)")
