"""What every benchmark shares: CPU seconds of this process and of the server together, compared in interleaved rounds.

CPU and not wall time, because a ratio of CPU seconds is nearly the same on a busy machine; interleaved, so that what
slows the machine down slows every contender down; medians, so that one bad round says nothing.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import psutil
import psycopg

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Limit:
    """A figure must not be more than `most`."""

    most: float

    def holds(self, figure: float) -> bool:
        """True when the figure is within the limit."""
        return figure <= self.most


def postmaster(conn: psycopg.Connection[tuple[Any, ...]]) -> psutil.Process:
    """The server's first process (its pid is the first line of postmaster.pid), for `conn` a superuser's."""
    row = conn.execute("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int").fetchone()
    assert row is not None
    return psutil.Process(row[0])


def cpu_seconds(server: psutil.Process) -> float:
    """CPU so far of this process and the server, children that have ended included."""
    spent = os.times()
    return sum(spent[:4]) + _tree(server)


def _tree(process: psutil.Process) -> float:
    times = process.cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in process.children():
        try:
            total += _tree(child)
        except psutil.NoSuchProcess:
            continue  # its time is the parent's children_* now
    return float(total)


def settled(server: psutil.Process, database: str) -> None:
    """Wait until the server has reaped all backends of `database`: only then their time is counted whole."""
    deadline = time.monotonic() + 30
    while any(_is_backend(child, database) for child in server.children()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"a connection to {database} was left open")
        time.sleep(0.002)


def _is_backend(process: psutil.Process, database: str) -> bool:
    """True for `postgres: user database [local] idle`, and for one that has ended but was not yet reaped: no title."""
    try:
        title = " ".join(process.cmdline())
    except psutil.NoSuchProcess as gone:
        return isinstance(gone, psutil.ZombieProcess)
    return not title or f" {database} " in title


def rounds(server: psutil.Process, database: str, contenders: Mapping[str, Work], count: int = 5) -> dict[str, list[float]]:
    """CPU seconds of every contender in each of `count` interleaved rounds, after one that is thrown away.

    Every contender opens its own connections to `database` and leaves none open.
    """
    figures: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(count + 1):
        for name, work in contenders.items():
            before = cpu_seconds(server)
            work()
            settled(server, database)
            if number:
                figures[name].append(cpu_seconds(server) - before)
    return figures


def report(bench: str, raw: Mapping[str, list[float]], figures: Mapping[str, float], must: Mapping[str, Limit]) -> int:
    """Print the raw figures, then one line of JSON; the exit status, 0 when every limit holds."""
    for name, values in raw.items():
        print(f"{name:<24} median {statistics.median(values):.3f} s CPU of {[round(v, 3) for v in values]}")
    ok = all(name in figures and limit.holds(figures[name]) for name, limit in must.items())
    limits = {name: f"<= {limit.most}" for name, limit in must.items()}
    rounded = {name: round(value, 4) for name, value in figures.items()}
    print(json.dumps({"bench": bench, "figures": rounded, "must": limits, "ok": ok}))
    sys.stdout.flush()
    return 0 if ok else 1


def ratio(raw: Mapping[str, list[float]], one: str, other: str) -> float:
    """Median of one contender through the median of another."""
    return statistics.median(raw[one]) / statistics.median(raw[other])
