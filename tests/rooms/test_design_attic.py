"""An enum type that changes while dropped tables are of it: all the ways back, to the first catalog and the first rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from design_runner import catalog, comparable, counts, engine, files, migrating, module, rows
from tiny_project import TABLE, Tiny

from pgwright import project, verbs
from pgwright.design.plan import draft
from pgwright.design.request import from_json
from pgwright.records import Task
from pgwright.shadow.attic import taken

BEFORE = b"""
CREATE SCHEMA "the Shop";
CREATE TYPE "the Shop"."Mood" AS ENUM ('calm', 'it''s :so', 'glad');
COMMENT ON TYPE "the Shop"."Mood" IS 'of a person';
CREATE TYPE mood AS ENUM ('calm', 'cross', 'glad');
COMMENT ON TYPE mood IS 'of a row';
CREATE TABLE gone (id integer PRIMARY KEY, m mood NOT NULL DEFAULT 'calm', other mood UNIQUE,
                   "All Moods" mood[] DEFAULT '{calm,glad}', CHECK (other >= m) NOT VALID,
                   CONSTRAINT "not 100% glad" CHECK (m <> 'glad' OR "All Moods"[1] = 'calm'));
COMMENT ON CONSTRAINT "not 100% glad" ON gone IS 'it''s odd';
CREATE INDEX gone_cross ON gone (id) WHERE m = 'cross';
CREATE INDEX gone_shown ON gone ((m = 'calm'::mood), id);
COMMENT ON INDEX gone_shown IS 'an index';
CREATE INDEX gone_plain ON gone (m);
CREATE TABLE stays (id integer PRIMARY KEY, m mood DEFAULT 'calm', lost mood, list mood[]);
CREATE INDEX stays_calm ON stays (id) WHERE m = 'calm';
INSERT INTO gone (id, m, "All Moods")
  SELECT g, (ARRAY['calm', 'cross', 'glad']::mood[])[1 + g % 3], '{calm,cross}' FROM generate_series(1, 60) g;
