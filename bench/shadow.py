"""How fast is a fresh database of 200 tables? Peer: CREATE DATABASE ... TEMPLATE with its defaults, on the same server.

    pool      taken from the pool (rename) and connected to     must be <= 0.1 of the peer
    template  our clone of a template and connected to          must be <= 0.5 of the peer

Rounds are interleaved; ratios are of medians of wall time. It also tells what a first query costs from nothing on disk
(initdb), from an image on disk, and from initdb plus replaying the history.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg import sql

from pgwright.shadow import image
from pgwright.shadow.binaries import find
from pgwright.shadow.databases import Pool
from pgwright.shadow.server import Server, start

TABLES = 200
MUST = {"pool": 0.1, "template": 0.5}
TICK = os.sysconf("SC_CLK_TCK")
TEMPLATE = "bench_source"


def history(tables: int) -> str:
    """Tables with two further indexes each, and a foreign key to the one before."""
    return "\n".join(
        f"CREATE TABLE t{n} (id bigserial PRIMARY KEY, parent_id bigint {f'REFERENCES t{n - 1}' if n else ''},"
        f" name text NOT NULL, note text, made timestamptz DEFAULT now());\n"
        f"CREATE INDEX t{n}_parent ON t{n} (parent_id); CREATE INDEX t{n}_name ON t{n} (name);"
        for n in range(tables)
    )


def tree(pid: int) -> float:
    """CPU seconds of a process and of all its children, the collected ones included."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        own = sum(int(fields[at]) for at in (11, 12, 13, 14)) / TICK
        children = [int(p) for f in Path(f"/proc/{pid}/task").glob("*/children") for p in f.read_text().split()]
    except OSError:
        return 0.0
    return own + sum(map(tree, children))


class Taken:
    """Wall and CPU seconds of every round of one way."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.cpu: list[float] = []

    @contextmanager
    def round(self, server: Server) -> Iterator[None]:
        wall, cpu = time.perf_counter(), tree(server.pid) + time.process_time()
        yield
        self.wall.append(time.perf_counter() - wall)
        self.cpu.append(tree(server.pid) + time.process_time() - cpu)


def compare(server: Server, rounds: int, slow: float) -> dict[str, Taken]:
    """The three ways in turn, on one server. `slow` seconds are added to ours: the bench must notice (tests)."""
    taken = {name: Taken() for name in ("peer", "template", "pool")}
    default = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier("bench_peer"), sql.Identifier(TEMPLATE))
    with Pool(server, TEMPLATE, size=2) as pool, server.connect() as admin:
        ways: dict[str, Callable[[str], object]] = {
            "peer": lambda name: admin.execute(default),
            "template": lambda name: server.create(name, template=TEMPLATE),
            "pool": pool.take,
        }
        for _ in range(rounds):
            for way, make in ways.items():
                pool.settle()  # no clone of the background thread runs while another way is timed
                with taken[way].round(server):
                    time.sleep(0 if way == "peer" else slow)
                    make(f"bench_{way}")
                    server.connect(f"bench_{way}").close()
                pool.settle()
                server.drop(f"bench_{way}")
    return taken


def first_query(prepare: Callable[[Server], object] | None, source: Callable[[], Path | None], fresh: bool) -> float:
    """Seconds from the command to an answer, on a cache of its own when `fresh`."""
    kept = os.environ["PGWRIGHT_CACHE"]
    with tempfile.TemporaryDirectory() as empty:
        os.environ["PGWRIGHT_CACHE"] = empty if fresh else kept
        try:
            begin = time.perf_counter()
            with start(find(), image=source()) as server:
                if prepare:
                    prepare(server)
                server.connect("postgres").execute("SELECT 1")
                return time.perf_counter() - begin
        finally:
            os.environ["PGWRIGHT_CACHE"] = kept


def replay(server: Server) -> None:
    """The history, from empty."""
    server.create(TEMPLATE)
    with server.connect(TEMPLATE, autocommit=False) as conn:
        conn.execute(history(TABLES).encode())


def begin(rounds: int) -> dict[str, list[float]]:
    """Seconds until the first answer: from nothing, from an image of the history, and from nothing with the history."""
    key = image.key("bench/shadow", str(os.getpid()))
    with start(find()) as server:
        replay(server)
        server.stop()
        image.store(server.data, key)
    seconds: dict[str, list[float]] = {"initdb": [], "image": [], "initdb_and_replay": []}
    for _ in range(rounds):
        seconds["initdb"].append(first_query(None, lambda: None, True))
        seconds["image"].append(first_query(None, lambda: (image.nearest([key]) or (0, None))[1], False))
        seconds["initdb_and_replay"].append(first_query(replay, lambda: None, True))
    return seconds


def ratios(taken: dict[str, Taken]) -> dict[str, float]:
    """Ours over the peer, of the medians of wall time: what `must` is about."""
    peer = statistics.median(taken["peer"].wall)
    return {way: round(statistics.median(taken[way].wall) / peer, 4) for way in MUST}


def is_met(figures: dict[str, float]) -> bool:
    """True when every limit is kept."""
    return all(figures[way] <= limit for way, limit in MUST.items())


def main() -> int:
    """Print every figure, then the one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--slow", type=float, default=0.0, help="seconds added to ours, to see the bench fail")
    asked = parser.parse_args()
    rounds = max(5, asked.rounds)
    with tempfile.TemporaryDirectory() as cache:
        os.environ["PGWRIGHT_CACHE"] = cache  # images of a bench are nobody's but the bench's
        with start(find()) as server:
            replay(server)
            taken = compare(server, rounds, asked.slow)
        seconds = begin(5)
    for way, one in taken.items():
        shown = " ".join(f"{1000 * s:.1f}" for s in one.wall)
        wall, spent = (1000 * statistics.median(values) for values in (one.wall, one.cpu))
        print(f"{way:20} median {wall:7.1f} ms wall {spent:7.1f} ms CPU   wall: {shown}")
    for way, values in seconds.items():
        shown = " ".join(f"{1000 * s:.0f}" for s in values)
        print(f"{way:20} median {1000 * statistics.median(values):7.1f} ms wall   wall: {shown}")
    figures = ratios(taken)
    cpu = {way: statistics.median(one.cpu) for way, one in taken.items()}
    figures |= {f"{way}_cpu": round(cpu[way] / cpu["peer"], 4) for way in MUST if cpu["peer"]}
    figures |= {f"{way}_seconds": round(statistics.median(values), 4) for way, values in seconds.items()}
    ok = is_met(figures)
    must = {way: f"<= {limit}" for way, limit in MUST.items()}
    print(json.dumps({"bench": "shadow", "figures": figures, "must": must, "ok": ok}))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
