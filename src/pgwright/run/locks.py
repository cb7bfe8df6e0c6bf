"""Getting locks without holding up the application: short tries, pauses between them, and nobody is ever ended.

Whoever waits for a lock makes everybody wait who comes after it, so a try lasts 50 ms; and while a session whose
transaction is older than that holds a conflicting lock, no try is made at all. Measured: docs/reliability.md.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from pgwright.run.control import Course, obey
from pgwright.run.refusals import StillLocked
from pgwright.run.session import Session
from pgwright.run.statements import statement
from pgwright.run.unit import QUIET
from pgwright.step import Lock

# PostgreSQL documentation, table 13.2: what each mode conflicts with.
_ORDER = ("AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock", "ShareLock",
          "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock")  # fmt: skip
_CONFLICTS = {"AccessShareLock": "7", "RowShareLock": "67", "RowExclusiveLock": "4567", "ShareUpdateExclusiveLock": "34567",
              "ShareLock": "23567", "ShareRowExclusiveLock": "234567", "ExclusiveLock": "1234567",
              "AccessExclusiveLock": "01234567"}  # fmt: skip
CONFLICTS = {mode: tuple(_ORDER[int(n)] for n in numbers) for mode, numbers in _CONFLICTS.items()}
RETRIED = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)
AUTOVACUUM = "autovacuum worker"
TOLD_EVERY = 5.0


@dataclass(frozen=True, slots=True)
class Blocker:
    """A session in the way: who it is, and for how long its transaction has been open."""

    pid: int
    application: str
    state: str
    age: float
    query: str
    mode: str
    relation: str

    def __str__(self) -> str:
        asked = f": {self.query}" if self.query else ""
        return (f"{self.application} (process {self.pid}, {self.state}, transaction open for {self.age:.1f} s) holds "
                f"{self.mode} on {self.relation}{asked}")  # fmt: skip


def quoted(relation: str) -> str:
    """`schema.name` as the recorder writes it, as text that to_regclass() understands."""
    schema, _, name = relation.partition(".")
    return sql.Identifier(schema, name).as_string(None)


def blockers(session: Session, locks: Iterable[Lock]) -> list[Blocker]:
    """Who holds what these locks conflict with, the oldest transaction first."""
    modes: dict[str, set[str]] = {}
    for lock in locks:
        if lock.mode in CONFLICTS:
            modes.setdefault(quoted(lock.relation), set()).update(CONFLICTS[lock.mode])
    if not modes:
        return []
    rows = [sql.SQL("({}, {})").format(sql.Literal(name), sql.Literal(sorted(of))) for name, of in modes.items()]
    query = statement("holders", wanted=sql.SQL(", ").join(rows), own=session.about.pid)
    found: dict[int, Blocker] = {}
    for row in session.watch.execute(query, prepare=False):
        found.setdefault(row[0], Blocker(*row))
    return list(found.values())


def with_locks(session: Session, course: Course, locks: Sequence[Lock], work: Callable[[float], None], quiet: bool) -> None:
    """Call `work(timeout)` until it gets its locks. Raises StillLocked when the budget is spent.

    `work` is one transaction, sets its own lock_timeout, and may be called again after it was refused a lock.
    """
    policy = session.policy
    timeout = policy.quiet_timeout if quiet else policy.lock_timeout
    loud = [lock for lock in locks if lock.mode not in QUIET]
    begun, tries, told = time.monotonic(), 0, 0.0
    while True:
        obey(session, course)
        found = [] if quiet else blockers(session, loud)
        waiting = [b for b in found if b.age > policy.lock_timeout and b.application != AUTOVACUUM]
        if not waiting:
            try:
                tries += 1
                _ask_autovacuum(session, {b.relation for b in found if b.application == AUTOVACUUM})
                return work(timeout)
            except RETRIED:
                waiting = blockers(session, loud) or waiting
        spent = time.monotonic() - begun
        if spent > (timeout if quiet else policy.lock_budget):
            raise _still_locked(session, course, tries, timeout, spent, waiting)
        if (waiting and spent - told > TOLD_EVERY) or (waiting and told == 0.0):
            session.tell("waiting_for_lock", "; ".join(map(str, waiting[:3])), level="note")
            told = max(spent, 0.001)
        time.sleep(_pause(session, tries))


def _pause(session: Session, tries: int) -> float:
    policy = session.policy
    return random.uniform(0.5, 1.0) * min(policy.longest_pause, policy.first_pause * 2.0 ** min(tries, 10))


def _ask_autovacuum(session: Session, relations: Iterable[str]) -> None:
    """Autovacuum gives way to a waiter only after deadlock_timeout (1 s), longer than a try: wait for it in a mode that
    no reader or writer queues behind. One that prevents wraparound does not give way; then the next try fails as well."""
    for relation in sorted(relations):
        with session.conn.transaction():
            session.local_timeout(3.0)
            session.conn.execute(f"LOCK TABLE {relation} IN SHARE UPDATE EXCLUSIVE MODE".encode())


def _still_locked(
    session: Session, course: Course, tries: int, timeout: float, spent: float, waiting: Sequence[Blocker]
) -> StillLocked:
    named = "; ".join(map(str, waiting[:5])) or "nobody who could be seen afterwards"
    return StillLocked(
        revision=course.unit.revision, budget=f"{spent:.1f} s", tries=tries, timeout=f"{timeout * 1000:.0f} ms",
        blockers=named,
    )  # fmt: skip
