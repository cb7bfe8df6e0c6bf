"""Columns that stand in two tables: old and new release write side by side, and not one value is lost, up and down again."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from design_runner import CASES, catalog, comparable, counts, engine, files, migrating, module, requests_of, rows
from test_design_writers import given_way, writing

from pgwright.design.plan import draft
from pgwright.design.request import from_json
from pgwright.errors import Refusal

# The two releases write the same column of different rows: of one row, in one instant, they would wait for each other.
OLD = {
    "move_column": (
        "WITH made AS (INSERT INTO person (name, lang) VALUES ('old' || %s, 'fr') RETURNING id) "
        "INSERT INTO profile (person_id, bio) SELECT id, 'old' FROM made",
        "UPDATE person SET lang = CASE lang WHEN 'en' THEN 'fr' ELSE 'en' END::tongue WHERE id = 1 + %s %% 150",
        "UPDATE profile SET bio = bio || 'x' WHERE person_id = 1 + %s %% 300",
        "SELECT lang FROM person WHERE lang = 'fr'",
        "DELETE FROM person WHERE name = 'old' || (%s - 5)",
    ),
    "split_table": (
        "INSERT INTO person (name, street, \"the country\") VALUES ('old', 's' || %s, 'it')",
        "INSERT INTO person (name) VALUES ('old' || %s)",
        "UPDATE person SET street = street || 'x', extra = '[1,  2]' WHERE id = 1 + %s %% 150",
        "UPDATE person SET name = name || 'x' WHERE id = 1 + %s %% 300",
        "SELECT street FROM person WHERE \"the country\" = 'it'",
        "DELETE FROM person WHERE name = 'old' || (%s - 5)",
    ),
    "merge_tables": (
        "WITH made AS (INSERT INTO person (name) VALUES ('old' || %s) RETURNING id) "
        "INSERT INTO address (person_id, street) SELECT id, 'old' FROM made",
        "INSERT INTO person (name) VALUES ('alone' || %s)",
        "INSERT INTO address (person_id) SELECT 251 + %s %% 20 ON CONFLICT DO NOTHING",
        "UPDATE address SET country = CASE country WHEN 'fr' THEN 'it' ELSE 'fr' END WHERE person_id = 1 + %s %% 125",
        "DELETE FROM address WHERE person_id = 251 + %s %% 7",
        "DELETE FROM person WHERE name = 'old' || (%s - 5)",
        "SELECT country FROM address WHERE country = 'it'",
    ),
}
NEW = {
    "move_column": (
        "WITH made AS (INSERT INTO person (name) VALUES ('new' || %s) RETURNING id) "
        "INSERT INTO profile (person_id, lang) SELECT id, 'fr' FROM made",
        "UPDATE profile SET lang = CASE lang WHEN 'en' THEN 'fr' ELSE 'en' END::tongue WHERE person_id = 151 + %s %% 150",
        "UPDATE person SET name = name || 'y' WHERE id = 1 + %s %% 300",
        "SELECT person.id FROM person JOIN profile ON person.id = person_id WHERE profile.lang = 'fr'",
    ),
    "split_table": (
        "WITH made AS (INSERT INTO person (name) VALUES ('new' || %s) RETURNING id) "
        "INSERT INTO address (person_id, street, \"the country\") SELECT id, 'new', 'de' FROM made",
        "UPDATE address SET street = street || 'y' WHERE person_id = 151 + %s %% 150",
        "UPDATE person SET name = name || 'y' WHERE id = 1 + %s %% 300",
        "SELECT address.street FROM person JOIN address ON person.id = person_id WHERE address.\"the country\" = 'de'",
        "DELETE FROM person WHERE name = 'new' || (%s - 3)",
    ),
    "merge_tables": (
        "INSERT INTO person (name, street, country) VALUES ('new', 's' || %s, 'de')",
        "INSERT INTO person (name) VALUES ('bare' || %s)",
        "UPDATE person SET country = 'de' WHERE id = 280 + %s %% 20",
        "UPDATE person SET street = street || 'y', name = 'y' WHERE id = 126 + %s %% 125",
        "SELECT person.street FROM person WHERE person.country = 'de'",
        "DELETE FROM person WHERE name = 'bare' || (%s - 3)",
    ),
}
# What stays true of the two tables, whoever wrote last: no row of these.
UNEQUAL = {
    "move_column": "SELECT count(*) FROM person JOIN profile ON id = person_id WHERE person.lang IS DISTINCT FROM profile.lang",
    "split_table": "SELECT count(*) FROM person LEFT JOIN address ON id = person_id "
    "WHERE (person.street, person.\"the country\", person.extra::text) "
    "IS DISTINCT FROM (address.street, address.\"the country\", address.extra::text)",
    "merge_tables": "SELECT count(*) FROM person LEFT JOIN address ON id = person_id WHERE (person.street, person.country) "
    "IS DISTINCT FROM (address.street, address.country)",
}
# After the contract: every row that both knew before has its value there.
KEPT = {
    "move_column": "SELECT count(*) FROM profile WHERE lang IS NULL",
    "split_table": "SELECT count(*) FROM person LEFT JOIN address ON id = person_id WHERE id <= 300 AND person_id IS NULL",
    "merge_tables": "SELECT count(*) FROM person WHERE id <= 250 AND country IS NULL",
}


def _prepared(server: Any, database: str, name: str) -> Any:
    with server.connect(database) as connection:
        connection.execute((CASES / name / "before.sql").read_bytes())
        version = connection.info.server_version
    requests, style = requests_of(CASES / name)
    drafts = draft(requests, catalog(server, database), version=version, style=style)
    connected = engine(server, database)
    sa.event.listen(connected, "connect", lambda connection, record: connection.execute("SET lock_timeout = '200ms'"))
    sa.event.listen(connected, "connect", lambda connection, record: connection.commit())
    return connected, [(d, module(text)) for d, text in zip(drafts, files(drafts), strict=True)]


def _parted(revisions: Any) -> tuple[Any, Any, Any]:
    """What is done before the new release comes, while both run, and after the old one has gone."""
    early = [r for d, r in revisions if d.phase in ("expand", "backfill", "enforce")]
    return early, [r for d, r in revisions if d.phase == "switch"], [r for d, r in revisions if d.phase == "contract"]


@pytest.mark.parametrize("name", OLD)
def test_both_releases_write_side_by_side_up_and_down_and_no_value_is_lost(
    server: Any, database: str, name: str
) -> None:
    connected, revisions = _prepared(server, database, name)
    early, both, late = _parted(revisions)
    with writing(server, database, OLD[name]) as old:
        for revision in (*early, *both):
            given_way(connected, revision.upgrade)
            old.rounds(2)
            assert old.failed == [], old.failed[0]
        with writing(server, database, NEW[name]) as new:
            new.rounds(15)
            old.rounds(15)
    assert (old.failed, new.failed) == ([], [])
    assert counts(server, database, [UNEQUAL[name]]) == [0]
    with writing(server, database, NEW[name]) as new:
        for revision in late:
            given_way(connected, revision.upgrade)
            new.rounds(2)
        assert counts(server, database, [KEPT[name]]) == [0]
        for revision in reversed(late):
            given_way(connected, revision.downgrade)
            new.rounds(2)
    assert new.failed == []
    assert counts(server, database, [UNEQUAL[name]]) == [0]
    with writing(server, database, OLD[name]) as old:
        for revision in reversed((*early, *both)):
            given_way(connected, revision.downgrade)
            old.rounds(2)
    assert old.failed == []
    connected.dispose()


@pytest.mark.parametrize("name", OLD)
def test_what_was_written_after_the_contract_is_there_after_the_way_back(server: Any, database: str, name: str) -> None:
    """The new release's writes, seen by the old one: the same history with the change undone late, and with none at all."""
    connected, revisions = _prepared(server, database, name)
    for _, revision in revisions:
        with migrating(connected):
            revision.upgrade()
    with writing(server, database, NEW[name]) as new:
        new.rounds(5)
    assert new.failed == []
    after = {table: len(found) for table, found in rows(server, database).items()}
    for _, revision in reversed(revisions):
        with migrating(connected):
            revision.downgrade()
    for _, revision in revisions:
        with migrating(connected):
            revision.upgrade()
    connected.dispose()
    assert {table: len(found) for table, found in rows(server, database).items()} == after