INSERT INTO stays SELECT g, (ARRAY['calm', 'cross', NULL]::mood[])[1 + g % 3], 'cross', '{cross}' FROM generate_series(1, 60) g;
CREATE TABLE "the Shop"."Gone" ("M :x" "the Shop"."Mood" DEFAULT 'it''s :so' CHECK ("M :x" = 'it''s :so'));
INSERT INTO "the Shop"."Gone" VALUES (DEFAULT), (NULL);
"""
DROPPED = {"kind": "drop_table", "table": "gone"}
ADDED = {"kind": "add_enum_value", "name": "mood", "value": "sad", "before": "glad"}
REMOVED = {"kind": "remove_enum_value", "name": "mood", "value": "cross", "instead": "glad"}
RENAMED = {"kind": "rename_enum_value", "name": "mood", "value": "cross", "to": "angry"}
LIST = {"kind": "drop_column", "table": "stays", "column": "list"}
SHOP = {"name": "Mood", "schema": "the Shop"}
HISTORIES: dict[str, list[dict[str, Any]]] = {
    "a label that comes": [DROPPED, ADDED],
    "a list, and a label that goes": [
        LIST,
        {"kind": "drop_column", "table": "stays", "column": "lost"},
        ADDED,
        DROPPED,
        REMOVED,
    ],
    "all of it": [DROPPED, RENAMED, ADDED, LIST, {**REMOVED, "value": "angry"}, {**ADDED, "value": "odd", "before": None}],
    "two labels that go": [
        DROPPED,
        LIST,
        {"kind": "drop_index", "table": "stays", "name": "stays_calm"},
        {"kind": "alter_default", "table": "stays", "column": "m", "default": None},
        REMOVED,
        {**REMOVED, "value": "calm"},
    ],
    "a label that goes, comes and goes": [DROPPED, LIST, REMOVED, {**ADDED, "value": "cross"}, REMOVED],
    "a column that goes, comes and goes": [
        {**LIST, "column": "lost"},
        {"kind": "add_column", "table": "stays", "column": "lost", "type": "text", "default": "again"},
        {**LIST, "column": "lost"},
    ],
    "another schema": [
        {"kind": "drop_table", "table": "Gone", "schema": "the Shop"},
        {"kind": "add_enum_value", "value": "sad :x %s", **SHOP},
        {"kind": "remove_enum_value", "value": "it's :so", **SHOP},
        {"kind": "add_enum_value", "value": "odd", **SHOP},
    ],
}  # fmt: skip


def _through(server: Any, database: str, history: list[dict[str, Any]]) -> None:
    """Each change drafted on what the last one left; then all of them back, there and back again, by plain Alembic."""
    connected, changes = engine(server, database), []
    for request in history:
        before, stored = catalog(server, database), rows(server, database)
        drafts = draft([from_json(request)], before, version=before.version, kept=_taken(server, database))
        revisions = [(one, module(text)) for one, text in zip(drafts, files(drafts), strict=True)]
        changes.append((revisions, comparable(before), stored))
        _up(server, database, connected, revisions)
    _back(server, database, connected, changes)
    for revisions, *_ in changes:
        _up(server, database, connected, revisions)
    _back(server, database, connected, changes)
    assert rows(server, database) == changes[0][2]
    assert _left(server, database) == []
    connected.dispose()


def _taken(server: Any, database: str) -> frozenset[str]:
    with server.connect(database) as connection:
        return taken(connection)


def _back(server: Any, database: str, connected: sa.Engine, changes: list[Any]) -> None:
    for revisions, before, _ in reversed(changes):
        for _, revision in reversed(revisions):
            with migrating(connected):
                revision.downgrade()
        assert comparable(catalog(server, database)) == before, revisions[0][0].subject


def _up(server: Any, database: str, connected: sa.Engine, revisions: list[Any]) -> None:
    for one, revision in revisions:
        with migrating(connected):
            revision.upgrade()
        assert counts(server, database, one.validation) == [0] * len(one.validation), one.subject


def _left(server: Any, database: str) -> list[Any]:
    """What is still in the attic; an empty schema."""
    listed = "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('pgwright') "
    listed += "UNION ALL SELECT typname FROM pg_type WHERE typnamespace = to_regnamespace('pgwright')"
    with server.connect(database) as connection:
        return connection.execute(listed.encode()).fetchall()


@pytest.mark.parametrize("name", HISTORIES)
def test_a_type_changes_while_the_attic_uses_it(server: Any, database: str, name: str) -> None:
    with server.connect(database) as connection:
        connection.execute(BEFORE)
    _through(server, database, HISTORIES[name])


@pytest.mark.parametrize(
    ("also", "words"),
    [
        ("CREATE FUNCTION f(mood) RETURNS integer LANGUAGE sql AS 'SELECT 1'", "function f(mood) depends on"),
        ("CREATE TYPE pgwright.attic_type_mood_cross AS ENUM ()", "is kept from another change"),
    ],
)
def test_a_type_that_cannot_go_into_the_attic_stays(server: Any, database: str, also: str, words: str) -> None:
    """Used elsewhere too, or its place is taken: nothing of the revision is done."""
    with server.connect(database) as connection:
        connection.execute(BEFORE + b"DROP TABLE stays;")
    connected, revisions = engine(server, database), []
    for request in (DROPPED, REMOVED):
        drafts = draft([from_json(request)], catalog(server, database), version=180000)
        revisions += [(one, module(text)) for one, text in zip(drafts, files(drafts), strict=True)]
        if request is DROPPED:
            _up(server, database, connected, revisions)
    with server.connect(database) as connection:
        connection.execute(also.encode())
    _up(server, database, connected, revisions[1:-1])
    before = comparable(catalog(server, database))
    with pytest.raises(sa.exc.DBAPIError) as refused, migrating(connected):
        revisions[-1][1].upgrade()
    assert words in str(refused.value)
    assert comparable(catalog(server, database)) == before
    connected.dispose()


def test_each_change_has_a_place_of_its_own(server: Any, database: str) -> None:
    """Also two in one plan whose names run together, and one whose name PostgreSQL would cut."""
    long = "ü" * 31
    with server.connect(database) as connection:
        connection.execute(
            f"CREATE TABLE a (id int PRIMARY KEY, b_c int); CREATE TABLE a_b (id int PRIMARY KEY, c int); "
            f"CREATE TABLE {long} (id int PRIMARY KEY, {long} int); CREATE SCHEMA pgwright; "
            "CREATE TABLE pgwright.attic_a_b_c (); CREATE TYPE pgwright.attic_a_b_c_2 AS ENUM ()".encode()
        )
    dropped = [("a", "b_c"), ("a_b", "c"), (long, long)]
    requests = [from_json({"kind": "drop_column", "table": t, "column": c}) for t, c in dropped]
    there = _taken(server, database)
    first = _places(requests, catalog(server, database), there)
    again = _places(requests, catalog(server, database), {*there, *first})
    assert first[:2] == ["attic_a_b_c_3", "attic_a_b_c_4"]
    assert len({*first, *again} - there) == 6
    assert all(len(name.encode()) <= 63 for name in (*first, *again))


def test_plan_finds_what_the_history_left_in_the_attic(tmp_path: Path) -> None:
    """Through the verb: the names are those of the shadow at its head."""
    there = 'op.execute("CREATE SCHEMA pgwright; CREATE TABLE pgwright.attic_customers_mail ()")'
    tiny = Tiny(tmp_path).add("a1", *TABLE).add("a2", there, 'op.execute("DROP SCHEMA pgwright CASCADE")')
    request = {"kind": "drop_column", "table": "customers", "column": "mail"}
    change = verbs.plan(project.find(tiny.root), lambda loaded, classes: Task("mail", (request,)), write=False)
    assert "CREATE TABLE pgwright.attic_customers_mail_2 AS" in str(change.revisions)


def _places(requests: list[Any], schema: Any, kept: Any) -> list[str]:
    return [name for one in draft(requests, schema, version=180000, kept=kept) for name in one.keeps]


@pytest.mark.slow
@pytest.mark.major(15)
@pytest.mark.parametrize("name", HISTORIES)
def test_the_same_on_postgresql_15(server_of: Any, name: str) -> None:
    server, database = server_of(15), f"attic_{name.replace(' ', '_')}"
    server.create(database)
    try:
        with server.connect(database) as connection:
            connection.execute(BEFORE)
        _through(server, database, HISTORIES[name])
    finally:
        server.drop(database)
