"""Rows for proofs: plain ones fit, hostile ones do their worst, both are the same every time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rows_capture import captured

from pgwright.schema.model import Schema
from pgwright.shadow.rows import seed

ZOO = (Path(__file__).parent / "rows_zoo.sql").read_bytes()
REFUSED = {"public.raises"}  # its trigger raises


@pytest.fixture(scope="module")
def zoo(server: Any) -> Any:
    server.create("rows_zoo")
    with server.connect("rows_zoo") as conn:
        conn.execute(ZOO)
        schema = captured(conn)
    yield schema
    server.drop("rows_zoo")


def tables(schema: Schema) -> list[str]:
    return [r.qualified for r in schema.tables()]


def contents(conn: Any, schema: Schema) -> dict[str, list[Any]]:
    rows = {}
    for relation in schema.tables():
        found = conn.execute(f'SELECT t::text FROM "{relation.schema}"."{relation.name}" t'.encode()).fetchall()
        rows[relation.qualified] = sorted(r for (r,) in found)
    return rows


@pytest.fixture
def filled(server: Any, zoo: Schema, database: str) -> Any:
    """A copy of the zoo, to fill."""
    server.drop(database)
    server.create(database, template="rows_zoo")
    with server.connect(database) as conn:
        yield conn


LATE_TRIGGER = """
CREATE TABLE plain (id int PRIMARY KEY);
CREATE TABLE later (id int PRIMARY KEY);
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'too late'; END $$;
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON later DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
"""


def test_plain_fills_everything(filled: Any, zoo: Schema) -> None:
    done = seed(filled, zoo, None, tables(zoo), profile="plain")
    assert {t for t, _ in done.unfilled} == REFUSED
    assert {t for t, rows in contents(filled, zoo).items() if not rows} == REFUSED


def test_every_column_of_every_type_holds_a_value(filled: Any, zoo: Schema) -> None:
    seed(filled, zoo, None, ["public.types"], profile="plain")
    types = zoo.relation("public.types")
    assert types is not None
    counts = ", ".join(f'count("{c.name}")' for c in types.columns)
    found = filled.execute(f"SELECT {counts} FROM types".replace('We ird"col', 'We ird""col').encode()).fetchone()
    assert [c.name for c, n in zip(types.columns, found, strict=True) if not n] == []
    labels = filled.execute("SELECT count(DISTINCT c_enum) FROM types").fetchone()
    assert labels == (3,)


def test_a_trigger_that_raises_is_reported_in_its_own_words(filled: Any, zoo: Schema) -> None:
    assert seed(filled, zoo, None, ["public.raises"], profile="plain").unfilled == (("public.raises", "not here"),)


def test_a_deferred_trigger_that_raises_is_reported_and_the_rest_is_filled(server: Any, database: str) -> None:
    """It fires when the constraints are made immediate; else it would end the transaction at COMMIT."""
    with server.connect(database) as conn:
        conn.execute(LATE_TRIGGER.encode())
        schema = captured(conn)
        found = seed(conn, schema, None, ["public.later", "public.plain"], profile="plain")
        assert found.unfilled == (("public.later", "too late"),)
        assert [name for name, _ in found.filled] == ["public.plain"]
        assert contents(conn, schema)["public.plain"]


@pytest.mark.parametrize("profile", ["plain", "hostile"])
def test_the_same_seed_gives_the_same_bytes(server: Any, zoo: Schema, database: str, profile: Any) -> None:
    seen = []
    for _ in range(2):
        server.drop(database)
        server.create(database, template="rows_zoo")
        with server.connect(database) as conn:
            seed(conn, zoo, None, tables(zoo), profile=profile)
            seen.append(contents(conn, zoo))
    assert seen[0] == seen[1]


def test_another_seed_gives_other_rows(server: Any, zoo: Schema, database: str) -> None:
    seen = []
    for number in (1, 2):
        server.drop(database)
        server.create(database, template="rows_zoo")
        with server.connect(database) as conn:
            seed(conn, zoo, None, ["public.types"], profile="plain", seed=number)
            seen.append(contents(conn, zoo)["public.types"])
    assert seen[0] != seen[1]


def test_parents_come_along_and_existing_rows_count(filled: Any, zoo: Schema) -> None:
    done = seed(filled, zoo, None, ["public.one2one"], profile="plain")
    assert dict(done.filled)["public.one2one"] == 7
    assert dict(done.filled)["public.doc"] == 7
    again = seed(filled, zoo, None, ["public.usr", "public.ident", "public.uniq"], profile="plain")
    assert again.unfilled == ()
    assert dict(again.filled)["public.usr"] == 7


def test_sequences_go_on_after_the_rows(filled: Any, zoo: Schema) -> None:
    seed(filled, zoo, None, ["public.ident", "public.uniq"], profile="plain")
    filled.execute("INSERT INTO ident (n) VALUES ('next')")
    filled.execute("INSERT INTO uniq (u, a, b, e, active, owner) VALUES ('next', 99, true, 'next', false, 1)")


def test_cycles_are_closed(filled: Any, zoo: Schema) -> None:
    seed(filled, zoo, None, ["public.cyc_a", "public.def_a", "public.selfnn"], profile="plain")
    assert filled.execute("SELECT count(*) > 0 FROM cyc_a WHERE b IS NOT NULL").fetchone() == (True,)
    assert filled.execute("SELECT count(*) > 0 FROM def_a JOIN def_b ON def_b.id = def_a.b").fetchone() == (True,)


def test_hostile_rows_hold_nulls_duplicates_and_orphans(server: Any, database: str) -> None:
    with server.connect(database) as conn:
        conn.execute(
            "CREATE TABLE p (id bigint PRIMARY KEY);"
            "CREATE TABLE t (id int PRIMARY KEY, a text, b int NOT NULL, p bigint)"
        )
        before = captured(conn)
        conn.execute("ALTER TABLE t ADD FOREIGN KEY (p) REFERENCES p")
        after = captured(conn)
        conn.execute("ALTER TABLE t DROP CONSTRAINT t_p_fkey")
        seed(conn, before, after, ["public.t", "public.p"], profile="hostile")
        nulls, duplicates, orphans = conn.execute(
            "SELECT count(*) FILTER (WHERE a IS NULL), count(b) - count(DISTINCT b),"
            " count(*) FILTER (WHERE NOT EXISTS (SELECT FROM p WHERE p.id = t.p)) FROM t"
        ).fetchone() or (0, 0, 0)
        assert nulls
        assert duplicates
        assert orphans


def test_a_view_and_a_missing_table_are_named(filled: Any, zoo: Schema) -> None:
    done = seed(filled, zoo, None, ["public.vw", "public.nowhere"], profile="plain")
    assert dict(done.unfilled) == {
        "public.nowhere": "not there before the revision",
        "public.vw": "view takes no rows",
    }
