"""The journal of an older version: the next run adds what is missing, in the middle of a revision as well."""

from __future__ import annotations

import pytest
from target import Target
from target import target as target
from test_run_apply import INDEX, NOTE
from test_run_fill import FILLED, ready
from tiny_project import TABLE

from pgwright import project
from pgwright.project.address import address_of
from pgwright.run.journal import tables
from pgwright.run.steer import state

COLUMNS = """
SELECT string_agg(format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default), E'\\n'
       ORDER BY table_name, column_name) FROM information_schema.columns WHERE table_schema = 'pgwright'
"""
OLD = "ALTER TABLE pgwright.unit DROP COLUMN tenant"  # as journals were made before env.py's loops were understood


def aged(target: Target) -> None:
    """The journal as the older version left it."""
    with target.connect() as conn:
        conn.execute(OLD)


def test_a_finished_journal_gets_the_column_and_keeps_its_rows(target: Target) -> None:
    target.tiny.add("a1", *TABLE).add("b2", *NOTE).add("c3", *INDEX)
    target.prove()
    target.apply("b2")
    made, before = target.value(COLUMNS), target.value("SELECT string_agg(u::text, ';' ORDER BY id) FROM pgwright.unit u")
    aged(target)
    assert [r.revision for r in target.apply().receipts] == ["c3"]
    assert target.value(COLUMNS) == made
    assert target.value("SELECT string_agg(u::text, ';' ORDER BY id) FROM pgwright.unit u WHERE id < 3") == before
    assert target.undo("base").after == ()


def test_a_run_that_the_older_version_left_half_done_goes_on(target: Target) -> None:
    ready(target)
    seen: list[str] = []

    def point(name: str) -> None:
        seen.append(name)
        if seen.count("b2.1.batch") == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        target.apply(point=point)
    aged(target)
    [receipt] = target.apply().receipts
    assert receipt.resumed and receipt.state == "done" and target.value(FILLED) == 20_000


def test_looking_changes_nothing(target: Target) -> None:
    """Whoever only asks where a run stands gets an answer from the older journal, too."""
    target.tiny.add("a1", *TABLE)
    target.prove()
    target.apply()
    aged(target)
    found = state(address_of(project.find(target.tiny.root).settings, "dev"))
    assert found.unit is not None and (found.unit.revision, found.unit.state, found.unit.tenant) == ("a1", "done", "")
    assert not target.value("SELECT count(*) FROM information_schema.columns WHERE column_name = 'tenant'")


def test_making_it_twice_changes_nothing(target: Target) -> None:
    with target.connect() as conn:
        conn.execute("CREATE SCHEMA pgwright")
        conn.execute(tables().encode())
        made = target.value(COLUMNS)
        conn.execute(tables().encode())
    assert target.value(COLUMNS) == made
