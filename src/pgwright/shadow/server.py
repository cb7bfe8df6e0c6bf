"""A throw-away PostgreSQL: started from an image in some 20 ms, gone with its owner however that ends.

No port, no password: one Unix socket in a folder of mode 0700 is the only way in. The server is started directly
(pg_ctl waits in steps of 100 ms) and is ready when the eighth line of postmaster.pid says so
(PostgreSQL documentation, Database File Layout; src/include/utils/pidfile.h).
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from pgwright.errors import Refusal
from pgwright.event import OnEvent, silent
from pgwright.project.lost import is_lost
from pgwright.shadow import base, image, settings
from pgwright.shadow.account import Account, dropped, server_account
from pgwright.shadow.binaries import Binaries
from pgwright.shadow.extensions import StandIns, lay_out
from pgwright.shadow.relocated import reachable
from pgwright.shadow.runtime import Runtime, claim
from pgwright.shadow.spawn import Child
from pgwright.shadow.statements import statement

PORT = 5432  # part of the socket's name only
STATUS_LINE = 7  # LOCK_FILE_LINE_PM_STATUS, counted from 0
POLL = 0.002
UNTRACED = "-c log_statement=none -c log_duration=off"
PATIENCE = 60.0
ROOM = 16 << 20  # bytes of a segment of WAL: with less, the server cannot go on
ENDING = 15.0  # seconds; after a crash the postmaster waits 5 of them, and kills what is left (SIGKILL_CHILDREN_AFTER_SECS)
TELLING = ("FATAL:", "PANIC:", "was terminated by signal", "could not", "error while loading")


class DidNotStart(Refusal):
    """
    The shadow server ({source}) did not start: {why}
    Try another server: pgwright pg install {major}, or --pg-bin.
    """

    code = "PW-SHADOW-11"


class ServerDied(Refusal):
    """
    The shadow server ({source}) died while it was in use: {why}
    Run the same command again. When it dies again, look for a full disk, a lack of memory, or a C function in the extensions.
    """

    code = "PW-SHADOW-12"


class Server:
    """A running throw-away PostgreSQL. Made by `start`; after `stop` its data can become an image."""

    user = "postgres"
    port = PORT
    password: str | None = None

    def __init__(self, binaries: Binaries, runtime: Runtime, child: Child, stand_ins: StandIns) -> None:
        self.host = str(runtime.sockets)
        self.data, self.log = runtime.data, runtime.log
        self.bin, self.env = binaries.bin, binaries.env
        self.version, self.source = binaries.version, binaries.source
        self.shims = stand_ins.names
        self._child = child
        self._idle: list[psycopg.Connection[tuple[Any, ...]]] = []

    @property
    def major(self) -> int:
        return self.version // 10000

    @property
    def pid(self) -> int:
        return self._child.process.pid

    @property
    def is_alive(self) -> bool:
        return self._child.process.poll() is None

    def connect(self, dbname: str = "postgres", *, autocommit: bool = True) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection as superuser. Raises ServerDied when there is no server any more."""
        return self._connected(dbname, autocommit, "")

    def quietly(self, dbname: str) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection that does not show in the trace."""
        return self._connected(dbname, True, UNTRACED)

    def create(self, name: str, template: str | None = None) -> None:
        """Make a database, a copy of `template` (default: empty). Nobody may be connected to the template."""
        named = "create" if self.major >= 15 else "create_before_15"
        self.execute(statement(named, name=sql.Identifier(name), template=sql.Identifier(template or "template1")))

    def drop(self, name: str) -> None:
        """Drop a database if it is there, whoever is connected to it."""
        self.execute(statement("drop", name=sql.Identifier(name)))

    def rename(self, name: str, new: str) -> None:
        """Rename a database that nobody is connected to."""
        self.execute(statement("rename", name=sql.Identifier(name), new=sql.Identifier(new)))

    def name(self, wanted: str) -> str:
        """The name to use for a database here: on a server of our own, the wanted one."""
        return wanted

    def drop_roles(self, roles: Collection[str]) -> None:
        """Remove roles, which outlive the databases that they were made for."""
        for role in sorted(roles):
            self.execute(statement("drop_role", name=sql.Identifier(role)))

    def client(self, dbname: str) -> tuple[list[str], dict[str, str]] | None:
        """The server's own psql as a command, and its environment; None where the binaries bring none."""
        psql = self.bin / "psql"
        command = [str(psql), "-h", self.host, "-p", str(PORT), "-U", self.user, "-d", dbname]
        return (command, self.env) if psql.exists() else None

    def execute(self, query: sql.Composed) -> list[tuple[Any, ...]]:
        """Run housekeeping on a connection that is kept for it and does not show in the trace. Safe from any thread."""
        try:
            conn = self._idle.pop()
        except IndexError:
            conn = self.quietly("postgres")
        try:
            cursor = conn.execute(query)
            return cursor.fetchall() if cursor.description else []
        except psycopg.OperationalError as error:
            self.require_alive(error)
            raise
        finally:
            if not conn.closed:
                self._idle.append(conn)

    def require_alive(self, cause: BaseException | None = None, *, lost: bool = False) -> None:
        """Raise ServerDied when the server has gone, or is going because one of its processes crashed.

        `lost` says that somebody else's session was cut off, as `cause` may say of one of ours.
        """
        if self._ended(lost or is_lost(cause)):
            raise ServerDied(source=self.source, why=self._why()) from cause

    def stop(self) -> None:
        """Shut down cleanly: what `data` holds then can be stored as an image. Nothing happens to an ended server."""
        while self._idle:
            self._idle.pop().close()
        self._end(signal.SIGINT)

    def discard(self) -> None:
        """End at once, without writing anything down."""
        self._end(signal.SIGQUIT)

    def _connected(self, dbname: str, autocommit: bool, options: str) -> psycopg.Connection[tuple[Any, ...]]:
        try:
            return psycopg.connect(
                host=self.host, port=PORT, user=self.user, dbname=dbname, autocommit=autocommit, options=options
            )
        except psycopg.OperationalError as error:
            self.require_alive(error)
            raise

    def _ended(self, lost: bool) -> bool:
        """A client knows of a crash before the postmaster does, and its end takes a moment: then the moment decides."""
        if not self.is_alive:
            return True
        if not lost and (self.data / "postmaster.pid").exists() and _answers(self.host):
            return False
        try:
            self._child.process.wait(ENDING)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _end(self, how: signal.Signals) -> None:
        process = self._child.process
        if process.poll() is None:
            process.send_signal(how)
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
        self._child.reap()

    def _why(self) -> str:
        code = self._child.process.returncode
        fate = f"signal {signal.Signals(-code).name}" if code is not None and code < 0 else f"exit status {code}"
        return f"{fate}{_reason(self.log)}{_full(self.data)}"


