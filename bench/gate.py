"""What does the guard cost? On one server, in interleaved rounds, CPU of client and server together.

    verify_ms  one SSH signature verified in the database, milliseconds of CPU      must be <= 10
    ddl_ratio  CREATE TABLE in an approved run at tier T2, through the same without  must be <= 2.5
    dml_ratio  an application's reads and writes in a guarded database, through the same in an unguarded one, <= 1.05

Verification is CPU of the one backend. Both sides of ddl_ratio run as pgwright_owner in the same database, each statement
a transaction of its own; opening the run (once, not per statement) is not counted, its ledger lines are.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
import psycopg

from measure import Limit, cpu_seconds, postmaster, ratio, report, settled
from pgwright.gate import guard
from pgwright.gate.bypass.case import Case
from pgwright.gate.bypass.keygen import Keygen
from pgwright.gate.bypass.play import approved, digests
from pgwright.gate.install import Installer, install
from pgwright.gate.signers import Listed
from pgwright.project.settings import Environment
from pgwright.shadow.binaries import find
from pgwright.shadow.server import Server, start

MUST = {"verify_ms": Limit(10), "ddl_ratio": Limit(2.5), "dml_ratio": Limit(1.05)}
VERIFICATIONS, TABLES, STATEMENTS = 40, 300, 6000
STEPS = tuple(f"CREATE TABLE shop.made_{n} (i integer)" for n in range(TABLES))
Session = psycopg.Connection[tuple[Any, ...]]
UNGUARDED, GUARDED = "bench_unguarded", "bench_guarded"


class Place:
    """The guarded database, as `approved` wants it."""

    schema, app, database = "shop", "app", GUARDED

    def __init__(self, server: Server, keys: Keygen) -> None:
        self.signer = keys
        with server.connect() as conn:
            [(self.cluster,)] = conn.execute("SELECT system_identifier::text FROM pg_control_system()").fetchall()


def connect(server: Server, database: str, user: str) -> Session:
    return psycopg.connect(
        host=server.host, port=server.port, user=user, dbname=database, autocommit=True, prepare_threshold=None
    )


def prepare(server: Server, keys: Keygen) -> None:
    """Two databases of an application's own login; one gets the guard."""
    with server.connect() as conn:
        conn.execute("CREATE ROLE app LOGIN")
    for name in (UNGUARDED, GUARDED):
        server.create(name)
        with server.connect(name) as conn:
            conn.execute("CREATE SCHEMA shop AUTHORIZATION app; SET ROLE app")
            conn.execute(guard.text("scene").format(s="shop").encode())
            conn.execute("RESET ROLE")
    with server.connect(GUARDED) as conn:
        planned = install(Installer(conn, Environment(GUARDED, "staging", "NONE")), [Listed("alice", *keys.public("alice"))])
        assert planned.tier == "T2"


def verification(server: Server, keys: Keygen, slow: float) -> float:
    """Milliseconds of the backend's CPU per verification."""
    text = "format: approval/1\nwhat: x\n" * 5
    signature = keys.sign("alice", text)
    with server.connect(GUARDED) as conn:
        backend = psutil.Process(conn.info.backend_pid)
        before = sum(backend.cpu_times()[:2])
        for _ in range(VERIFICATIONS):
            _burn(slow)
            [(holds,)] = conn.execute("SELECT holds FROM pgwright.signature_verify(%s, %s)", (signature, text)).fetchall()
            assert holds
        return 1000 * (sum(backend.cpu_times()[:2]) - before) / VERIFICATIONS + 1000 * slow


def opened(server: Server, place: Place) -> Session:
    """An approved run of all the steps, open."""
    document, signatures = approved(Case("bench", "opened", (), STEPS), place)
    conn = connect(server, GUARDED, guard.RUNNER)
    with conn.transaction():
        conn.execute("SELECT pgwright.open(%s, %s, %s)", (document, signatures, digests(STEPS)))
        conn.execute("SET ROLE pgwright_owner")
    return conn


def unguarded(server: Server) -> Session:
    """The same role without event triggers."""
    conn = server.connect(GUARDED)
    conn.execute("SET event_triggers = off; SET ROLE pgwright_owner")
    return conn


def create(conn: Session, slow: float = 0.0) -> None:
    """Every step, a transaction each."""
    with conn:
        for step in STEPS:
            _burn(slow)
            conn.execute(step.encode())


def drop(server: Server) -> None:
    """What a round made."""
    with server.connect(GUARDED) as conn:
        conn.execute("SET event_triggers = off")
        for n in range(TABLES):
            conn.execute(f"DROP TABLE IF EXISTS shop.made_{n}".encode())


def work(server: Server, database: str, slow: float) -> None:
    """What an application does: reads, updates, inserts with a foreign key, deletes with a cascade."""
    with connect(server, database, "app") as conn:
        for n in range(STATEMENTS // 4):
            _burn(slow)
            conn.execute("SELECT * FROM shop.orders WHERE user_id = %s", (n % 20,))
            conn.execute("UPDATE shop.users SET name = 'x' WHERE id = %s", (n % 20,))
            conn.execute("INSERT INTO shop.orders (user_id, note) SELECT min(id), 'y' FROM shop.users")
            conn.execute("DELETE FROM shop.orders WHERE note = 'y'")


def timed(process: psutil.Process, database: str, one: Callable[[], None]) -> float:
    """Seconds of CPU of this process and the server."""
    before = cpu_seconds(process)
    one()
    settled(process, database)
    return cpu_seconds(process) - before


def _burn(seconds: float) -> None:
    """CPU, so that a test sees the bench fail."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def main() -> int:
    """Print every figure, then the one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slow", type=float, default=0.0, help="seconds of CPU added to ours, to see the bench fail")
    asked = parser.parse_args()
    count, slow = max(5, asked.rounds), asked.slow
    with TemporaryDirectory() as folder, start(find()) as server:
        keys = Keygen(Path(folder))
        prepare(server, keys)
        place = Place(server, keys)
        with server.connect() as conn:
            process = postmaster(conn)
        raw: dict[str, list[float]] = {name: [] for name in ("verify", "ddl_unguarded", "ddl_guarded", UNGUARDED, GUARDED)}
        for number in range(count + 1):
            done = {"verify": verification(server, keys, slow) / 1000}
            for name in ("ddl_unguarded", "ddl_guarded"):
                session = opened(server, place) if name == "ddl_guarded" else unguarded(server)
                ours = slow / 10 if name == "ddl_guarded" else 0.0
                done[name] = timed(process, GUARDED, lambda one=session, ours=ours: create(one, ours))  # type: ignore[misc]
                drop(server)
            for name in (UNGUARDED, GUARDED):
                ours = slow / 100 if name == GUARDED else 0.0
                done[name] = timed(process, name, lambda name=name, ours=ours: work(server, name, ours))  # type: ignore[misc]
            for name, seconds in done.items():
                raw[name] += [seconds] if number else []
    figures = {
        "verify_ms": 1000 * sorted(raw["verify"])[count // 2],
        "ddl_ratio": ratio(raw, "ddl_guarded", "ddl_unguarded"),
        "dml_ratio": ratio(raw, GUARDED, UNGUARDED),
    }
    return report("gate", raw, figures, MUST)


if __name__ == "__main__":
    sys.exit(main())
