"""Kill at a point, resume, compare: the state must be the one that a run without a kill ends in."""

from __future__ import annotations

import multiprocessing.process
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import full
import killed
import psycopg
import story
from crash import Crashing
from cut import When, Wire
from psycopg import sql
from writers import Writer

from pgwright.project.address import address_of
from pgwright.project.settings import read_settings
from pgwright.run.steer import RunState, state
from pgwright.schema.catalog import capture
from pgwright.schema.fingerprint import fingerprint
from pgwright.shadow.server import Server

_numbers = count(1)
LIMIT = 120.0  # seconds for one run: a matrix must not hang


@dataclass
class Stage:
    """A server, the proven project, and per revision what a run of it passes."""

    server: Server
    root: Path
    context: ForkServerContext
    points: dict[str, int] = field(default_factory=dict)  # revision: how many points a run of it has
    commits: dict[str, int] = field(default_factory=dict)
    reference: dict[str, str] = field(default_factory=dict)  # revision: fingerprint after it
    stopped: dict[str, int] = field(default_factory=dict)  # revision: how many of its runs a full disk ended

    def prepare(self) -> None:
        """One template database per revision, each the state before it; points and commits counted on the way."""
        self.server.create("at_base")
        for before, name in zip(story.ORDER, story.ORDER[1:], strict=False):
            with self.fresh(before) as database:
                told, wire = self.names(), Wire(Path(tempfile.mkdtemp()), self.socket, "never", 0)
                assert self.run(self.url(database, wire.folder), name, "finish", 0, told) == 0, told.read_text()
                wire.close()
                self.points[name], self.commits[name] = len(told.read_text().splitlines()), wire.commits
                self.reference[name] = self.fingerprint(database)
                if name == "start":
                    self.fill(database)
                self.server.create(f"at_{name}", template=database)

    def fill(self, database: str) -> None:
        """The rows that the application starts with."""
        with self.server.connect(database) as conn:
            conn.execute("INSERT INTO orders (customer_id, note) SELECT 1 + g %% 100, md5(g::text) "
                         "FROM generate_series(1, %s) g", (story.ROWS,))  # fmt: skip
            conn.execute("VACUUM ANALYZE orders")

    @property
    def socket(self) -> str:
        return f"{self.server.host}/.s.PGSQL.{self.server.port}"

    def url(self, database: str, folder: Path | None = None) -> str:
        """The address, past a wire that may be cut where one is given."""
        host, port = (folder, 5432) if folder else (self.server.host, self.server.port)
        return f"postgresql://postgres@/{database}?host={host}&port={port}"

    def names(self) -> Path:
        """A file for the names of the points."""
        return Path(tempfile.mkstemp(prefix="points")[1])

    @contextmanager
    def fresh(self, before: str, space: str = "") -> Iterator[str]:
        """A copy of the database as it was after a revision, in that tablespace."""
        name = f"kill_{next(_numbers)}"
        if space:  # copied through the WAL: files cannot be cloned to another filesystem
            parts = [sql.Identifier(part) for part in (name, f"at_{before}", space)]
            self.server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} TABLESPACE {}").format(*parts))
        else:
            self.server.create(name, template=f"at_{before}")
        try:
            yield name
        finally:
            self.server.drop(name)

    def run(self, url: str, to: str, how: killed.How, at: int, told: Path, more: tuple[int, str] = (0, "")) -> int:
        """One run in a process of its own; its exit status, negative for a signal."""
        arguments = (str(self.root), url, to, how, at, str(told), more)
        process: multiprocessing.process.BaseProcess = self.context.Process(target=killed.run, args=arguments)  # type: ignore[attr-defined]
        process.start()
        process.join(LIMIT)
        if process.exitcode is None:
            process.kill()
            raise TimeoutError(f"{how} at {at} of {to}: {told.read_text()}")
        return process.exitcode

    def fingerprint(self, database: str) -> str:
        with self.server.connect(database) as conn:
            return fingerprint(capture(conn, once=True).schema)

    def killed_and_resumed(self, name: str, how: killed.How, at: int, turn: int = 0) -> str:
        """What is wrong after a kill at one point and a second run; empty when nothing is."""
        before = story.ORDER[story.ORDER.index(name) - 1]
        with self.fresh(before) as database:
            url = self.url(database)
            with self.application(url, name, at + 1000 * turn) as writer:
                told = self.names()
                status = self.run(url, name, how, at, told)
                if how == "sigkill" and status != -9:
                    return f"{name} {at}: not killed, {status}: {told.read_text()}"
                wrong = self.judged(database, name, f"{how} at {at} ({_last(told)})")
            return wrong or accounted(url, writer)

    def cut_and_resumed(self, name: str, when: When, at: int, turn: int = 0) -> str:
        """The same with a wire that is cut in the n-th COMMIT."""
        before = story.ORDER[story.ORDER.index(name) - 1]
        folder = Path(tempfile.mkdtemp())
        with self.fresh(before) as database:
            wire = Wire(folder, self.socket, when, at)
            with self.application(self.url(database), name, at + 1000 * turn) as writer:
                told = self.names()
                self.run(self.url(database, folder), name, "finish", 0, told)
                wire.close()
                shutil.rmtree(folder)
                wrong = self.judged(database, name, f"{when} commit {at} ({_last(told)})")
            return wrong or accounted(self.url(database), writer)

    def crashed_and_resumed(self, name: str, at: int, crashing: Crashing, turn: int = 0) -> str:
        """The same when the whole server dies at that point."""
        before = story.ORDER[story.ORDER.index(name) - 1]
        with self.fresh(before) as database:
            with self.application(self.url(database), name, at + 1000 * turn) as writer:
                told = self.names()
                self.run(self.url(database), name, "postmaster", at, told, (crashing.pid, ""))
                crashing.restart()
                wrong = self.judged(database, name, f"server at {at} ({_last(told)})")
            return wrong or accounted(self.url(database), writer)

    def filled_and_resumed(self, name: str, at: int, disk: Path, left: int, turn: int = 0) -> str:
        """The same when the disk is full from that point on, but for `left` bytes, and has room again before the second run."""
        before = story.ORDER[story.ORDER.index(name) - 1]
        with self.fresh(before, "small") as database:
            with self.application(self.url(database), name, at + 1000 * turn, "53") as writer:
                told = self.names()
                status = self.run(self.url(database), name, "full", at, told, (left, str(disk)))
                where = f"{left} bytes from {at} on ({_last(told)})"
                unit = self.state(database).unit
                full.make_room(disk)
                if status not in (0, 11) or unit is None or (status == 11) != (unit.state == "failed"):
                    return f"{name}, {where}: ended with {status}, {unit}: {told.read_text()[-600:]}"
                self.stopped[name] = self.stopped.get(name, 0) + (status == 11)
                wrong = self.judged(database, name, where)
            return wrong or accounted(self.url(database), writer)

    @contextmanager
    def application(self, url: str, name: str, seed: int, passing: str = "08") -> Iterator[Writer | None]:
        """Writers where there is a table to write to; errors of the class `passing` are not our doing."""
        if name == "start":
            yield None
            return
        with Writer(url, seed, story.ROWS, passing) as writer:
            yield writer

    def judged(self, database: str, name: str, where: str) -> str:
        """Resume, and compare with the run that was not killed. An invalid index must have been told in between."""
        with self.server.connect(database) as conn:
            invalid = [r[0] for r in conn.execute("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")]
        if invalid and not self.told_invalid(database):
            return f"{name}, {where}: invalid and not told: {invalid}"
        told = self.names()
        status = self.run(self.url(database), name, "finish", 0, told)
        if status:
            return f"{name}, {where}: the second run ended with {status}: {told.read_text()[-600:]}"
        if self.fingerprint(database) != self.reference[name]:
            return f"{name}, {where}: the catalog differs"
        with self.server.connect(database) as conn:
            return _left_over(conn, f"{name}, {where}")

    def told_invalid(self, database: str) -> tuple[str, ...]:
        """What `pgwright run status` says about invalid indexes."""
        return self.state(database).invalid_indexes

    def state(self, database: str) -> RunState:
        """What `pgwright run status` says."""
        return state(address_of(read_settings(self.root), "dev", {"TARGET_URL": self.url(database)}))


