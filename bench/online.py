"""Online changes under load, and what a backfill costs: `make bench NAME=online ARGS="--rows 200000"`.

Three parts in one run. (1) Every change by pgwright while an application works on a fixed schedule: errors that it saw,
and transactions that took longer than the bound: p99.9 of the quiet time before, the lock timeout, and 50 ms. (2) The
naive form of the same changes under the same load, for comparison. (3) The backfill race without load: CPU of this
process and the server for a plain UPDATE and for ours by key and by page, interleaved, each on a fresh copy.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg

import changes
from measure import Limit, cpu_seconds, postmaster, ratio, report, settled
from open_loop import Load
from pgwright import project, verbs
from pgwright.run.policy import Policy
from pgwright.shadow.binaries import find
from pgwright.shadow.server import Server, start
from pgwright.shadow.stage import Options

MUST = {
    "app_errors": Limit(0), "stalls_over_bound": Limit(0), "cpu_pk": Limit(1.3), "cpu_ctid": Limit(2.0),
    "rename_seconds": Limit(0.1),
}  # fmt: skip
SETTINGS = {
    "shared_buffers": "256MB", "max_wal_size": "4GB", "checkpoint_timeout": "30min", "autovacuum": "on",
    "synchronous_commit": "on", "max_connections": "60",
}  # fmt: skip
POLICY = Policy()
SLACK = 0.05


@dataclass
class Bench:
    """One run of everything."""

    server: Server
    root: Path
    rows: int
    rate: int
    quiet: float
    slow: float
    figures: dict[str, float] = field(default_factory=dict)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.server.host}&port={self.server.port}"

    def apply(
        self, database: str, to: str, policy: Policy = POLICY, point: Callable[[str], None] = lambda name: None
    ) -> verbs.Executed:
        """As the command line would."""
        os.environ["BENCH_URL"] = self.url(database)
        (self.root / ".pgwright" / "databases" / "bench.json").unlink(missing_ok=True)
        done = verbs.apply(project.find(self.root), "bench", to, how=verbs.How(policy, point=point))
        if any(receipt.state != "done" for receipt in done.receipts):
            raise SystemExit(f"{to}: {[(r.revision, r.state, r.differences) for r in done.receipts]}")
        return done

    def prepare(self) -> None:
        """The application's database, filled, as a template."""
        self.server.create("base")
        self.apply("base", "start")
        with self.server.connect("base") as conn:
            conn.execute("INSERT INTO customers (name) SELECT 'customer ' || g FROM generate_series(1, 1000) g")
            conn.execute("INSERT INTO orders (customer_id, status, qty, note, updated_at) SELECT 1 + g %% 1000, "
                         "(ARRAY['new', 'paid', 'sent', 'done'])[1 + g %% 4], g %% 50, md5(g::text) || md5((g + 1)::text), "
                         "now() - g * interval '1 second' FROM generate_series(1, %s) g", (self.rows,))  # fmt: skip
            conn.execute("VACUUM (ANALYZE, FREEZE) orders")
            conn.execute("VACUUM (ANALYZE, FREEZE) customers")


@dataclass
class Timed:
    """What one change did to the application."""

    name: str
    quiet: tuple[float, float]
    during: tuple[float, float]
    seconds: float


def under_load(bench: Bench, database: str, make: Callable[[changes.Change], object]) -> tuple[Load, list[Timed]]:
    """Every change, one after the other, each after some quiet time."""
    load = Load(bench.server, database, bench.rows, bench.rate)
    load.start()
    timed = []
    try:
        for change in changes.CHANGES:
            quiet = time.time()
            time.sleep(bench.quiet)
            begin = time.time()
            make(change)
            end = time.time()
            timed.append(Timed(change.name, (quiet, begin), (begin, end + 0.2), end - begin))
        time.sleep(1.0)
    finally:
        load.stop()
    return load, timed


def ours(bench: Bench) -> None:
    """Part 1."""
    bench.server.create("ours", template="base")

    def make(change: changes.Change) -> None:
        done = bench.apply("ours", change.upto)
        time.sleep(bench.slow)
        if change.name == "rename":
            bench.figures["rename_seconds"] = done.receipts[-1].steps[0].seconds + bench.slow

    load, timed = under_load(bench, "ours", make)
    usual = max(load.between(*one.quiet).quantile(0.999) for one in timed)
    bound = usual + POLICY.lock_timeout + SLACK
    bench.figures["bound_seconds"] = bound
    bench.figures["app_errors"] = _errors(bench, "ours") + load.refused
    bench.figures["stalls_over_bound"] = sum(load.between(*one.during).over(bound) for one in timed)
    _tell(bench, "ours", load, timed)


def naive(bench: Bench) -> None:
    """Part 2: one plain transaction each, as a migration written without thinking of the application would."""
    bench.server.create("naive", template="base")

    def make(change: changes.Change) -> None:
        with bench.server.connect("naive", autocommit=False) as conn:
            for text in change.naive:
                conn.execute(text.encode())

    load, timed = under_load(bench, "naive", make)
    bench.figures["naive_app_errors"] = _errors(bench, "naive") + load.refused
    _tell(bench, "naive", load, timed)


