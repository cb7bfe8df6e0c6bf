"""apply and undo on a real second server: the recorded messages, the journal, the fingerprint."""

from __future__ import annotations

import pytest
from target import AUTOCOMMIT, Target
from target import target as target
from tiny_project import TABLE

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
