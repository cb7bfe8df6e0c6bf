"""What prove and apply ask of a sealed history: that nothing in it says something else than when it was sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pgwright.event import Event, OnEvent
from pgwright.gate.applied import applied
from pgwright.gate.refusals import NoBase, NotSealed
from pgwright.gate.sums import sums_file
from pgwright.gate.verify import verify
from pgwright.project import Project
from pgwright.records import Proof, Reason
from pgwright.run.session import Session
from pgwright.step import Finding
from pgwright.verbs.history import Render, applied_findings, history_verify
from pgwright.verbs.refusals import BrokenSeal

# Of a revision that nobody has applied yet these say only that somebody is still working on it.
ABOUT_NEW = frozenset({"id-too-long"})
AT_WORK = frozenset({"unsealed", "changed-since-sealed", "unapplied-rendering-changed", "no-file", "two-heads", "sums-head"})


def require_sealed(project: Project, kind: str, on_event: OnEvent, *, back: bool = False) -> None:
    """Raises BrokenSeal where the history is not what was sealed. A history that was never sealed is told, and goes on.

    In development revisions that are new or still worked on are no hindrance, and nowhere on the way back: that one is
    asked about frozen revisions only, since it must not wait until somebody's work is finished.
    """
    try:
        found = history_verify(project, on_event=on_event).findings
    except NotSealed:
        on_event(Event("seal", "this history is not sealed; see pgwright history seal", level="note"))
        return
    except NoBase:
        if kind != "dev" and sums_file(project).is_file():
            raise
        return
    at_work = kind == "dev" or back
    wrong = [one for one in found if one.severity == "error" and not (at_work and one.rule in AT_WORK)]
    if back:
        wrong = [one for one in wrong if one.revision and one.rule not in ABOUT_NEW]
    _refuse(wrong, "pgwright history verify")


def require_applied(project: Project, session: Session, on_event: OnEvent) -> None:
    """Raises BrokenSeal where a revision says something else than when this guarded database ran it.

    Its ledger remembers what ran there whatever a branch, or a main branch that was rewritten, says. Other databases
    have none: nothing is asked.
    """
    if not session.is_guarded:
        return
    found = applied_findings(project, applied(session.watch, session.name), session.name, on_event=on_event)
    _refuse([one for one in found if one.severity == "error"], f"pgwright history verify --env {session.name}")


def _refuse(wrong: Sequence[Finding], command: str) -> None:
    if wrong:
        first = f"{wrong[0].message}: {wrong[0].why}" if wrong[0].why else wrong[0].message
        raise BrokenSeal(count=len(wrong), first=first, instead=wrong[0].instead, command=command)


def broken_seals(project: Project, render: Render, on_event: OnEvent) -> dict[str, Finding]:
    """{revision: what is wrong} of those that are frozen and no longer say what was sealed."""
    if not sums_file(project).is_file():
        return {}
    try:
        found = verify(project, render).findings
    except NoBase as refused:
        on_event(Event("seal", refused.message, level="note"))
        return {}
    errors = (one for one in found if one.severity == "error" and one.rule not in AT_WORK)
    return {one.revision: one for one in errors if one.revision}


def refuted(proof: Proof, broken: dict[str, Finding]) -> Proof:
    """The proof, refuted when the revision is one of those: whatever it does, databases have run something else."""
    found = broken.get(proof.revision)
    if found is None:
        return proof
    told = f"{found.message}: {found.why}" if found.why else found.message
    reasons: Sequence[Reason] = (*proof.reasons, Reason(found.rule, "history", told, file=found.file, repair=found.instead))
    return replace(proof, verdict="refuted", reasons=tuple(reasons))
