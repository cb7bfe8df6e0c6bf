"""A revision that mixes data and schema, taken apart: the same catalog and the same rows, or a refusal by name."""

from __future__ import annotations

from typing import Any

import pytest
from design_runner import catalog, comparable, engine, files, migrating, module, rows

from pgwright.design.plan import draft
from pgwright.design.refusals import CannotTakeApart
from pgwright.design.rewrite import taken_apart

BEFORE = b"""
CREATE TABLE person (id integer PRIMARY KEY, first text NOT NULL, last text, country text, old_name text);
INSERT INTO person SELECT g, 'f' || g, nullif('l' || g, 'l7'), CASE g % 3 WHEN 0 THEN 'de' END, 'o' || g
  FROM generate_series(1, 300) g;
"""
REVISIONS: dict[str, list[str]] = {
    "a column, filled, made NOT NULL": [
        "ALTER TABLE person ADD COLUMN name text",
        "UPDATE person SET name = first || ' ' || coalesce(last, '')",
        "ALTER TABLE person ALTER COLUMN name SET NOT NULL",
        "CREATE INDEX ix_person_name ON person (lower(name))",
    ],
    "several cases, the last one wins": [
        "ALTER TABLE person ADD COLUMN kind varchar(10) DEFAULT 'none'",
        "UPDATE person SET kind = 'known'",
        "UPDATE person SET kind = 'local' WHERE country = 'de'",
        "ALTER TABLE person DROP COLUMN old_name",
    ],
    "NULLs filled for NOT NULL": [
        "UPDATE person SET country = 'xx' WHERE country IS NULL",
        "ALTER TABLE person ALTER COLUMN country SET NOT NULL",
    ],
    "NULLs filled, and left nullable": ["UPDATE person SET last = 'x' || id WHERE last IS NULL"],
    "rows corrected, a column renamed": [
        "UPDATE person SET country = upper(last) WHERE last IS NOT NULL",
        "ALTER TABLE person RENAME COLUMN old_name TO nickname",
    ],
}


@pytest.mark.parametrize("name", REVISIONS)
def test_taken_apart_it_does_the_same(server: Any, database: str, name: str) -> None:
    with server.connect(database) as connection:
        connection.execute(BEFORE)
        version = connection.info.server_version
    server.create(other := f"{database}_whole", template=database)
    try:
        with server.connect(other) as connection:
            for statement in REVISIONS[name]:
                connection.execute(statement.encode())
        before, after, wanted_rows = catalog(server, database), catalog(server, other), rows(server, other)
    finally:
        server.drop(other)
    drafts = draft(taken_apart(before, after, REVISIONS[name]), before, version=version)
    assert all({s.phase for s in d.steps} == {d.phase} for d in drafts)
    connected = engine(server, database)
    for text in files(drafts):
        with migrating(connected):
            module(text).upgrade()
    connected.dispose()
    assert comparable(catalog(server, database)) == comparable(after)
    assert rows(server, database) == wanted_rows


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE person SET first = first || 'x'", "would not do the same"),
        ("UPDATE person SET last = $1 WHERE id = $2", "row by row"),
        ("UPDATE person SET last = (SELECT max(first) FROM person)", "other tables"),
        ("UPDATE person SET last = p.first FROM person p WHERE p.id = person.id", "other tables"),
        ("UPDATE person SET last = gen_random_uuid()::text", "differs each time"),
        ("INSERT INTO person VALUES (301, 'a')", "only an UPDATE"),
        ("DELETE FROM person WHERE id = 3", "only an UPDATE"),
    ],
)
def test_what_has_no_place_is_named(server: Any, database: str, statement: str, why: str) -> None:
    with server.connect(database) as connection:
        connection.execute(BEFORE)
    there = catalog(server, database)
    with pytest.raises(CannotTakeApart, match=why):
        taken_apart(there, there, [statement])
