"""apply and undo on a real second server: the recorded messages, the journal, the fingerprint."""

from __future__ import annotations

import shutil
from pathlib import Path

import alembic
import pytest
from target import AUTOCOMMIT, Target
from target import target as target
from tiny_project import TABLE

from pgwright import project, verbs
from pgwright.records import Task
from pgwright.run import refusals

NOTE = ('op.add_column("customers", sa.Column("note", sa.Text()))', 'op.drop_column("customers", "note")')
INDEX = (
    AUTOCOMMIT + 'op.create_index("ix_mail", "customers", ["mail"], postgresql_concurrently=True)',
    AUTOCOMMIT + 'op.drop_index("ix_mail", postgresql_concurrently=True)',
)


def test_a_plain_history_goes_up_and_back(target: Target) -> None:
    target.tiny.add("a1", *TABLE).add("b2", *NOTE).add("c3", *INDEX)
    target.prove()
    done = target.apply()
    assert [(r.revision, r.kind, r.state) for r in done.receipts] == [(n, "replay", "done") for n in ("a1", "b2", "c3")]
    assert done.after == ("c3",) and all(r.fingerprint == r.expected for r in done.receipts)
    assert target.value("SELECT count(*) FROM pgwright.step WHERE state = 'done'") == 4
    back = target.undo("a1")
    assert back.after == ("a1",) and [r.state for r in back.receipts] == ["done", "done"]
    assert target.undo("base").after == ()
    assert target.apply().after == ("c3",)
    assert target.apply().receipts == ()


def test_what_was_done_by_hand_is_told_and_nothing_is_changed(target: Target) -> None:
    target.tiny.add("a1", *TABLE).add("b2", *NOTE)
    target.prove()
    target.apply("a1")
    with target.connect() as conn:
        conn.execute("CREATE INDEX by_hand ON customers (mail)")
    with pytest.raises(refusals.Drifted, match="by_hand"):
        target.apply()
    assert target.value("SELECT version_num FROM alembic_version") == "a1"


def test_what_plan_writes_is_applied_by_phase(target: Target) -> None:
    """The backfill is recognised in the file that the project's own template wrote, and goes in batches."""
    target.tiny.add("a1", *TABLE)
    template = Path(alembic.__file__).parent / "templates/generic/script.py.mako"
    shutil.copy(template, target.tiny.root / "alembic/script.py.mako")
    request = {"kind": "set_not_null", "table": "customers", "column": "mail", "fill": "none"}
    task = Task("every customer has a mail", ({**request},))
    change = verbs.plan(project.find(target.tiny.root), lambda loaded, classes: task)
    target.prove()
    target.apply("a1")
    with target.connect() as conn:
        conn.execute("INSERT INTO customers SELECT g, NULL FROM generate_series(1, 3000) g")
    done = target.apply()
    kinds = [receipt.kind for receipt in done.receipts]
    assert kinds.count("backfill") == 1 and "whole" not in kinds and len(kinds) == len(change.revisions)
    assert {receipt.state for receipt in done.receipts} == {"done"}
    assert target.value("SELECT count(*) FROM customers WHERE mail = 'none'") == 3000
    assert target.undo("a1").after == ("a1",)
