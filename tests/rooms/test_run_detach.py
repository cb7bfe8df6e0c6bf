"""DETACH PARTITION ... CONCURRENTLY is two transactions: a run that is killed between them is finished by the next."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from target import AUTOCOMMIT, Target
from target import target as target

from pgwright.run import form

PARTED = (
    'op.execute("CREATE TABLE orders (id bigint, day date) PARTITION BY RANGE (day)"); '
    "op.execute(\"CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')\"); "
    "op.execute(\"CREATE TABLE orders_2 PARTITION OF orders FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')\")",
    'op.drop_table("orders")',
)
DETACHED = (
    AUTOCOMMIT + 'op.execute("ALTER TABLE orders DETACH PARTITION orders_1 CONCURRENTLY")',
    "op.execute(\"ALTER TABLE orders ATTACH PARTITION orders_1 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')\"); "
    'op.execute("ALTER TABLE orders_1 DROP CONSTRAINT orders_1_day_check")',
)
RUN = """
import sys
from pathlib import Path
from target import QUICK
from pgwright import project, verbs
verbs.apply(project.find(Path(sys.argv[1])), "dev", how=verbs.How(QUICK))
"""
PENDING = "SELECT count(*) FROM pg_inherits WHERE inhdetachpending"
RUNNING = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgwright run' AND datname = current_database()"


@pytest.fixture
def parted(target: Target) -> Target:
    """Two partitions with a row each, and the revision that detaches the first ahead."""
    target.tiny.add("a1", *PARTED).add("b2", *DETACHED)
    target.prove()
    target.apply("a1")
    with target.connect() as conn:
        conn.execute("INSERT INTO orders VALUES (1, '2024-05-05'), (2, '2025-05-05')")
    return target


@contextmanager
def runner(target: Target) -> Iterator[subprocess.Popen[bytes]]:
    """A process that applies; killed at the end, and then its session has gone too."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    with subprocess.Popen([sys.executable, "-c", RUN, str(target.tiny.root)], env=env) as running:
        try:
            yield running
        finally:
            running.kill()
    while target.value(f"{RUNNING} AND pg_sleep(0.02) IS NOT NULL"):
        continue  # the server notices within a second that nobody is there


def test_a_runner_that_is_killed_between_the_two(parted: Target) -> None:
    """A reader that is older keeps the detach in its second half; SIGKILL there leaves it pending."""
    with parted.connect() as reader:
        reader.execute("BEGIN; SELECT count(*) FROM orders")
        with runner(parted) as running:
            while not parted.value(f"{PENDING} AND pg_sleep(0.02) IS NOT NULL"):
                assert running.poll() is None
        reader.execute("COMMIT")
    assert parted.value(PENDING) == 1
    [receipt] = parted.apply().receipts
    assert (receipt.revision, receipt.state, receipt.resumed) == ("b2", "done", True)
    assert parted.value("SELECT count(*) FROM orders") == 1 and parted.value("SELECT count(*) FROM orders_1") == 1
    assert any(event.stage == "detach" for event in parted.events)
    assert parted.undo("a1").receipts[0].state == "done" and parted.value("SELECT count(*) FROM orders") == 2


class Killed(BaseException):
    """The process ends here: nothing of the program catches it."""


def test_one_that_is_killed_before_it_can_say_that_it_is_done(parted: Target) -> None:
    def point(name: str) -> None:
        if name == "b2.1.sent":
            raise Killed

    with pytest.raises(Killed):
        parted.apply(point=point)
    assert parted.value("SELECT state FROM pgwright.step WHERE no = 1 AND unit = 2") == "intent"
    assert parted.apply().receipts[0].state == "done"


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ("alter table s.orders detach partition orders_1 concurrently", (("s", "orders"), ("orders_1",))),
        ('/* x */ ALTER TABLE ONLY "O o" DETACH PARTITION s."P" CONCURRENTLY;', (("O o",), ("s", "P"))),
        ("ALTER TABLE orders DETACH PARTITION orders_1", None),
        ("ALTER TABLE orders DETACH PARTITION orders_1 FINALIZE", None),
        ("DROP INDEX CONCURRENTLY x", None),
    ],
)
def test_what_a_message_detaches(message: str, names: object) -> None:
    assert form.detached(message) == names