def _errors(bench: Bench, database: str) -> int:
    with bench.server.connect(database) as conn:
        for state, told, count in conn.execute("SELECT sqlstate, min(told), count(*) FROM app_error GROUP BY 1"):
            print(f"{database:<8} the application saw {state} {count} times: {told}")
        row = conn.execute("SELECT count(*) FROM app_error").fetchone()
    return int(row[0]) if row else 0


def _tell(bench: Bench, who: str, load: Load, timed: Sequence[Timed]) -> None:
    for one in timed:
        quiet, during = load.between(*one.quiet), load.between(*one.during)
        print(f"{who:<8} {one.name:<12} {one.seconds:7.2f} s; client p50/p99/worst {_ms(during.quantile(0.5))}/"
              f"{_ms(during.quantile(0.99))}/{_ms(during.worst)} ms, quiet {_ms(quiet.quantile(0.5))}/"
              f"{_ms(quiet.quantile(0.99))}/{_ms(quiet.worst)} ms, {len(during.samples)} transactions", flush=True)  # fmt: skip
        bench.figures[f"{who}_{one.name}_worst_seconds"] = during.worst
        bench.figures[f"{who}_{one.name}_seconds"] = one.seconds


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}"


def race(bench: Bench, rounds: int) -> dict[str, list[float]]:
    """Part 3."""
    bench.server.create("raced", template="base")
    bench.apply("raced", "race")
    with bench.server.connect("raced") as conn:
        conn.execute("ALTER SYSTEM SET autovacuum = off")  # it would help one contender and not the next
        conn.execute("SELECT pg_reload_conf()")
        conn.execute("VACUUM (ANALYZE, FREEZE) orders_rows")
        server = postmaster(conn)
    contenders: dict[str, Callable[[str], float]] = {
        "plain": lambda name: _plain(bench, name, server),
        "pk": lambda name: _ours(bench, name, server, "pk"),
        "ctid": lambda name: _ours(bench, name, server, "ctid"),
    }
    raw: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        for name, work in contenders.items():
            with _copied(bench) as database:
                spent = work(database)
                settled(server, database)
                if number:
                    raw[name].append(spent + bench.slow * (name != "plain"))
        print(f"round {number}: " + ", ".join(f"{n} {v[-1]:.2f}" for n, v in raw.items() if v), flush=True)
    bench.figures["cpu_pk"], bench.figures["cpu_ctid"] = ratio(raw, "pk", "plain"), ratio(raw, "ctid", "plain")
    bench.figures["floor_spread"] = max(raw["plain"]) / min(raw["plain"])
    bench.figures["plain_rows_per_cpu_second"] = bench.rows / statistics.median(raw["plain"])
    return raw


def _plain(bench: Bench, database: str, server: psutil.Process) -> float:
    """CPU of one UPDATE, and of the count that shows that nothing is left."""
    with psycopg.connect(bench.url(database), autocommit=True) as conn:
        before = cpu_seconds(server)
        conn.execute("UPDATE orders_rows SET x = id * 2 WHERE x IS NULL")
        conn.execute("SELECT count(*) FROM orders_rows WHERE x IS NULL")
        return cpu_seconds(server) - before


def _ours(bench: Bench, database: str, server: psutil.Process, mode: str) -> float:
    """CPU of the backfill from its first look at the table to the end of its unit, verification included."""
    seen: dict[str, float] = {}

    def point(name: str) -> None:
        if name in ("race_fill.unit.begun", "race_fill.1.committed"):
            seen[name] = cpu_seconds(server)

    bench.apply(database, "race_fill", Policy(mode=mode), point)
    return seen["race_fill.1.committed"] - seen["race_fill.unit.begun"]


@contextmanager
def _copied(bench: Bench) -> Iterator[str]:
    bench.server.create("copy", template="raced")
    with bench.server.connect() as conn:
        conn.execute("CHECKPOINT")
    yield "copy"
    bench.server.drop("copy")


def main() -> int:
    """Print raw figures and the closing line; 0 when within the limits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000, help="of the table; 2 and 20 million show how cost grows")
    parser.add_argument("--rate", type=int, default=200, help="transactions a second that are due")
    parser.add_argument("--quiet", type=float, default=3.0, help="seconds before each change")
    parser.add_argument("--rounds", type=int, default=5, help="of the backfill race")
    parser.add_argument("--only", choices=["ours", "naive", "race"], help="one part")
    parser.add_argument("--slow", type=float, default=0.0, help="seconds added to ours: shows that the limits bite")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        changes.write(root)
        proofs = verbs.prove(project.find(root), whole=True, wish=verbs.Wish(options=Options("none")))
        if bad := [(p.revision, p.reasons) for p in proofs if p.verdict != "proven"]:
            raise SystemExit(f"the changes are not proven: {bad}")
        with start(find(), more=SETTINGS) as server:
            bench = Bench(server, root, given.rows, given.rate, given.quiet, given.slow)
            bench.prepare()
            raw: dict[str, list[float]] = {}
            if given.only in (None, "ours"):
                ours(bench)
            if given.only in (None, "naive"):
                naive(bench)
            if given.only in (None, "race"):
                raw = race(bench, given.rounds)
            return report("online", raw, bench.figures, MUST)


if __name__ == "__main__":
    sys.exit(main())
