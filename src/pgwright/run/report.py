"""Progress of a backfill: rate, what is left, and whether it stands still."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from pgwright.run.session import Session

TOLD_EVERY = 2.0
STALLED = 5.0


@dataclass(slots=True)
class Progress:
    """Of one backfill, over all its relations; pages are the measure, since each costs about the same."""

    session: Session
    table: str
    pages: int
    size: int
    rows: int = 0
    refusals: int = 0
    done: float = 0.0  # pages
    _before: float = 0.0  # of relations that are through
    _begun: float = field(default_factory=time.monotonic)
    _told: float = 0.0
    _refused_since: float = 0.0

    def step(self, pages: int, low: int, at: int, high: int, rows: int, reason: str) -> None:
        """After a batch that reached `at` in a member of that many pages."""
        self.rows += rows
        self.done = self._before + pages * (at - low) / max(1, high - low)
        if at >= high:
            self._before += pages
        now = time.monotonic()
        if now - self._told < TOLD_EVERY and at < high:
            return
        self._told = now
        spent = max(now - self._begun, 1e-3)
        text = f"{self.table}: {self.rows:,} rows, {self.rows / spent:,.0f} a second"
        if 0 < self.done < self.pages:
            text += f", about {spent * (self.pages / self.done - 1):,.0f} s left{self._growth()}"
        text += f" (resting: {reason})" if reason else ""
        self.session.tell("backfill", text, done=round(self.done), total=self.pages)

    def refused(self) -> None:
        """A batch did not get a row within a try."""
        self.refusals += 1
        now = time.monotonic()
        self._refused_since = self._refused_since or now
        if now - self._refused_since > STALLED and now - self._told > TOLD_EVERY:
            self._told = now
            text = f"{self.table} stands still: a row has been locked by somebody else for {self.refused_for:.0f} s"
            self.session.tell("stalled", text, level="note")

    def went(self) -> None:
        """A batch went through."""
        self._refused_since = 0.0

    @property
    def refused_for(self) -> float:
        """Seconds since the last batch that went through, when batches are being refused."""
        return time.monotonic() - self._refused_since if self._refused_since else 0.0

    def _growth(self) -> str:
        """What the table will have grown by at the end, if it goes on as so far."""
        [(now,)] = self.session.look("size", table=self.table)
        grown = (now or self.size) - self.size
        if grown <= 0 or self.done <= 0:
            return ""
        return f", {grown * self.pages / self.done / 1e6:,.0f} MB larger at the end"
