"""Backfills in batches on a real server: by key, by page, over partitions, with rows that move, and what is refused."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import pairwise

import pytest
from target import QUICK, Target, backfill
from target import target as target
from tiny_project import TABLE

from pgwright.run import refusals
from pgwright.run.pace import EMPTY, Pace

PARTED = (
    'op.execute("CREATE TABLE customers (id bigint, mail text) PARTITION BY RANGE (id)"); '
    'op.execute("CREATE TABLE c1 PARTITION OF customers FOR VALUES FROM (0) TO (5000)"); '
    'op.execute("CREATE TABLE c2 PARTITION OF customers FOR VALUES FROM (5000) TO (100000000)")',
    'op.drop_table("customers")',
)
FILLED = "SELECT count(*) FROM customers WHERE mail = 'm' || id"


def ready(target: Target, rows: int = 20_000, table: tuple[str, str] = TABLE) -> None:
    """The table with rows, and the backfill proven but not applied."""
    target.tiny.add("a1", *table)
    backfill(target, "b2", "customers", "mail", "'m' || id", "mail IS NULL")
    target.prove()
    target.apply("a1")
    with target.connect() as conn:
        conn.execute("INSERT INTO customers (id, mail) SELECT g, NULL FROM generate_series(1, %s) g", (rows,))
        conn.execute("VACUUM ANALYZE customers")


@pytest.mark.parametrize(("mode", "table"), [("auto", TABLE), ("ctid", TABLE), ("auto", PARTED)], ids=["pk", "ctid", "parts"])
def test_every_row_is_filled_in_several_batches(target: Target, mode: str, table: tuple[str, str]) -> None:
    ready(target, table=table)
    [receipt] = target.apply(policy=replace(QUICK, mode=mode)).receipts
    assert (receipt.kind, receipt.state) == ("backfill", "done")
    [step] = receipt.steps
    assert step.rows == 20_000 and step.batches > 1
    assert target.value(FILLED) == 20_000
    assert receipt.validation == (("SELECT count(*) FROM customers WHERE mail IS NULL", 0),)
    modes = target.value("SELECT string_agg(DISTINCT mode, ',') FROM pgwright.cursor")
    assert modes == ("pk" if (mode, table) == ("auto", TABLE) else "ctid")


def test_rows_that_move_behind_the_cursor_are_found_again(target: Target) -> None:
    """An UPDATE of the application puts an unfilled row on another page; the predicate finds it in the next pass."""
    ready(target)
    seen: list[str] = []

    def point(name: str) -> None:
        seen.append(name)
        if name.endswith(".batch") and seen.count(name) == 3:
            with target.connect() as conn:
                conn.execute("UPDATE customers SET mail = NULL WHERE id <= 100")

    target.apply(policy=replace(QUICK, mode="ctid"), point=point)
    assert target.value(FILLED) == 20_000
    assert target.value("SELECT max(pass) FROM pgwright.cursor") == 2


def test_a_row_that_is_locked_holds_the_batch_and_not_the_application(target: Target) -> None:
    ready(target)
    with target.connect() as conn:
        conn.autocommit = False
        conn.execute("SELECT FROM customers WHERE id = 10000 FOR UPDATE")
        release = threading.Timer(0.5, conn.rollback)
        release.start()
        target.apply()
        release.join()
    assert target.value(FILLED) == 20_000


def test_a_row_that_stays_locked_ends_as_waiting_and_goes_on_later(target: Target) -> None:
    ready(target)
    with target.connect() as conn:
        conn.autocommit = False
        conn.execute("SET application_name = 'nightly report'")
        conn.execute("SELECT FROM customers WHERE id = 10000 FOR UPDATE")
        with pytest.raises(refusals.StillLocked, match="nightly report"):
            target.apply(policy=replace(QUICK, lock_budget=0.3))
        conn.rollback()
    assert target.value("SELECT state FROM pgwright.unit WHERE revision = 'b2'") == "waiting_for_lock"
    [receipt] = target.apply().receipts
    assert receipt.resumed and receipt.steps[0].rows == 20_000


def test_the_control_row_pauses_and_apply_goes_on(target: Target) -> None:
    ready(target)

    def point(name: str) -> None:
        if name.endswith(".batch"):
            with target.connect() as conn:
                conn.execute("UPDATE pgwright.control SET wish = 'pause', why = 'lunch'")

    with pytest.raises(refusals.Paused, match="lunch"):
        target.apply(point=point)
    assert 0 < target.value(FILLED) < 20_000
    [receipt] = target.apply().receipts
    assert receipt.state == "done" and target.value(FILLED) == 20_000


def test_a_cancelled_backfill_may_be_given_up(target: Target) -> None:
    """No step of it is done, so undo has nothing to take back; what was filled stays, as its downgrade would leave it."""
    ready(target)

    def point(name: str) -> None:
        if name.endswith(".batch"):
            with target.connect() as conn:
                conn.execute("UPDATE pgwright.control SET wish = 'cancel', why = 'wrong day'")

    with pytest.raises(refusals.Cancelled, match="wrong day"):
        target.apply(point=point)
    assert target.undo("base").after == ()
    assert target.value("SELECT state FROM pgwright.unit WHERE revision = 'b2'") == "withdrawn"
    assert target.apply().after == ("b2",)


def test_a_rewritten_table_is_walked_from_its_beginning(target: Target) -> None:
    ready(target)
    seen: list[str] = []

    def point(name: str) -> None:
        seen.append(name)
        if name.endswith(".batch") and seen.count(name) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        target.apply(policy=replace(QUICK, mode="ctid"), point=point)
    with target.connect() as conn:
        conn.execute("VACUUM FULL customers")
    target.apply(policy=replace(QUICK, mode="ctid"))
    assert target.value(FILLED) == 20_000
    assert any("was rewritten" in event.text for event in target.events)


def test_an_edited_body_is_no_backfill_of_ours(target: Target) -> None:
    target.tiny.add("a1", *TABLE)
    backfill(target, "b2", "customers", "mail", "'m' || id", "mail IS NULL")
    file = target.tiny.root / "alembic" / "versions" / "b2.py"
    file.write_text(file.read_text().replace("op.execute(fill)  # rows", "op.execute(fill); op.execute('SELECT 1')  #"))
    target.prove()
    assert [r.kind for r in target.apply().receipts] == ["replay", "whole"]


def test_a_backfill_that_matches_nothing_is_told(target: Target) -> None:
    ready(target)
    with target.connect() as conn:
        conn.execute("UPDATE customers SET mail = ''")
    [receipt] = target.apply().receipts
    assert [f.rule for f in receipt.findings] == ["no-op-statement"]


def test_row_security_that_would_leave_rows_out_is_refused(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    ready(target, 10)
    with target.connect() as conn:
        conn.execute("CREATE ROLE tenant LOGIN; GRANT ALL ON SCHEMA public, pgwright TO tenant; "
                     "GRANT ALL ON ALL TABLES IN SCHEMA public, pgwright TO tenant; "
                     "ALTER TABLE customers ENABLE ROW LEVEL SECURITY")
    try:
        monkeypatch.setenv("TARGET_URL", f"postgresql://tenant@/{target.database}?host={target.server.host}&port={target.server.port}")
        with pytest.raises(refusals.CannotWalk, match="row-level security"):
            target.apply(policy=replace(QUICK, ignore=frozenset({"drift"})))
    finally:
        with target.connect() as conn:
            conn.execute("DROP OWNED BY tenant; DROP ROLE tenant")


def test_empty_ranges_do_not_let_a_batch_grow() -> None:
    """Pages that an earlier backfill emptied are quick to pass; full ones would be locked for as long as they are many."""
    pace = Pace("ctid", 0.05)
    for _ in range(50):
        pace.took(0.001, share=0.0)
    assert pace.size == EMPTY["ctid"]
    for _ in range(4):
        pace.took(0.02)
    grown = pace.size
    assert grown > EMPTY["ctid"]
    pace.took(0.001, share=0.1)
    assert pace.size == grown


def test_a_table_that_was_half_emptied_is_filled_in_small_batches(target: Target) -> None:
    """Every row moved to the second half of the pages, and the first is free: as after another column's backfill."""
    ready(target, 60_000)
    with target.connect() as conn:
        conn.execute("UPDATE customers SET mail = NULL")
        conn.execute("VACUUM ANALYZE customers")
    full, sizes = target.value("SELECT min((ctid::text::point)[0])::int FROM customers"), []

    def point(name: str) -> None:
        if name.endswith(".batch"):
            sizes.append(target.value("SELECT max(next) FROM pgwright.cursor"))

    target.apply(policy=replace(QUICK, mode="ctid"), point=point)
    passed = [after - before for before, after in pairwise([0, *sizes]) if after <= full]
    assert target.value(FILLED) == 60_000 and len(passed) > 2 and max(passed) <= EMPTY["ctid"]
