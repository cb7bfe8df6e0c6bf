"""Steering a run from another terminal: the control row, and what the journal says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from psycopg import sql

from pgwright.project.address import Address
from pgwright.run import journal, stamp
from pgwright.run.session import Session, opened

Wish = Literal["run", "pause", "cancel"]


@dataclass(frozen=True, slots=True)
class UnitState:
    """The unit in hand, or the last one."""

    revision: str
    direction: str
    kind: str
    state: str
    told: str
    steps: int
    done: int
    rows: int = 0
    batches: int = 0
    share: float = 0.0  # of the backfill's ranges that are behind the cursor
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class RunState:
    """What the journal of a database says."""

    environment: str
    unit: UnitState | None
    wish: str
    duty: float | None
    why: str
    runner: str = ""  # who holds the run at the moment
    invalid_indexes: tuple[str, ...] = ()
    tenants: tuple[tuple[str, tuple[str, ...]], ...] = ()  # where several version tables are: schema, what it records
    format: str = "run-status/1"

    @property
    def half_migrated(self) -> bool:
        """True when tenants do not all record the same."""
        return len({heads for _, heads in self.tenants}) > 1


def state(address: Address) -> RunState:
    """Where a run stands; changes nothing. Raises Unreachable."""
    with opened(address) as session:
        invalid = tuple(row[0] for row in session.look("invalid_indexes"))
        if not journal.exists(session):
            return RunState(session.name, None, "run", None, "", invalid_indexes=invalid, tenants=_tenants(session))
        wish, duty, why = journal.wishes(session)
        found = session.look("lock_holder", high=journal.HIGH, low=journal.LOW)
        return RunState(session.name, _unit(session), wish, duty, why, found[0][1] if found else "", invalid, _tenants(session))


def _tenants(session: Session) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found = session.look("version_tables")
    if len(found) < 2:
        return ()
    return tuple((schema, stamp.heads(session.watch, sql.Identifier(schema, name).as_string(None))) for schema, name in found)


def _unit(session: Session) -> UnitState | None:
    rows = session.look("open_unit") or session.look("last_unit")
    if not rows:
        return None
    noted = journal.Noted(*rows[0])
    done = sum(found == "done" for found, _ in journal.steps(session, noted.id).values())
    [(rows_done, batches, share)] = session.look("walked", unit=noted.id)
    return UnitState(
        noted.revision, noted.direction, noted.kind, noted.state, noted.told, noted.steps, done, rows_done, batches, share,
        noted.tenant,
    )


def wish(address: Address) -> tuple[str, str]:
    """(run | pause | cancel, why) as somebody asked for it; `run` where no journal is."""
    with opened(address) as session:
        if not journal.exists(session):
            return "run", ""
        asked, _, why = journal.wishes(session)
        return asked, why


def ask(address: Address, wish: Wish, why: str = "") -> RunState:
    """Say that the run shall pause, stop or go on. It obeys between two batches or steps, and while it waits."""
    with opened(address) as session:
        journal.make(session)
        session.run("wish", wish=wish, why=why)
    return state(address)


def throttle(address: Address, duty: float, why: str = "") -> RunState:
    """Set the share of time that a backfill works, from the next batch on."""
    with opened(address) as session:
        journal.make(session)
        session.run("throttle", duty=duty, why=why)
    return state(address)