def _last(told: Path) -> str:
    lines = told.read_text().splitlines()
    return lines[-1] if lines else "before the first point"


def _left_over(conn: psycopg.Connection[Any], where: str) -> str:
    """The journal says done, exactly once, and no index is invalid."""
    checks = (
        ("SELECT count(*) FROM pg_index WHERE NOT indisvalid", "invalid indexes"),
        ("SELECT count(*) FROM pgwright.unit WHERE state <> 'done'", "units that are not done"),
        ("SELECT count(*) FROM pgwright.step WHERE state <> 'done'", "steps that are not done"),
        ("SELECT count(*) FROM pgwright.cursor WHERE next < high", "cursors that are not at their end"),
    )
    for query, what in checks:
        row = conn.execute(query.encode()).fetchone()
        if row and row[0]:
            return f"{where}: {row[0]} {what}"
    return ""


ACCOUNT = """
SELECT (SELECT count(*) FROM orders) - (SELECT coalesce(sum(rows), 0) FROM app_log),
       (SELECT sum(customer_id) FROM orders) - (SELECT coalesce(sum(delta), 0) FROM app_log)
"""
BOTH = "SELECT count(*) FROM information_schema.columns WHERE column_name = 'customer_big'"
APART = "SELECT count(*) FROM orders WHERE customer_big IS NOT NULL AND customer_big <> customer_id"


def accounted(url: str, writer: Writer | None) -> str:
    """Rows and sums against the account that the application kept; what it saw go wrong."""
    if writer is None:
        return ""
    if writer.errors:
        return f"the application saw {writer.errors[:2]}"
    base = sum(1 + g % 100 for g in range(1, story.ROWS + 1))
    with psycopg.connect(url) as conn:
        row = conn.execute(ACCOUNT).fetchone()
        both = conn.execute(BOTH).fetchone()
        apart = conn.execute(APART).fetchone() if both and both[0] else (0,)
    if row is None or apart is None or (int(row[0]), int(row[1]), apart[0]) != (story.ROWS, base, 0):
        return f"rows and sum are {row}, not {(story.ROWS, base)}; {apart} rows differ between old and new column"
    return ""