def test_a_drop_is_refused_until_it_was_verified(server: Any, database: str) -> None:
    connected, revisions = _prepared(server, database, "move_column")
    for number, (one, revision) in enumerate(revisions):
        if "verify" in one.subject:
            continue
        if number == next(n for n, (d, _) in enumerate(revisions) if d.subject.startswith("drop lang")):
            before = comparable(catalog(server, database))
            with pytest.raises(sa.exc.DBAPIError, match="never verified"), migrating(connected):
                revision.upgrade()
            assert comparable(catalog(server, database)) == before
            break
        with migrating(connected):
            revision.upgrade()
    connected.dispose()


def test_a_value_without_a_row_there_is_told_before_anything_is_dropped(server: Any, database: str) -> None:
    connected, revisions = _prepared(server, database, "move_column")
    with server.connect(database) as connection:
        connection.execute(b"DELETE FROM profile WHERE person_id = 7")
    with pytest.raises(sa.exc.DBAPIError, match="rows of person whose lang is not in profile: 1"):
        for _, revision in revisions:
            with migrating(connected):
                revision.upgrade()
    connected.dispose()


def test_a_value_whose_row_went_later_comes_back_from_the_attic(server: Any, database: str) -> None:
    connected, revisions = _prepared(server, database, "move_column")
    for one, revision in revisions:
        if one.phase == "switch":
            with server.connect(database) as connection:
                connection.execute(b"DELETE FROM profile WHERE person_id = 3")
        with migrating(connected):
            revision.upgrade()
    for _, revision in reversed(revisions):
        with migrating(connected):
            revision.downgrade()
    connected.dispose()
    with server.connect(database) as connection:
        assert connection.execute(b"SELECT lang::text FROM person WHERE id = 3").fetchone() == ("fr",)


