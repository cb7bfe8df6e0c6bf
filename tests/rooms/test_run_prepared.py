"""A type changes under prepared statements: who is hit is named, and idle sessions are ended only on request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from target import QUICK, Target
from target import target as target
from tiny_project import TABLE

from pgwright import project, verbs
from pgwright.run.prepared import retyped
from pgwright.step import Observed

TYPE = ("op.alter_column('customers', 'mail', type_=sa.String(50))", "op.alter_column('customers', 'mail', type_=sa.Text())")
RECYCLE = replace(QUICK, recycle=True)


@contextmanager
def application(target: Target) -> Iterator[Any]:
    """A session that has prepared a SELECT of the column on the server."""
    with target.connect() as conn:
        conn.execute("SET application_name = 'shop'")
        conn.execute("SELECT mail FROM customers", prepare=True)
        yield conn


def ready(target: Target) -> None:
    target.tiny.add("a1", *TABLE).add("b1", *TYPE)
    target.prove()
    target.apply("a1")


def told(target: Target, stage: str) -> list[str]:
    return [event.text for event in target.events if event.stage == stage]


def test_who_is_hit_is_named_before_and_nobody_is_ended(target: Target) -> None:
    ready(target)
    with application(target) as conn:
        preview = verbs.preview(project.find(target.tiny.root), "dev")
        assert "on customers.mail: shop (1)" in preview.units[0].steps[0].breaks
        target.apply()
        assert ["shop (1)" in text and "--recycle" in text for text in told(target, "prepared-plans")] == [True]
        with pytest.raises(psycopg.errors.FeatureNotSupported, match="cached plan must not change result type"):
            conn.execute("SELECT mail FROM customers", prepare=True)


def test_on_request_idle_sessions_are_ended_with_the_change(target: Target) -> None:
    ready(target)
    with pytest.raises(psycopg.OperationalError), application(target) as conn:
        target.apply(policy=RECYCLE)
        assert told(target, "recycled") == ["1 idle sessions ended"]
        conn.execute("SELECT 1")
    with application(target) as again:
        assert again.execute("SELECT mail FROM customers", prepare=True).fetchall() == []


def test_a_session_in_a_transaction_is_waited_for(target: Target) -> None:
    ready(target)
    with target.connect() as busy:
        busy.autocommit = False
        busy.execute("SELECT 1")

        def point(name: str) -> None:
            if name == "b1.1.journalled" and not busy.closed and point.tries:  # type: ignore[attr-defined]
                busy.close()
            point.tries += 1 if name == "b1.1.journalled" else 0  # type: ignore[attr-defined]

        point.tries = 0  # type: ignore[attr-defined]
        assert target.apply(policy=RECYCLE, point=point).receipts[0].state == "done"
        assert point.tries >= 2  # type: ignore[attr-defined]


def test_patience_ends_and_it_says_who_was_left(target: Target) -> None:
    ready(target)
    with target.connect() as busy:
        busy.autocommit = False
        busy.execute("SELECT 1")
        target.apply(policy=replace(RECYCLE, recycle_patience=0.0))
        assert told(target, "recycled") == ["0 idle sessions ended; 1 could not be and may fail"]
        busy.execute("SELECT 1")


def test_what_changes_a_type_is_told_by_what_is_sent() -> None:
    def of(*messages: str) -> tuple[str, ...]:
        return retyped([Observed(m) for m in messages])

    assert of("ALTER TABLE t ALTER a TYPE bigint, ADD COLUMN b int") == ("t.a",)
    assert of("ALTER TABLE t RENAME a TO a_old", "ALTER TABLE t RENAME a_new TO a") == ("t.a",)
    assert of("ALTER TABLE t RENAME CONSTRAINT a TO b", "ALTER TABLE t RENAME CONSTRAINT c TO a") == ()
    assert of("ALTER TABLE t RENAME a TO b") == of("ALTER TABLE t ADD COLUMN c int") == of("not SQL") == ()
