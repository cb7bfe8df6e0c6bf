"""A step in one transaction, its journal row included: it happened as a whole, or not at all."""

from __future__ import annotations

import re
import time

from pgwright.run import form, journal, locks, prepared, seat, stamp
from pgwright.run.control import Course
from pgwright.run.session import Session
from pgwright.run.unit import RunStep

GLOBAL = re.compile(r"^(\s*SET)\s+(?:SESSION\s+(?!CHARACTERISTICS|AUTHORIZATION))?", re.I)


def run(session: Session, course: Course, *, last: bool) -> None:
    """The step, under the locks that the shadow saw. Raises StillLocked, and what the server refuses."""
    step = course.step
    quiet = step.is_quiet or _only_validates(step)
    recycles = prepared.warn(session, step.messages) and session.policy.recycle
    patient_until = time.monotonic() + session.policy.recycle_patience

    def work(timeout: float) -> None:
        conn = session.conn
        with conn.transaction():
            session.local_timeout(timeout)
            for setting in step.settings:
                conn.execute(as_local(setting).encode())
            session.point(f"{course.unit.revision}.{step.no}.begun")
            for at, message in enumerate(step.messages, 1):
                seat.reach(session, course.unit, message)
                if not stamp.is_superfluous(conn, message.message):
                    conn.execute(message.message.encode(), prepare=False)
                session.point(f"{course.unit.revision}.{step.no}.sent.{at}")
            finish(session, course, last=last)
            if recycles:
                prepared.recycle(session, patient=time.monotonic() < patient_until)
        session.point(f"{course.unit.revision}.{step.no}.committed")

    locks.with_locks(session, course, step.locks, work, quiet)


def finish(session: Session, course: Course, *, last: bool) -> None:
    """The journal's rows of a step, and with the last one the unit's end, in the transaction that is open."""
    seat.passed(session, course.unit, course.step.messages[-1], last=last)
    journal.did(session, course.id, course.step)
    if last:
        stamp.require(session.conn, course.unit.version_table, course.unit.heads_after)
        journal.move(session, course.id, "done")
    session.point(f"{course.unit.revision}.{course.step.no}.journalled")


def as_local(setting: str) -> str:
    """A session's setting as one of this transaction alone."""
    return GLOBAL.sub(r"\1 LOCAL ", form.COMMENT.sub("", setting))


def _only_validates(step: RunStep) -> bool:
    """VALIDATE CONSTRAINT and Alembic's own write: readers and writers go on, however long it reads."""
    told = [m for m in step.messages if m.line is not None]
    return bool(told) and all(form.does(form.VALIDATES, m.message) for m in told)
