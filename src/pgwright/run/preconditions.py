"""What must hold before anything is changed. Each refusal names what is wrong and what to do."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import psycopg

from pgwright.run.control import is_closed
from pgwright.run.locks import quoted
from pgwright.run.refusals import LacksRights, OtherMajor, OutsideWindow, TooLittleDisk
from pgwright.run.session import Session
from pgwright.run.unit import Unit
from pgwright.run.walk import members

# Locks of statements that only the owner may send; a foreign key locks the other table too, without owning it.
OWNED = frozenset({"AccessExclusiveLock", "ShareLock", "ShareUpdateExclusiveLock"})
LONG = 60.0  # seconds from which on a transaction is worth a word
MARGIN = 1.1


def require(session: Session, units: Sequence[Unit]) -> None:
    """Raises the first refusal, in the order in which a person would want to know; what only slows is told."""
    if units and is_closed(session):
        window = session.address.environment.window
        raise OutsideWindow(environment=session.name, window=window.text if window else "")
    for unit in units:
        _same_major(session, unit)
        _rights(session, unit)
    if "disk" not in session.policy.ignore:
        _disk(session, units)
    for pid, application, age in session.look("long_transactions", longer=LONG):
        text = f"{application} (process {pid}) has had a transaction open for {age:.0f} s"
        session.tell("long-transaction", f"{text}: locks and index builds may wait for it", level="note")
    lag = session.look("load")[0][0]
    if lag > session.policy.replica_lag:
        session.tell("replica", f"a replica is {lag:.0f} s behind already", level="note")


def _same_major(session: Session, unit: Unit) -> None:
    versions = dict(unit.proof.identity.versions) if unit.proof.identity else {}
    proven = int(versions.get("server", session.about.version)) // 10000
    if proven != session.about.major:
        raise OtherMajor(revision=unit.revision, environment=session.name, proven=proven, seen=session.about.major)


def _rights(session: Session, unit: Unit) -> None:
    """Owner of what is altered, UPDATE on what is filled; what the server finds beyond that it says itself."""
    locks = {lock for step in unit.steps for m in step.messages if m.line is not None for lock in m.locks if lock.mode in OWNED}
    names = sorted({quoted(lock.relation) for lock in locks if not lock.relation.startswith("pg_toast.")})
    lacking = [f"{name} belongs to {owner}" for name, owner in session.look("not_ours", names=names, role=session.owner)]
    if unit.kind == "backfill" and unit.literal is not None:
        table = str(unit.literal["table"])
        if session.look("may_not_update", table=table, role=session.owner)[0][0]:
            lacking.append(f"UPDATE {table}")
    if lacking:
        raise LacksRights(
            role=session.owner, revision=unit.revision, environment=session.name, what="; ".join(lacking),
            variable=session.address.variable,
        )  # fmt: skip


def _disk(session: Session, units: Sequence[Unit]) -> None:
    """Raises TooLittleDisk when the free space can be seen and does not hold what the largest step may need."""
    needs = [(needed(session, unit), unit) for unit in units]
    most, unit = max(needs, key=lambda pair: pair[0], default=(0, None))
    free = free_space(session)
    if unit is not None and most and free is None:
        text = f"{unit.revision} may need {_megabytes(most)}; how much is free cannot be seen from here"
        session.tell("disk", text, level="note")
    elif unit is not None and free is not None and most * MARGIN > free:
        raise TooLittleDisk(
            environment=session.name, free=_megabytes(free), what=unit.revision, needed=_megabytes(int(most * MARGIN))
        )


def needed(session: Session, unit: Unit) -> int:
    """Bytes that a unit may need at most: a filled or rewritten table once more, half of it for an index.

    Measured: a table is twice as large after a backfill. What only comes to be on the way is not counted.
    """
    total, table = 0, str((unit.literal or {}).get("table", ""))
    if unit.literal is not None and session.look("present", names=[table]):
        total += sum(m.size for m in members(session, table, tuple(unit.literal["set"])))
    split = [step.batches.table for step in unit.steps if step.batches is not None]
    total += sum(m.size for name in split if session.look("present", names=[name]) for m in members(session, name, ()))
    messages = [m for step in unit.steps for m in step.messages]
    total += _sizes(session, {name for m in messages for name in m.rewrites})
    built = {lock.relation for m in messages if "INDEX" in m.message[:60].upper() for lock in m.locks}
    return total + _sizes(session, built) // 2


def _sizes(session: Session, relations: Iterable[str]) -> int:
    names = sorted(quoted(name) for name in relations if "." in name)
    return int(session.look("sizes", names=names)[0][0]) if names else 0


def free_space(session: Session) -> int | None:
    """Free bytes where the data lies, when that is on this machine; PostgreSQL itself has no function that tells."""
    host = session.conn.info.host
    if host and not host.startswith("/") and host not in ("localhost", "127.0.0.1", "::1"):
        return None
    try:
        row = session.watch.execute("SHOW data_directory").fetchone()
        seen = os.statvfs(Path(str(row[0] if row else "")))
    except (psycopg.errors.InsufficientPrivilege, OSError):
        return None
    return seen.f_bavail * seen.f_frsize


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
