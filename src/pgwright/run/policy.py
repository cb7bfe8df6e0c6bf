"""How patient and how quick a run is. The figures are measured (docs/reliability.md); all in seconds and bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Policy:
    """The worst stall of a client is the lock timeout plus the statement itself: 59 ms for tries of 50 ms, 4 s for none."""

    lock_timeout: float = 0.05
    first_pause: float = 0.1  # between tries: at least twice the timeout, so that clients are queued a third of the time
    longest_pause: float = 1.0
    lock_budget: float = 600.0  # then `waiting_for_lock`
    quiet_timeout: float = 1800.0  # CONCURRENTLY and VALIDATE: nobody waits for them
    runner_patience: float = 15.0  # for the session of a runner that died to go
    batch_target: float = 0.05  # seconds that the rows of a batch are locked
    duty: float = 1.0  # share of the time that a backfill works
    mode: str = "auto"  # pk, ctid
    replica_lag: float = 5.0
    wal_rate: float | None = None  # bytes a second; None: as it comes, since a slow backfill writes more WAL, not less
    client_latency: float | None = 3.0  # times what the application's calls took before; None: whatever they take
    latency_above: int = 1 << 28  # bytes of a table from which on that is measured
    latency_window: float = 2.0  # backends hand their numbers in once a second
    watch_every: float = 1.0
    vacuum_above: int = 1 << 30  # bytes of a table from which on it is vacuumed between chunks
    chunks: int = 4
    passes: int = 5
    recycle: bool = False  # end idle sessions of the application's when a column's type changes (run/prepared.py)
    recycle_patience: float = 30.0  # for a moment in which no other session is in a transaction
    ignore: frozenset[str] = frozenset()  # preconditions that a person overrules: "disk", "drift", "window"

    def paced(self, pace: Mapping[str, float]) -> Policy:
        """With what an environment says about its pace; what the caller set stands."""
        return replace(self, **{name: value for name, value in pace.items() if getattr(self, name) == getattr(_HOUSE, name)})  # type: ignore[arg-type]


_HOUSE = Policy()
