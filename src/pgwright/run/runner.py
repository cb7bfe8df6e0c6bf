"""The runner: units one after the other, each begun or resumed, checked before and after, and told in a Receipt."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql

from pgwright.errors import Refusal
from pgwright.project.lost import is_lost
from pgwright.records import Receipt, StepReceipt, digest
from pgwright.run import alone, fill, journal, likeness, seat, tenants, transaction, whole
from pgwright.run.approval import Accepted
from pgwright.run.control import Course
from pgwright.run.journal import Noted
from pgwright.run.likeness import Expected, Seen
from pgwright.run.refusals import (
    Cancelled,
    ChangedInFlight,
    Drifted,
    HalfApplied,
    LostConnection,
    Paused,
    StepFailed,
    StillLocked,
)
from pgwright.run.session import Session
from pgwright.run.unit import Unit
from pgwright.run.whole import Whole
from pgwright.schema.model import Schema
from pgwright.step import Finding

STATES: tuple[tuple[type[Refusal], str], ...] = (
    (StillLocked, "waiting_for_lock"), (Paused, "paused"), (Cancelled, "cancelled"), (LostConnection, "connection_lost"),
)  # fmt: skip


@dataclass(slots=True)
class Work:
    """Everything that one execution needs besides its units."""

    session: Session
    expected: Expected = lambda revision, when: None
    interpreter: Whole | None = None
    approvals: Mapping[str, Accepted] = field(default_factory=dict)  # by revision
    roles: frozenset[str] = frozenset()  # that the history makes
    last_seen: Seen | None = field(default=None)
    rebuilt: dict[str, Schema | None] = field(default_factory=dict)


@dataclass(slots=True)
class _Progress:
    """What a unit came to so far."""

    started: str
    resumed: bool
    steps: list[StepReceipt] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def carry_out(work: Work, units: Sequence[Unit]) -> Iterator[Receipt]:
    """One receipt per unit that came to its end. Raises the refusal that ended the run; the state is in the journal."""
    session = work.session
    if not units and (left := journal.open_unit(session)) is not None:
        raise _half_applied(session, left, "nothing")
    for at, unit in enumerate(units, 1):
        noted = journal.open_unit(session)
        _require_same(session, unit, noted)
        whose = f" of {unit.tenant}" if unit.tenant else ""
        session.tell(unit.direction, f"{unit.revision}{whose} ({_kind(unit)})", done=at - 1, total=len(units))
        if noted is None:
            _require_likeness(work, unit)
        progress = _Progress(_now(), noted is not None)
        identity = noted.id if noted is not None else journal.begin(session, unit)
        session.point(f"{unit.revision}.unit.begun")
        seat.take(session, unit, work.approvals.get(unit.revision))
        _steps(work, unit, identity, progress)
        yield _closed(work, unit, progress)


def _kind(unit: Unit) -> str:
    if unit.kind == "whole":
        return f"as one whole, not resumable: {unit.why_whole}"
    word = "backfill in batches" if unit.kind == "backfill" else "recorded steps"
    return f"{len(unit.steps)} {word}" if unit.kind == "replay" else word


def _require_same(session: Session, unit: Unit, noted: Noted | None) -> None:
    """A unit that is open must be finished as it was begun, before anything else."""
    if noted is None:
        return
    if (noted.revision, noted.direction, noted.tenant) != (unit.revision, unit.direction, unit.tenant):
        raise _half_applied(session, noted, f"{unit.revision} ({unit.direction})")
    if noted.digest != unit.digest:
        raise ChangedInFlight(revision=unit.revision, environment=session.name, step=_done(session, noted) + 1)


def _half_applied(session: Session, noted: Noted, wish: str) -> HalfApplied:
    return HalfApplied(
        revision=noted.revision, environment=session.name, state=noted.state, done=_done(session, noted),
        steps=noted.steps, wish=wish,
    )  # fmt: skip


def _done(session: Session, noted: Noted) -> int:
    return sum(state == "done" for state, _ in journal.steps(session, noted.id).values())


def _require_likeness(work: Work, unit: Unit) -> None:
    """Raises Drifted when the database is not what the proof began with."""
    if "drift" in work.session.policy.ignore:
        return
    seen = work.last_seen or likeness.see(work.session, unit.version_table, work.roles)
    if unit.tenant:
        if lines := _tenant_differs(work, unit, seen, "before" if unit.direction == "up" else "after"):
            count, told = likeness.in_words(lines)
            raise Drifted(environment=work.session.name, revision=unit.revision, count=count, differences=told)
        return
    if not seen.matches(unit.fingerprint_before):
        when = "before" if unit.direction == "up" else "after"
        count, told = likeness.in_words(likeness.differences(seen, work.expected(unit.revision, when)))
        raise Drifted(environment=work.session.name, revision=unit.revision, count=count, differences=told)


def _tenant_differs(work: Work, unit: Unit, seen: Seen, when: str) -> tuple[str, ...]:
    """A tenant's schema against that of the shadow's tenant at the same point; built once for all of them."""
    begins = when == ("before" if unit.direction == "up" else "after")
    key = unit.fingerprint_before if begins else unit.fingerprint_after  # equal states are built once
    if key not in work.rebuilt:
        work.rebuilt[key] = work.expected(unit.revision, when)
    expected = work.rebuilt[key]
    if expected is None:
        return ("the proven state could not be rebuilt to compare with",)
    return tenants.differences(seen.schema, unit.tenant, expected, unit.pattern)


def _steps(work: Work, unit: Unit, identity: int, progress: _Progress) -> None:
    session = work.session
    known = journal.steps(session, identity)
    journal.move(session, identity, "running")
    for step in unit.steps:
        state, seen = known.get(step.no, ("", step.digest))
        if seen != step.digest:
            raise ChangedInFlight(revision=unit.revision, environment=session.name, step=step.no)
        if state != "done":
            progress.steps.append(_step(work, Course(unit, identity, step), progress))


def _step(work: Work, course: Course, progress: _Progress) -> StepReceipt:
    session, step, unit = work.session, course.step, course.unit
    begun = time.monotonic()
    last = step is unit.steps[-1]
    receipt = StepReceipt(step.no, step.kind, step.digest, 0.0)
    try:
        if step.kind == "transaction":
            transaction.run(session, course, last=last)
        elif step.kind == "alone":
            alone.run(session, course, last=last)
        elif step.kind == "backfill":
            filled = fill.run(session, course, last=last)
            progress.findings += filled.findings
            receipt = replace(receipt, rows=filled.rows, batches=filled.batches, longest=round(filled.longest, 4))
        else:
            whole.run(session, course, work.interpreter)
    except Refusal as refusal:
        state = next((name for kind, name in STATES if isinstance(refusal, kind)), "failed")
        _note(session, course, state, refusal.message)
        raise
    except psycopg.Error as error:
        raise _failed(session, course, error) from error
    return replace(receipt, seconds=round(time.monotonic() - begun, 4))


def _failed(session: Session, course: Course, error: psycopg.Error) -> StepFailed | LostConnection:
    """The server's words, in a named state."""
    message = error.diag.message_primary or str(error).strip() or type(error).__name__
    facts: dict[str, Any] = {"revision": course.unit.revision, "step": course.step.no, "steps": len(course.unit.steps)}
    if session.conn.closed or session.watch.closed or is_lost(error):
        lost = LostConnection(message=message.splitlines()[0], **facts)
        _note(session, course, "connection_lost", lost.message)
        return lost
    _note(session, course, "failed", message)
    return StepFailed(message=message, sqlstate=error.sqlstate or "none", state="failed", **facts)


