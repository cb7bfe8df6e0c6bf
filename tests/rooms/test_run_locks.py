"""Locks: who is in the way is named, nobody is ended, the application waits at most as long as a try."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from target import QUICK, Target
from target import target as target
from test_run_apply import INDEX, NOTE
from tiny_project import TABLE

from pgwright.event import Event
from pgwright.run import refusals

WRITES = "LOCK TABLE customers IN ROW EXCLUSIVE MODE"


@contextmanager
def reader(target: Target, statement: str = "SELECT count(*) FROM customers") -> Iterator[Any]:
    """A session that has read customers (or done something else) and keeps its transaction open."""
    with target.connect() as conn:
        conn.autocommit = False
        conn.execute("SET application_name = 'nightly report'")
        conn.execute(statement)
        yield conn
        conn.rollback()


def ready(target: Target, *more: tuple[str, str]) -> None:
    target.tiny.add("a1", *TABLE)
    for at, one in enumerate(more):
        target.tiny.add(f"b{at}", *one)
    target.prove()
    target.apply("a1")


def test_who_is_in_the_way_is_named_and_nobody_is_ended(target: Target) -> None:
    ready(target, NOTE)
    with reader(target) as conn:
        with pytest.raises(refusals.StillLocked) as waited:
            target.apply(policy=replace(QUICK, lock_budget=0.4))
        assert waited.value.exit_status == 3
        assert "nightly report" in waited.value.message and "idle in transaction" in waited.value.message
        assert "AccessShareLock" in waited.value.message and "count(*)" in waited.value.message
        conn.execute("SELECT 1")  # still alive
    assert target.value("SELECT state FROM pgwright.unit WHERE revision = 'b0'") == "waiting_for_lock"
    assert target.apply().receipts[0].resumed


def test_no_try_is_made_while_an_old_transaction_holds_the_table(target: Target) -> None:
    """The application's own statements never queue behind us then."""
    ready(target, NOTE)
    with reader(target):
        time.sleep(QUICK.lock_timeout * 2)  # the transaction has to grow older than a try lasts
        with pytest.raises(refusals.StillLocked, match="0 tries"):
            target.apply(policy=replace(QUICK, lock_budget=0.4))


def test_the_lock_is_taken_soon_after_the_reader_has_gone(target: Target) -> None:
    ready(target, NOTE)
    with reader(target) as conn:

        class Leaves(list[Event]):
            def append(self, event: Event) -> None:
                super().append(event)
                if event.stage == "waiting_for_lock":
                    conn.rollback()

        target.events = Leaves()
        assert target.apply().receipts[0].state == "done"
    assert any("nightly report" in event.text for event in target.events)


def test_an_index_waits_for_a_writer_under_a_timeout_of_its_own(target: Target) -> None:
    ready(target, INDEX)
    with reader(target, WRITES):
        with pytest.raises(refusals.StillLocked, match="nightly report"):
            target.apply(policy=replace(QUICK, quiet_timeout=0.3))
        assert any("stays invalid; the next run drops it" in event.text for event in target.events)
    assert target.apply().receipts[0].state == "done"
    assert target.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_mail'::regclass")


def test_an_invalid_index_that_an_interrupted_build_left_is_dropped_and_built_again(target: Target) -> None:
    ready(target, INDEX)
    with reader(target, WRITES), target.connect() as other:
        other.execute("SET lock_timeout = '50ms'")
        with pytest.raises(Exception, match="lock timeout"):
            other.execute("CREATE INDEX CONCURRENTLY ix_mail ON customers (mail)")
    assert target.value("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 1
    target.apply(policy=replace(QUICK, ignore=frozenset({"drift"})))
    assert target.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_mail'::regclass")
    assert any(event.stage == "invalid-index" for event in target.events)


def test_a_pause_reaches_a_run_that_builds_an_index(target: Target) -> None:
    ready(target, INDEX)
    with reader(target, WRITES):
        asked = threading.Event()

        def point(name: str) -> None:
            if name == "b0.1.cleared":
                threading.Timer(0.2, asked.set).start()

        with pytest.raises(refusals.Paused):
            target.apply(point=point, stopping=asked.is_set)
    assert target.apply().receipts[0].state == "done"


def test_a_second_runner_is_told_who_the_first_is(target: Target) -> None:
    ready(target, NOTE)

    def point(name: str) -> None:
        if name == "b0.1.begun":
            with pytest.raises(refusals.OtherRunner, match="pgwright run of postgres"):
                target.apply(policy=replace(QUICK, runner_patience=0.2))

    assert target.apply(point=point).receipts[0].state == "done"
