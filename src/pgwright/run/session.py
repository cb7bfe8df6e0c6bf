"""What a run holds: the session that changes things, a second one that looks, and what they belong to."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from pgwright.event import Event, OnEvent, silent
from pgwright.gate.guard import OWNER
from pgwright.project.address import Address, Connection, said
from pgwright.project.lost import is_lost
from pgwright.project.refusals import Hindered
from pgwright.run.policy import Policy
from pgwright.run.refusals import Disconnected, InRecovery, NoRoomLeft, Pooled
from pgwright.run.statements import statement

RUNNER = "pgwright run"
# A server notices a client that died only when it writes to it; with this, also while it builds an index for an hour
# (PostgreSQL documentation, client_connection_check_interval). The others keep a role's own settings out.
_OWN = """SET client_connection_check_interval = '1s'; SET statement_timeout = 0; SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = '60s'; SET client_min_messages = warning"""


@dataclass(frozen=True, slots=True)
class About:
    """What the server says about itself."""

    identifier: str
    database: str
    role: str
    recovering: bool
    pid: int
    version: int

    @property
    def major(self) -> int:
        return self.version // 10000


@dataclass(slots=True)
class Session:
    """A run's two sessions. `point` is called wherever a kill could come: tests end the process there."""

    address: Address
    conn: Connection
    watch: Connection
    about: About
    policy: Policy = field(default_factory=Policy)
    on_event: OnEvent = silent
    point: Callable[[str], None] = lambda name: None
    stopping: Callable[[], bool] = lambda: False
    is_guarded: bool = False

    @property
    def owner(self) -> str:
        """The role that the steps are run as."""
        return OWNER if self.is_guarded else self.about.role

    @property
    def name(self) -> str:
        """The environment's name."""
        return self.address.name

    def run(self, named: str, **parts: object) -> psycopg.Cursor[tuple[Any, ...]]:
        """A named statement on the changing session."""
        return self.conn.execute(statement(named, **parts), prepare=False)

    def look(self, named: str, **parts: object) -> list[tuple[Any, ...]]:
        """A named query on the looking session."""
        return self.watch.execute(statement(named, **parts), prepare=False).fetchall()

    def ask(self, query: sql.SQL | sql.Composed) -> list[tuple[Any, ...]]:
        """A query about rows: in a guarded database only the session that holds the approval may read them."""
        conn = self.conn if self.is_guarded else self.watch
        return conn.execute(query, prepare=False).fetchall()

    def tell(self, stage: str, text: str, *, done: int = 0, total: int = 0, level: str = "step") -> None:
        """Say what happens."""
        self.on_event(Event(stage, text, done, total, level))  # type: ignore[arg-type]

    def own_settings(self) -> None:
        """The settings that a run wants of its session, over whatever role or revision had set."""
        self.conn.execute(_OWN)

    def local_timeout(self, seconds: float) -> None:
        """How long the statements of this transaction may wait for a lock."""
        self.conn.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(f"{max(1, round(seconds * 1000))}ms")))


def holder() -> str:
    """Who runs, for the journal: the process and its machine."""
    return f"process {os.getpid()} on {socket.gethostname()}"


@contextmanager
def opened(
    address: Address,
    policy: Policy | None = None,
    on_event: OnEvent = silent,
    point: Callable[[str], None] = lambda name: None,
    stopping: Callable[[], bool] = lambda: False,
) -> Iterator[Session]:
    """Both sessions for the length of the block. Raises Unreachable, Pooled, InRecovery, NoRoomLeft, Disconnected, Hindered."""
    with address.connect("run") as conn, address.connect("watch") as watch:
        try:
            about = _about(conn)
            if conn.info.backend_pid != about.pid:
                raise Pooled(environment=address.name, variable=address.variable)
            if about.recovering:
                raise InRecovery(environment=address.name, variable=address.variable)
            session = Session(address, conn, watch, about, policy or Policy(), on_event, point, stopping)
            session.is_guarded = bool(session.look("guarded")[0][0])
            session.own_settings()
            yield session
        except psycopg.errors.DiskFull as error:
            raise NoRoomLeft(environment=address.name, message=error.diag.message_primary) from error
        except psycopg.Error as error:
            if conn.closed or watch.closed or is_lost(error):
                raise Disconnected(environment=address.name, why=said(error)) from error
            if isinstance(error, psycopg.OperationalError):
                raise Hindered(environment=address.name, why=said(error)) from error
            raise


def _about(conn: Connection) -> About:
    try:
        row = conn.execute(statement("about")).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        row = conn.execute(statement("about_without_control")).fetchone()
    assert row is not None
    return About(*row)
