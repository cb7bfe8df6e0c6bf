"""How a backfill may treat an environment: `[environments.NAME.pace]`."""

from __future__ import annotations

from typing import Any

# key: the least that makes sense. Each is the name of a field of run/policy.py.
LEAST = {
    "client_latency": 1.0,  # times what the application's calls took before
    "replica_lag": 0.0,  # seconds
    "wal_rate": 1.0,  # bytes a second
    "duty": 0.01,  # share of the time
    "batch_target": 0.001,  # seconds
    "lock_budget": 0.0,  # seconds
}


def pace(table: Any) -> dict[str, float]:
    """The keys as numbers. ValueError says what is wrong."""
    if not isinstance(table, dict):
        raise ValueError("must be a table")
    for key, value in table.items():
        if key not in LEAST:
            raise ValueError(f"has no key {key}; known are {', '.join(sorted(LEAST))}")
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < LEAST[key]:
            raise ValueError(f"wants a number of at least {LEAST[key]:g} for {key}")
    if table.get("duty", 1) > 1:
        raise ValueError("wants at most 1 for duty: it is a share of the time")
    return {key: float(value) for key, value in table.items()}