def _note(session: Session, course: Course, state: str, told: str) -> None:
    """The named state, over whichever session still lives; without one the journal says `running`, which is resumed too."""
    for conn in (session.conn, session.watch):
        try:
            usable = replace(session, conn=conn)
            journal.move(usable, course.id, state, told)
            journal.tell(usable, course.id, state, told)
            return
        except psycopg.Error:
            continue


def _closed(work: Work, unit: Unit, progress: _Progress) -> Receipt:
    """Compare with the proof, run the validation queries, and write it all down."""
    session = work.session
    seen = work.last_seen = likeness.see(session, unit.version_table, work.roles)
    told: tuple[str, ...] = ()
    if unit.tenant:
        told = _tenant_differs(work, unit, seen, "after" if unit.direction == "up" else "before")
    elif not seen.matches(unit.fingerprint_after):
        when = "after" if unit.direction == "up" else "before"
        told = likeness.differences(seen, work.expected(unit.revision, when))
    counts = _validated(session, unit)
    wrong = any(count for _, count in counts)
    state = "differs" if told else "invalid" if wrong else "done"
    journal.tell(session, None, "done", f"{unit.revision} {unit.direction}")
    head = seat.leave(session, unit, work.approvals.get(unit.revision), state)
    with_table, without = seen.fingerprints()
    if unit.tenant:
        with_table = tenants.fingerprint(seen.schema, unit.tenant)
    expected = with_table if unit.tenant and not told else unit.fingerprint_after
    about = session.about
    return Receipt(
        revision=unit.revision, direction=unit.direction, environment=session.name, kind=unit.kind,
        state=state, database=about.database, identifier=about.identifier,
        role=about.role, server=f"PostgreSQL {about.version // 10000}.{about.version % 10000}",
        started=progress.started, ended=_now(), proof=digest(unit.proof), steps=tuple(progress.steps),
        resumed=progress.resumed, fingerprint=without if unit.fingerprint_after == without else with_table,
        expected=expected, differences=told, validation=counts, findings=tuple(progress.findings), tenant=unit.tenant,
        approvals=tuple(one.digest for one in [work.approvals.get(unit.revision)] if one), ledger=head,
    )  # fmt: skip


def _validated(session: Session, unit: Unit) -> tuple[tuple[str, int], ...]:
    """The proof's validation queries, each with what it counts here: nought is right."""
    if unit.direction == "down":
        return ()
    out = []
    for query, _ in unit.proof.validation:
        rows = session.ask(sql.SQL(query))
        out.append((query, int(rows[0][0]) if rows else 0))
    return tuple(out)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

