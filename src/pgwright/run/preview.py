"""What a run would do: statements, locks, sizes, and what still has to be approved. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pgwright.run.approval import Answered
from pgwright.run.locks import quoted
from pgwright.run.preconditions import needed
from pgwright.run.prepared import clients, in_words, retyped
from pgwright.run.session import Session
from pgwright.run.unit import QUIET, RunStep, Unit


@dataclass(frozen=True, slots=True)
class Held:
    """A lock that a step takes on a relation that is there, and how large that is."""

    relation: str
    mode: str
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class PreviewedStep:
    """One step. `waits` says whether readers or writers wait while it runs."""

    no: int
    kind: str
    statements: tuple[str, ...]
    locks: tuple[Held, ...]
    rewrites: tuple[str, ...]
    waits: bool
    breaks: str = ""  # sessions whose prepared statements it breaks, in words


@dataclass(frozen=True, slots=True)
class PreviewedUnit:
    """One revision."""

    revision: str
    direction: str
    kind: str
    why: str  # why it is run as a whole
    bytes: int  # that it may need at most
    steps: tuple[PreviewedStep, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """All that a run would do."""

    environment: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    units: tuple[PreviewedUnit, ...]
    approvals: tuple[tuple[str, str], ...] = ()  # revision, whose approval is outstanding
    format: str = "preview/1"


def preview(session: Session, before: tuple[str, ...], units: Sequence[Unit], answer: Answered) -> Preview:
    """What lies ahead of the database as it is now; sizes of tables that only come to be are not known."""
    after = units[-1].heads_after if units else before
    return Preview(session.name, before, after, tuple(_unit(session, u) for u in units), answer.outstanding)


def _unit(session: Session, unit: Unit) -> PreviewedUnit:
    steps = tuple(_step(session, unit, s) for s in unit.steps)
    return PreviewedUnit(unit.revision, unit.direction, unit.kind, unit.why_whole, needed(session, unit), steps)


def _step(session: Session, unit: Unit, step: RunStep) -> PreviewedStep:
    names = {quoted(lock.relation): lock.relation for lock in step.locks if "." in lock.relation}
    sizes = {name: (rows, size) for name, rows, size in session.look("rows", names=sorted(names))}
    held = tuple(
        Held(lock.relation, lock.mode, *sizes[quoted(lock.relation)])
        for lock in step.locks
        if quoted(lock.relation) in sizes
    )
    waits = any(lock.mode not in QUIET for lock in held)
    rewrites = tuple(sorted({name for m in step.messages for name in m.rewrites}))
    columns = retyped(step.messages)
    breaks = in_words(columns, clients(session)) if columns else ""
    return PreviewedStep(step.no, step.kind, statements(unit, step), held, rewrites, waits, breaks)


def statements(unit: Unit, step: RunStep) -> tuple[str, ...]:
    """What is sent, as text; of a backfill the statement that is split into batches."""
    if step.batches is not None:
        return (f"{step.batches.whole} -- in batches",)
    told = tuple(m.message.strip() for m in step.messages)
    if unit.kind == "backfill" and unit.literal is not None:
        values = ", ".join(f"{column} = {value}" for column, value in unit.literal["set"].items())
        return (f"UPDATE {unit.literal['table']} SET {values} WHERE {unit.literal['where']} -- in batches", *told)
    return told
