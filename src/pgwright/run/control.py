"""Stopping when somebody asks: the control row of the database, or Ctrl-C here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pgwright.run import journal
from pgwright.run.refusals import Cancelled, Paused
from pgwright.run.session import Session
from pgwright.run.unit import RunStep, Unit

CLOSED = "the maintenance window is over"


@dataclass(slots=True)
class Course:
    """A unit on its way: its id in the journal and the step it is at."""

    unit: Unit
    id: int
    step: RunStep
    duty: float | None = field(default=None)


def wanted(session: Session) -> tuple[str, str]:
    """(run | pause | cancel, why)."""
    if session.stopping():
        return "pause", "interrupted at the terminal"
    if is_closed(session):
        return "pause", CLOSED
    wish, _, why = journal.wishes(session)
    return wish, why or f"pgwright run {wish}"


def obey(session: Session, course: Course) -> None:
    """Raises Paused or Cancelled when that is wanted; called only where nothing is half done."""
    if session.stopping():
        raise refusal(session, course, "pause", "interrupted at the terminal")
    if is_closed(session):
        raise refusal(session, course, "pause", CLOSED)
    wish, course.duty, why = journal.wishes(session)
    if wish != "run":
        raise refusal(session, course, wish, why or f"pgwright run {wish}")


def is_closed(session: Session) -> bool:
    """True outside of the maintenance window of the environment, if it has one and nobody overrules it."""
    window = session.address.environment.window
    return window is not None and "window" not in session.policy.ignore and not window.is_open()


def refusal(session: Session, course: Course, wish: str, why: str) -> Paused | Cancelled:
    """The refusal that ends a run which was asked to stop."""
    facts: dict[str, Any] = {"revision": course.unit.revision, "step": course.step.no, "why": why, "environment": session.name}
    if wish == "cancel":
        return Cancelled(parent=course.unit.parent, **facts)
    return Paused(**facts)
