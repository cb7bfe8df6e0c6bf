"""A revision that cannot be replayed: run whole by the user's own interpreter, journalled before and after.

It reads data or draws random values, so what it sends is known only while it runs. It is one unit: there is no step to
resume at, and no lock is tried twice. What it did is known from `alembic_version`, which it writes itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pgwright.interpreter import Ran, Target
from pgwright.project.refusals import BadAddress
from pgwright.run import journal, stamp
from pgwright.run.control import Course, obey
from pgwright.run.refusals import StepFailed
from pgwright.run.session import Session


@dataclass(frozen=True, slots=True)
class Whole:
    """How to run one step in the user's interpreter, on a connection that is redirected to the target."""

    step: Callable[[Target, str, str], Ran]  # target, direction, revision


def target(session: Session) -> Target:
    """The one database that the user's engines are sent to."""
    parts = session.address.parts
    host, port = str(parts.get("host") or session.conn.info.host), int(parts.get("port") or session.conn.info.port)
    if "," in host:
        raise BadAddress(variable=session.address.variable, why="several hosts, and a revision runs on one")
    return Target(
        host=host, port=port, user=session.conn.info.user, dbname=session.about.database,
        password=session.conn.info.password or None,
    )  # fmt: skip


def run(session: Session, course: Course, interpreter: Whole | None) -> None:
    """The revision, once. Raises StepFailed with what the user's code said."""
    obey(session, course)
    unit, step = course.unit, course.step
    assert interpreter is not None, "the verb opens an interpreter whenever a unit is whole"
    known = journal.intend(session, course.id, step)
    session.point(f"{unit.revision}.{step.no}.intended")
    if not (known and stamp.heads(session.conn, unit.version_table) == unit.heads_after):
        session.tell("whole", f"{unit.revision} runs as one whole: {unit.why_whole}", level="note")
        ran = interpreter.step(target(session), unit.direction, unit.revision)
        session.point(f"{unit.revision}.{step.no}.ran")
        if ran.error is not None:
            facts: dict[str, Any] = {"revision": unit.revision, "step": step.no, "steps": len(unit.steps)}
            raise StepFailed(
                message=ran.error.message, sqlstate=ran.error.sqlstate or "none", state=_came_to(session, course), **facts
            )
    with session.conn.transaction():
        journal.did(session, course.id, step)
        stamp.require(session.conn, unit.version_table, unit.heads_after)
        journal.move(session, course.id, "done")
    session.point(f"{unit.revision}.{step.no}.committed")


def _came_to(session: Session, course: Course) -> str:
    found = stamp.heads(session.conn, course.unit.version_table)
    return f"the version table says {', '.join(found) or 'base'}"