@contextmanager
def start(
    binaries: Binaries,
    *,
    image: Path | None = None,
    trace: bool = False,
    shims: Path | None = None,
    more: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
    on_event: OnEvent = silent,
) -> Iterator[Server]:
    """A server for the length of the block, from `image` (a data directory that `image.nearest` gave) or from empty.

    With `trace` everything that it does goes to its log. `shims` is a folder with `extension/` of the user's own
    stand-ins, `more` further settings, `patience` the seconds until it must be ready. A psycopg error in the block
    becomes ServerDied when the server died of it.
    """
    account = server_account()
    usable = reachable(binaries, account)
    with claim(account) as runtime:
        _lay_data(usable, runtime, account, image, on_event)
        stand_ins = lay_out(usable, runtime.shims, shims)
        server = Server(
            usable, runtime, _launch(usable, runtime, account, trace, stand_ins.settings | dict(more or {})), stand_ins
        )
        owner = os.getpid()
        try:
            _wait_until_ready(server, patience)
            yield server
        except psycopg.OperationalError as error:
            server.require_alive(error)
            raise
        finally:
            if os.getpid() == owner:
                server.discard()


def _lay_data(
    binaries: Binaries, runtime: Runtime, account: Account | None, source: Path | None, on_event: OnEvent
) -> None:
    if source is None:
        base.lay(binaries, runtime.data, account, on_event)
    else:
        image.copy(source, runtime.data, account)


def _launch(binaries: Binaries, runtime: Runtime, account: Account | None, trace: bool, more: dict[str, str]) -> Child:
    """The log is opened here, with mode 0600, and handed over: revisions may carry secrets, so it stays ours."""
    log = os.open(runtime.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        return Child(
            [str(binaries.bin / "postgres"), "-D", str(runtime.data), "-k", str(runtime.sockets), "-p", str(PORT),
             *settings.arguments(binaries.major, trace, more)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=binaries.env, **dropped(account),
        )  # fmt: skip
    finally:
        os.close(log)


def _wait_until_ready(server: Server, patience: float) -> None:
    deadline = time.monotonic() + patience
    while _status(server.data) != "ready":
        if not server.is_alive or time.monotonic() > deadline:
            why = server._why() if not server.is_alive else f"it was not ready after {patience:.0f} s"
            raise DidNotStart(source=server.source, major=server.major, why=why)
        time.sleep(POLL)


def _status(data: Path) -> str:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return ""
    return lines[STATUS_LINE].strip() if len(lines) > STATUS_LINE else ""


def _answers(folder: str) -> bool:
    """Whether it takes sessions. One that is shutting down still listens, and refuses them."""
    return PGconn.ping(make_conninfo(host=folder, port=PORT).encode()) == Ping.OK


def _reason(log: Path) -> str:
    """The server's last words about itself. Statements are left out: they may carry secrets."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    told = [
        line
        for line in lines
        if any(word in line for word in TELLING) and "statement:" not in line and line[:1] != "\t"
    ]
    told = [line for line in told if "PANIC:" in line] or told
    return f" ({told[-1].rpartition('@@ ')[2].strip()})" if told else ""


def _full(data: Path) -> str:
    """A log on the same disk may lack the line that says it: the disk is asked."""
    try:
        disk = os.statvfs(data)
    except OSError:
        return ""
    return f"; less than {ROOM >> 20} MB are left on its disk" if disk.f_bavail * disk.f_frsize < ROOM else ""
