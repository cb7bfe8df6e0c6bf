"""`pgwright gate doctor`: is the guard as it was laid, and does it hold here? The bypass matrix is played on the user's
own server, in a schema of its own, in one transaction that is rolled back.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import psycopg

from pgwright.event import Event, OnEvent, silent
from pgwright.gate import guard, state, tiers
from pgwright.gate.bypass import CASES
from pgwright.gate.bypass.case import Case, Who
from pgwright.gate.bypass.keygen import SOFTWARE, Keygen
from pgwright.gate.bypass.play import NOT_TRIED, NotHere, play
from pgwright.gate.bypass.table import read_table
from pgwright.gate.guard import Connection
from pgwright.gate.guard_refusals import NotGuarded
from pgwright.gate.install import is_guarded
from pgwright.gate.state import Check
from pgwright.gate.statements import statement
from pgwright.project.address import Address

SCHEMA, APP, MASTER = "pgwright_doctor", "pgwright_doctor_app", "pgwright_doctor_master"
LOGINS: dict[Who, str] = {"app": APP, "runner": guard.RUNNER, "opened": guard.RUNNER, "master": MASTER, "superuser": ""}


@dataclass(frozen=True, slots=True)
class Row:
    """One case: what came of it here, and what is documented for this tier and major. `-`: it was not tried."""

    case: str
    found: str
    documented: str

    @property
    def differs(self) -> bool:
        """True when this database is not as documented."""
        return self.found not in (NOT_TRIED, self.documented)


@dataclass(frozen=True, slots=True)
class Health:
    """What the doctor found."""

    environment: str
    tier: str
    major: int
    promise: str
    gaps: tuple[str, ...]
    checks: tuple[Check, ...]
    rows: tuple[Row, ...]
    not_played: str = ""  # why no case was
    format: str = "gate-doctor/1"

    @property
    def is_well(self) -> bool:
        """True when nothing is wrong and every row is as documented."""
        return not any(one.level == "bad" for one in self.checks) and not any(row.differs for row in self.rows)


def examine(address: Address, on_event: OnEvent = silent) -> Health:
    """Look, then play. Raises NotGuarded and Unreachable; leaves nothing behind."""
    with address.session("gate") as conn:
        return examined(conn, address.name, on_event)


def examined(
    conn: Connection, environment: str, on_event: OnEvent = silent, cases: Sequence[Case] = CASES
) -> Health:
    """The same on an open session in autocommit, and perhaps not with all cases."""
    if not is_guarded(conn):
        raise NotGuarded(environment=environment)
    [(_, tier, _, _, _)] = conn.execute(statement("guard")).fetchall()
    [(login, is_superuser, *_)] = conn.execute(statement("me")).fetchall()
    major = conn.info.server_version // 10000
    claim = tiers.claim(tier, major)
    found = tuple(state.checks(conn))
    rows: tuple[Row, ...] = ()
    why = "" if is_superuser else f"{login} cannot speak as other logins; a superuser can (--admin-env)"
    if is_superuser:
        try:
            rows = _played(conn, tier, major, on_event, cases)
        except FileNotFoundError:
            why = "there is no ssh-keygen here to make throw-away keys"
    return Health(environment, tier, major, claim.promise, claim.gaps, found, rows, why)


def _played(
    conn: Connection, tier: str, major: int, on_event: OnEvent, cases: Sequence[Case]
) -> tuple[Row, ...]:
    table = read_table()
    with tempfile.TemporaryDirectory() as folder, conn.transaction(force_rollback=True):
        scene = Stage(conn, Keygen(Path(folder)))
        rows = []
        for number, case in enumerate(cases, 1):
            found = NOT_TRIED if case.wide or case.alone else play(case, scene)
            rows.append(Row(case.id, found, table[case.id, tier].at(major)))
            on_event(Event("case", case.id, done=number, total=len(cases), level="bad" if rows[-1].differs else "step"))
        return tuple(rows)


class Stage:
    """A scene inside one transaction: roles, tables and signers that nobody else ever sees."""

    schema, app = SCHEMA, APP

    def __init__(self, conn: Connection, signer: Keygen) -> None:
        self.conn, self.signer = conn, signer
        [(_, _, _, _, self.database, self.cluster, _)] = conn.execute(statement("me")).fetchall()
        conn.execute("SET LOCAL lock_timeout = '2s'")
        conn.execute("UPDATE pgwright.guard SET exempt = exempt || session_user::text, quorum = 1, suspended = NULL")
        conn.execute(f"CREATE ROLE {APP}; CREATE ROLE {MASTER} CREATEROLE CREATEDB".encode())
        conn.execute(f"CREATE SCHEMA {SCHEMA} AUTHORIZATION {guard.OWNER}".encode())
        conn.execute(f"UPDATE pgwright.guard SET exempt = exempt || '{guard.OWNER}'::text".encode())
        with guard.acting(conn, guard.OWNER):
            for name in ("scene", "scene_rights"):
                conn.execute(guard.text(name).format(s=SCHEMA, app=APP).encode())
        for name in SOFTWARE:
            if name != "evil":
                person = f"{name.removesuffix('2')}"
                conn.execute("SELECT pgwright.list_signer(%s, %s, %s, false)", (person, *signer.public(name)))
        conn.execute(
            "UPDATE pgwright.guard SET exempt = array_remove(array_remove(exempt, session_user::text), %s)", (guard.OWNER,)
        )

    @contextmanager
    def login(self, who: Who) -> Iterator[Connection]:
        """The one session, speaking as that login until the end of the block; then everything is as before."""
        self.conn.execute("SAVEPOINT one_case")
        try:
            if LOGINS[who]:
                self.conn.execute(f"SET LOCAL SESSION AUTHORIZATION {LOGINS[who]}".encode())
            yield self.conn
        finally:
            with suppress(psycopg.Error):
                self.conn.execute("ROLLBACK TO one_case")
                self.conn.execute("DEALLOCATE ALL")

    def alone(self) -> NoReturn:
        """There is no other database here."""
        raise NotHere


def differing(health: Health) -> tuple[Row, ...]:
    """The rows that are not as documented."""
    return tuple(row for row in health.rows if row.differs)


