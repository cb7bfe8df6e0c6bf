"""An approved run in a guarded database: it opens its approval, becomes the owner for this session alone, and counts steps.

The guard knows every message of the plan by its number. Those that change the schema it sees by itself (T2); the others,
and under T1 all of them, are declared in the transaction of what they belong to. Source: gate/sql/session.sql.
"""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from pgwright.gate.guard import OWNER
from pgwright.gate.guard_refusals import Refused
from pgwright.gate.plan_digest import plan_of
from pgwright.run.approval import Accepted
from pgwright.run.refusals import NotInOneSession
from pgwright.run.session import Session
from pgwright.run.unit import Unit
from pgwright.step import Observed

# What a guard says of a kind of text that it does not know; it was judged here before, so it is not damaged.
OLDER = ("the text says part twice", "the text is no approval/1")


def take(session: Session, unit: Unit, accepted: Accepted | None) -> None:
    """Open the approval, or go on with it after a kill; from here on the session is the owner. Raises Refused.

    Outside of a guarded database nothing happens.
    """
    if not session.is_guarded:
        return
    assert accepted is not None, "the gate lets nothing into a guarded database without an approval"
    if unit.kind == "whole":
        raise NotInOneSession(revision=unit.revision, environment=session.name, why=unit.why_whole)
    _open(session, accepted, unit.messages)
    session.point(f"{unit.revision}.seat.taken")


def _open(session: Session, accepted: Accepted, messages: Sequence[Observed]) -> None:
    steps = [one.digest for one in plan_of(messages)]
    try:
        with session.conn.transaction():
            session.run("open_run", document=accepted.text, signatures=list(accepted.signatures), steps=steps)
            session.conn.execute(f"SET ROLE {OWNER}".encode())
    except psycopg.errors.InsufficientPrivilege as error:
        message = (error.diag.message_primary or "it said no").removeprefix("pgwright: ")
        hint = error.diag.message_hint or "A run needs a login that is pgwright_runner, or a member of it."
        if message in OLDER:
            hint = f"The guard there is older. Lay this one over it: pgwright gate install --env {session.name} --yes"
        raise Refused(environment=session.name, message=message, hint=hint) from error


def reach(session: Session, unit: Unit, message: Observed) -> None:
    """Before a message is sent: what comes before it in the plan is done, be it sent in a run or not."""
    if session.is_guarded:
        session.run("declare_steps", upto=unit.number_of(message) - 1)


def passed(session: Session, unit: Unit, message: Observed, *, last: bool) -> None:
    """In the transaction of a step: its last message is done, and with the last step everything is."""
    if session.is_guarded:
        session.run("declare_steps", upto=len(unit.messages) if last else unit.number_of(message))


def leave(session: Session, unit: Unit, accepted: Accepted | None, state: str) -> str:
    """Close the approval for good, with what came of it. The ledger's head after it, as reports carry it."""
    if not session.is_guarded:
        return ""
    head = _close(session, unit.revision, unit.direction, state, accepted.line if accepted else "")
    session.point(f"{unit.revision}.seat.left")
    return head


def _close(session: Session, revision: str, direction: str, state: str, line: str) -> str:
    session.run("close_run", revision=revision, direction=direction, state=state, line=line)
    session.conn.execute("RESET ROLE")
    [(seq, hash)] = session.look("ledger_head")
    return f"{seq} {hash}"


def unclosed(session: Session) -> frozenset[str]:
    """Nonces of approvals that were opened and not closed."""
    return frozenset(nonce for (nonce,) in session.look("unclosed")) if session.is_guarded else frozenset()


def close_left(session: Session, accepted: Accepted, direction: str, messages: Sequence[Observed]) -> str:
    """Close the approval of a revision whose last step was committed by a run that ended before it could say so."""
    _open(session, accepted, messages)
    session.run("declare_steps", upto=len(messages))
    return _close(session, accepted.revision, direction, "done, closed by the next run", accepted.line)