def test_a_fill_never_writes_over_a_change_that_is_still_open(server: Any, database: str) -> None:
    """The application's transaction holds its row; the batch waits for it, and then sees the value that was committed."""
    connected, revisions = _prepared(server, database, "move_column")
    for one, revision in revisions:
        if one.phase == "expand":
            with migrating(connected):
                revision.upgrade()
    fill = next(revision for one, revision in revisions if one.phase == "backfill")
    with server.connect(database, autocommit=False) as application:
        application.execute(b"UPDATE person SET lang = 'fr' WHERE id = 1")
        with pytest.raises(sa.exc.OperationalError) as waiting, migrating(connected):
            fill.upgrade()
        assert isinstance(waiting.value.orig, psycopg.errors.LockNotAvailable)
        application.commit()
    given_way(connected, fill.upgrade)
    connected.dispose()
    with server.connect(database) as connection:
        both = b"SELECT person.lang::text, profile.lang::text FROM person JOIN profile ON id = person_id WHERE id = 1"
        assert connection.execute(both).fetchone() == ("fr", "fr")


HELD = {"move_column": "profile", "split_table": "address", "merge_tables": "person"}


@pytest.mark.parametrize(("name", "table"), HELD.items())
def test_a_way_back_that_was_interrupted_starts_over(server: Any, database: str, name: str, table: str) -> None:
    """Its batches commit what comes before them; a row that the application holds ends the first try in the middle."""
    connected, revisions = _prepared(server, database, name)
    before: list[Any] = []
    for _, revision in revisions:
        before.append((comparable(catalog(server, database)), rows(server, database)))
        with migrating(connected):
            revision.upgrade()
    drop = next(n for n, (d, _) in enumerate(revisions) if d.subject.startswith(("drop lang", "drop street", "drop table")))
    for _, revision in reversed(revisions[drop + 1 :]):
        with migrating(connected):
            revision.downgrade()
    dropped = comparable(catalog(server, database))
    with server.connect(database, autocommit=False) as application:
        application.execute(f"SELECT FROM {table} LIMIT 1 OFFSET 40 FOR UPDATE".encode())
        with pytest.raises(sa.exc.OperationalError), migrating(connected):
            revisions[drop][1].downgrade()
        application.rollback()
    assert comparable(catalog(server, database)) not in (dropped, before[drop][0])
    for _ in range(2):
        with migrating(connected):
            revisions[drop][1].downgrade()
        assert (comparable(catalog(server, database)), rows(server, database)) == before[drop]
    connected.dispose()


