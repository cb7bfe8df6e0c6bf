"""How long the application's statements take, as the server counts it, against their level before the backfill.

Two sources, both cumulative: pg_stat_statements without the statements of our own role, where the application has a role of
its own; else the active time and the transactions of pg_stat_database, less what the run itself did. A backend hands its
numbers in once a second only, so ours is told to do so at once (pg_stat_force_next_flush, PostgreSQL 15 and later), and what is
taken off is a little more than we know of: a backfill is never slowed down by its own work.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from pgwright.run.session import Session

FEW = 20  # calls, below which a mean says nothing
MARGIN = 1.05  # on our own time: the looking session works a little too
PER_BATCH = 2  # transactions of ours: the batch, and the look at the control row


@dataclass(frozen=True, slots=True)
class Sample:
    """What the server has counted so far."""

    calls: int
    seconds: float


@dataclass(slots=True)
class Latency:
    """Of one backfill; `before` is the mean in seconds per call before it began."""

    session: Session
    schema: str | None  # of pg_stat_statements; None: the database's own numbers
    before: float = 0.0
    now: float = 0.0
    _last: Sample | None = None
    _batches: int = field(default=0)
    _worked: float = field(default=0.0)

    @property
    def times(self) -> float:
        """How many times as long as before."""
        return self.now / self.before if self.before else 0.0

    def did(self, seconds: float, batches: int = 1) -> None:
        """Count what the run itself did."""
        self._batches += batches
        self._worked += seconds

    def look(self) -> None:
        """Learn `now` from what was counted since the last look that saw enough calls."""
        seen = _sample(self.session, self.schema)
        if self._last is None:
            self._begin(seen)
            return
        calls, seconds = seen.calls - self._last.calls, seen.seconds - self._last.seconds
        if self.schema is None:
            calls -= PER_BATCH * self._batches
            seconds -= MARGIN * self._worked
        if calls >= FEW:
            self.now = max(0.0, seconds) / calls
            self._begin(seen)

    def _begin(self, seen: Sample) -> None:
        self._last, self._batches, self._worked = seen, 0, 0.0


def measured(session: Session) -> Latency | None:
    """The level before a backfill, over `policy.latency_window`; None, and told, where nothing can be learnt."""
    for schema in (*_statements(session), None):
        if schema is None and session.about.major < 15:
            break
        clients = Latency(session, schema)
        clients.look()
        time.sleep(session.policy.latency_window)
        clients.look()
        if clients.now:
            clients.before = clients.now
            source = "pg_stat_statements" if schema else "pg_stat_database"
            session.tell("latency", f"the application takes {clients.now * 1000:.1f} ms a call before it begins ({source})")
            return clients
    session.tell("latency", "too few statements of the application to slow down for")
    return None


def _statements(session: Session) -> tuple[str, ...]:
    """The schema of pg_stat_statements, where it is installed, loaded, and of a version that we know."""
    for (schema,) in session.look("statements_schema"):
        try:
            _sample(session, str(schema))
        except psycopg.Error:
            return ()
        return (str(schema),)
    return ()


def _sample(session: Session, schema: str | None) -> Sample:
    if schema is not None:
        roles = sorted({session.about.role, session.owner})
        [(calls, seconds)] = session.look("calls_by_statement", schema=sql.Identifier(schema), roles=roles)
        return Sample(calls, seconds)
    session.run("hand_in")
    [(calls, seconds)] = session.look("calls_by_database")
    return Sample(calls, seconds)
