"""How large the next batch is, and how long to rest before it.

A client waits for a row at most as long as the batch that locked it, so the size follows the time: towards 50 ms, by at
most half up or down. What the server suffers decides on the rest: lag of replicas, WAL, the time that the application's own
statements take, and the share that a person set.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from math import ceil

from pgwright.run.latency import Latency
from pgwright.run.session import Session

ALPHA = 0.4  # weight of the last batch in the moving average
START = {"pk": 1000, "ctid": 32}
# Time alone never makes it smaller: on a starved machine every batch is slow, and small ones cost more (measured: 3 times).
FEWEST = {"pk": 500, "ctid": 8}
LEAST = {"pk": 10, "ctid": 1}  # around rows that somebody holds
# What a batch may reach that found hardly a row: it says nothing about the next one, which may be full (measured: pages that
# an earlier backfill had emptied let the size grow to 4,000, and the first full ones were locked for 4 s).
EMPTY = {"pk": 2000, "ctid": 64}
SPARSE = 0.25  # of the rows that fit
LONGEST_REST = 2.0
QUICK = 0.002  # seconds: calls are not slow below the set factor of this, however quick they were before
MOST_EASED = 19.0  # times the work, for clients that are slow: a twentieth of the time is always worked
MOST = {"pk": 200_000, "ctid": 4000}


@dataclass(slots=True)
class Pace:
    """Of one walk; `size` is in keys or in pages."""

    mode: str
    target: float
    size: int = field(init=False)
    average: float | None = None

    def __post_init__(self) -> None:
        self.size = START[self.mode]

    def took(self, seconds: float, share: float = 1.0) -> None:
        """Learn from a batch that filled that share of the rows that fit into it."""
        seconds = max(seconds, 1e-4)
        self.average = seconds if self.average is None else ALPHA * seconds + (1 - ALPHA) * self.average
        factor = min(1.5, max(0.5, self.target / max(self.average, seconds)))
        least = min(self.size, FEWEST[self.mode])
        most = MOST[self.mode] if share >= SPARSE else max(self.size, EMPTY[self.mode])
        self.size = min(most, max(least, ceil(self.size * factor)))

    def shrink(self) -> None:
        """A row was locked by somebody for longer than a try: take fewer."""
        self.size = max(LEAST[self.mode], self.size // 2)


@dataclass(slots=True)
class Throttle:
    """Rests between batches; `reason` says why, for progress and journal."""

    session: Session
    clients: Latency | None = None
    reason: str = ""
    _looked: float = 0.0
    _wal: tuple[float, int] | None = None
    _red: bool = False
    _over: float = 0.0  # by how much the WAL rate is above what is allowed
    _eased: float = 0.0  # for clients: doubled while they are slow, halved while they are not

    def rest(self, worked: float, duty: float | None) -> float:
        """Seconds to sleep after a batch that took `worked`."""
        now = time.monotonic()
        if self.clients:
            self.clients.did(worked)
        if now - self._looked >= self.session.policy.watch_every:
            self._look(now)
        if self._red:
            return self.session.policy.watch_every
        share = duty or self.session.policy.duty
        return min(LONGEST_REST, worked * ((1 / share - 1) + self._over + self._eased))

    def _look(self, now: float) -> None:
        policy = self.session.policy
        [(lag, wal)] = self.session.look("load")
        self._looked, self._red, self._over, self.reason = now, lag > policy.replica_lag, 0.0, ""
        if self._red:
            self.reason = f"a replica is {lag:.1f} s behind"
        limit = policy.wal_rate
        if self._wal is not None and limit:
            rate = (wal - self._wal[1]) / max(now - self._wal[0], 1e-3)
            self._over = max(0.0, rate / limit - 1)
            if self._over:
                self.reason = f"{rate / 1e6:.0f} MB/s of WAL, {limit / 1e6:.0f} are wanted"
        self._wal = (now, wal)
        if self.clients is not None and policy.client_latency:
            self._ease(self.clients, policy.client_latency)

    def _ease(self, clients: Latency, most: float) -> None:
        """Work less while the application's calls take more than so many times what they took before."""
        clients.look()
        if clients.now > most * max(clients.before, QUICK):
            self.reason = f"the application takes {clients.now * 1000:.1f} ms a call, {clients.times:.1f} times as before"
            if not self._eased:
                self.session.tell("throttled", self.reason, level="note")
            self._eased = min(MOST_EASED, max(1.0, self._eased * 2))
        else:
            self._eased = self._eased / 2 if self._eased > 0.5 else 0.0