def test_the_new_release_deletes_its_half(server: Any, database: str) -> None:
    connected, revisions = _prepared(server, database, "split_table")
    for one, revision in revisions:
        if one.phase == "contract":
            break
        with migrating(connected):
            revision.upgrade()
    connected.dispose()
    with server.connect(database) as connection:
        connection.execute(b"DELETE FROM address WHERE person_id = 3")
        old = b'SELECT street, "the country" FROM person WHERE id = 3'
        assert connection.execute(old).fetchone() == (None, None)
        connection.execute(b"UPDATE person SET name = 'x' WHERE id = 3")
        assert connection.execute(b"SELECT count(*) FROM address WHERE person_id = 3").fetchone() == (0,)
        connection.execute(b"""UPDATE person SET street = 'again', "the country" = 'de' WHERE id = 3""")
        there = b'SELECT street, "the country" FROM address WHERE person_id = 3'
        assert connection.execute(there).fetchone() == ("again", "de")


def test_a_role_that_knows_one_table_only_goes_on(server: Any, database: str) -> None:
    connected, revisions = _prepared(server, database, "split_table")
    with server.connect(database) as connection:
        connection.execute(b"REVOKE ALL ON person FROM pg_monitor; GRANT SELECT, INSERT, UPDATE ON person TO pg_signal_backend")
    for one, revision in revisions:
        if one.phase == "contract":
            break
        with migrating(connected):
            revision.upgrade()
    connected.dispose()
    with server.connect(database) as connection:
        connection.execute(b"SET ROLE pg_signal_backend")
        connection.execute(b"UPDATE person SET street = 'mine' WHERE id = 3")
        connection.execute(b"INSERT INTO person (name, street) VALUES ('new', 'mine')")
        connection.execute(b"RESET ROLE")
        assert connection.execute(b"SELECT count(*) FROM address WHERE street = 'mine'").fetchone() == (2,)


REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "no key": (
        "CREATE TABLE a (id int PRIMARY KEY, c text); CREATE TABLE b (id int PRIMARY KEY)",
        {"kind": "move_column", "table": "a", "column": "c", "to": "b"},
        "0 such keys",
    ),
    "not one to one": (
        "CREATE TABLE a (id int PRIMARY KEY, c text); CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a)",
        {"kind": "move_column", "table": "a", "column": "c", "to": "b"},
        "0 such keys",
    ),
    "two keys": (
        "CREATE TABLE a (id int PRIMARY KEY, c text); "
        "CREATE TABLE b (id int PRIMARY KEY REFERENCES a, a_id int UNIQUE REFERENCES a)",
        {"kind": "move_column", "table": "a", "column": "c", "to": "b"},
        "2 such keys",
    ),
    "there already": (
        "CREATE TABLE a (id int PRIMARY KEY, c text); CREATE TABLE b (id int PRIMARY KEY REFERENCES a, c text)",
        {"kind": "move_column", "table": "a", "column": "c", "to": "b"},
        "b.c is there already",
    ),
    "the key itself": (
        "CREATE TABLE a (id int PRIMARY KEY, c text); CREATE TABLE b (a_id int PRIMARY KEY REFERENCES a)",
        {"kind": "move_column", "table": "a", "column": "id", "to": "b"},
        "the key of its rows",
    ),
    "an index over two": (
        "CREATE TABLE a (id int PRIMARY KEY, c text, d text); CREATE INDEX a_c_d ON a (c, d); "
        "CREATE TABLE b (a_id int PRIMARY KEY REFERENCES a)",
        {"kind": "move_column", "table": "a", "column": "c", "to": "b"},
        "a_c_d still need",
    ),
    "a view": (
        "CREATE TABLE a (id int PRIMARY KEY, c text); CREATE VIEW seen AS SELECT c FROM a; "
        "CREATE TABLE b (a_id int PRIMARY KEY REFERENCES a)",
        {"kind": "move_column", "table": "a", "column": "c", "to": "b"},
        "seen still need",
    ),
    "a sequence": (
        "CREATE TABLE a (id int PRIMARY KEY, c serial); CREATE TABLE b (a_id int PRIMARY KEY REFERENCES a)",
        {"kind": "move_column", "table": "a", "column": "c", "to": "b"},
        "its own numbering",
    ),
    "a table without a key": (
        "CREATE TABLE a (id int, c text)",
        {"kind": "split_table", "table": "a", "columns": ["c"], "to": "b"},
        "a primary key, and no partitions",
    ),
    "a table that is there": (
        "CREATE TABLE a (id int PRIMARY KEY, c text); CREATE VIEW b AS SELECT 1",
        {"kind": "split_table", "table": "a", "columns": ["c"], "to": "b"},
        "relation b is there already",
    ),
    "a key of another length": (
        "CREATE TABLE a (id int PRIMARY KEY, c text)",
        {"kind": "split_table", "table": "a", "columns": ["c"], "to": "b", "key": ["x", "y"]},
        "must name 1 columns",
    ),
    "row-level security": (
        "CREATE TABLE a (id int PRIMARY KEY, c text); ALTER TABLE a ENABLE ROW LEVEL SECURITY",
        {"kind": "split_table", "table": "a", "columns": ["c"], "to": "b"},
        "row-level security",
    ),
    "a rule that a row without values could break": (
        "CREATE TABLE a (id int PRIMARY KEY); "
        "CREATE TABLE b (a_id int PRIMARY KEY REFERENCES a, c text, CONSTRAINT b_c CHECK (coalesce(c, '') <> ''))",
        {"kind": "merge_tables", "table": "b", "into": "a"},
        "b_c still need",
    ),
    "a merge the other way round": (
        "CREATE TABLE a (id int PRIMARY KEY, c text); CREATE TABLE b (a_id int PRIMARY KEY REFERENCES a, d text)",
        {"kind": "merge_tables", "table": "a", "into": "b"},
        "the key stands on b, not on a",
    ),
    "a table that others point at": (
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a_id int PRIMARY KEY REFERENCES a, c text); "
        "CREATE TABLE o (b_id int CONSTRAINT o_b REFERENCES b)",
        {"kind": "merge_tables", "table": "b", "into": "a"},
        "o.o_b still need",
    ),
    "a table with a number of its own": (
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (nr serial PRIMARY KEY, a_id int UNIQUE REFERENCES a)",
        {"kind": "merge_tables", "table": "b", "into": "a"},
        "its own numbering",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_done_is_refused_by_name(server: Any, database: str, what: str) -> None:
    before, request, words = REFUSED[what]
    with server.connect(database) as connection:
        connection.execute(before.encode())
    with pytest.raises(Refusal) as refused:
        draft([from_json(request)], catalog(server, database), version=180000)
    assert words in str(refused.value)
