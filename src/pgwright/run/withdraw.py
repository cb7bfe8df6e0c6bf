"""Giving up a revision that was begun: possible as long as no step of it is done, since then there is nothing to undo.

What a backfill has filled stays, as its downgrade would leave it; an invalid index of a build that was interrupted goes.
"""

from __future__ import annotations

from pgwright.run import alone, journal
from pgwright.run.journal import Noted
from pgwright.run.refusals import HalfApplied
from pgwright.run.session import Session
from pgwright.run.unit import Unit


def withdraw(session: Session, unit: Unit, noted: Noted) -> None:
    """Close the open unit as if it had never been begun. Raises HalfApplied when a step of it is done."""
    known = journal.steps(session, noted.id)
    done = sum(state == "done" for state, _ in known.values())
    begun = [step for step in unit.steps if step.no in known and step.kind in ("alone", "whole")]
    if done or any(step.kind == "whole" or not alone.is_undone(session, step) for step in begun):
        raise HalfApplied(
            revision=noted.revision, environment=session.name, state=noted.state, done=done, steps=noted.steps, wish="undo"
        )
    session.tell("withdrawn", f"{noted.revision} was begun and no step of it is done: given up", level="note")
    journal.move(session, noted.id, "withdrawn", "undone before any step was done")
