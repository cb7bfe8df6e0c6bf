"""The journal in the target database. Each row is written in the transaction of what it tells about."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import psycopg

from pgwright.run.refusals import JournalDisagrees, LacksRights, NoJournal, OtherRunner
from pgwright.run.session import Session, holder
from pgwright.run.statements import whole_file
from pgwright.run.unit import RunStep, Unit

KEY = int.from_bytes(sha256(b"pgwright runner").digest()[:8], "big", signed=True)
HIGH, LOW = (KEY >> 32) & 0xFFFFFFFF, KEY & 0xFFFFFFFF  # as pg_locks shows the two halves


@dataclass(frozen=True, slots=True)
class Noted:
    """A unit as the journal knows it."""

    id: int
    revision: str
    direction: str
    parent: str
    digest: str
    kind: str
    steps: int
    state: str
    told: str
    tenant: str = ""


@contextmanager
def alone(session: Session) -> Iterator[None]:
    """The one runner of this database, for the length of the block. Raises OtherRunner.

    A runner that was killed may have left a session that still works; the server ends it within a second or two.
    """
    deadline = time.monotonic() + session.policy.runner_patience
    told = False
    while not session.run("try_lock", key=KEY).fetchone()[0]:  # type: ignore[index]
        found = session.look("lock_holder", high=HIGH, low=LOW)
        if found and time.monotonic() > deadline:
            _, who, since = found[0]
            raise OtherRunner(environment=session.name, who=who, since=since)
        if found and not told:
            session.tell("waiting", f"{found[0][1]} still holds the run", level="note")
            told = True
        time.sleep(random.uniform(0.02, 0.1))
    try:
        yield
    finally:
        if not session.conn.closed and session.conn.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
            session.conn.execute("SELECT pg_advisory_unlock_all()")


def exists(session: Session) -> bool:
    """True when this database has a journal."""
    return bool(session.look("has_journal")[0][0])


def tables() -> str:
    """The journal's SQL, for the guard's installer: in a guarded database nobody else may make it."""
    return whole_file("journal").as_string(None)


def make(session: Session) -> None:
    """Make the journal if it is not there. Raises LacksRights."""
    there = exists(session)
    if there and session.look("has_tenant")[0][0]:
        return
    if session.is_guarded:
        raise NoJournal(environment=session.name)
    try:
        with session.conn.transaction():
            if there:
                session.run("add_tenant")
                return
            session.conn.execute("CREATE SCHEMA IF NOT EXISTS pgwright")
            session.conn.execute(tables().encode())
    except psycopg.errors.InsufficientPrivilege as error:
        raise LacksRights(
            role=session.about.role, revision="the journal", environment=session.name,
            variable=session.address.variable, what=f"create the schema pgwright ({error.diag.message_primary})",
        ) from None  # fmt: skip


def open_unit(session: Session) -> Noted | None:
    """The unit that was begun and not finished."""
    rows = session.look("open_unit")
    return Noted(*rows[0]) if rows else None


def begin(session: Session, unit: Unit) -> int:
    """A new unit; its id."""
    row = session.run(
        "begin_unit", revision=unit.revision, direction=unit.direction, parent=unit.parent, digest=unit.digest,
        kind=unit.kind, steps=len(unit.steps), holder=holder(), tenant=unit.tenant,
    ).fetchone()  # fmt: skip
    assert row is not None
    return int(row[0])


def move(session: Session, unit: int, state: str, told: str = "") -> None:
    """A unit into another state, in the transaction that is open, if one is."""
    session.run("move_unit", unit=unit, state=state, told=told[:2000], holder=holder())


def tell(session: Session, unit: int | None, stage: str, told: str) -> None:
    """One line of the event log."""
    session.run("tell", unit=unit, stage=stage, told=told[:2000])


def steps(session: Session, unit: int) -> dict[int, tuple[str, str]]:
    """{no: (state, digest)} of the steps that the journal knows."""
    return {no: (state, digest) for no, state, digest in session.look("steps", unit=unit)}


def intend(session: Session, unit: int, step: RunStep) -> bool:
    """Say what is about to be done outside of a transaction; True when it had been said before."""
    known = session.run("steps", unit=unit).fetchall()
    session.run("intend", unit=unit, no=step.no, kind=step.kind, digest=step.digest)
    return any(no == step.no for no, _, _ in known)


def did(session: Session, unit: int, step: RunStep) -> None:
    """Say that a step is done, in the transaction of what it did. A step that was done already is a fault of ours."""
    changed = session.run("did", unit=unit, no=step.no, kind=step.kind, digest=step.digest).rowcount
    if changed != 1:
        raise RuntimeError(f"step {step.no} of unit {unit} was done before")


def wishes(session: Session) -> tuple[str, float | None, str]:
    """What the control row says: run, pause or cancel; the duty, if it was set; and why."""
    rows: list[tuple[Any, ...]] = session.look("control")
    wish, duty, why = rows[0] if rows else ("run", None, "")
    return wish, duty, why


def resume(session: Session, heads: tuple[str, ...], of_tenants: Mapping[str, tuple[str, ...]] | None = None) -> None:
    """Compare the journal with the version table before anything runs, and take back a person's earlier stop.

    Raises JournalDisagrees when the version table moved under a unit that is open.
    """
    session.run("wish", wish="run", why="")
    noted = open_unit(session)
    if noted is None:
        return
    heads = (of_tenants or {}).get(noted.tenant, heads)
    there = noted.revision in heads
    if there == (noted.direction == "up"):
        if noted.kind == "whole":
            move(session, noted.id, "done", "the version table says that it came to its end")
            return
        what = f"{noted.revision} is half {_WAY[noted.direction]}, and {', '.join(heads) or 'base'} is recorded"
        remedy = f"Look at pgwright.step of unit {noted.id}; when it is complete, set its state to withdrawn."
        raise JournalDisagrees(environment=session.name, what=what, remedy=remedy)
    session.tell("resume", f"{noted.revision} was left {noted.state}: {noted.told or 'the run ended'}", level="note")


_WAY = {"up": "applied", "down": "undone"}
