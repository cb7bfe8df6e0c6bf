"""What prove and apply ask of a sealed history: that nothing in it says something else than when it was sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pgwright.event import Event, OnEvent
from pgwright.gate.refusals import NoBase, NotSealed
from pgwright.gate.sums import sums_file
from pgwright.gate.verify import verify
from pgwright.project import Project
from pgwright.records import Proof, Reason
from pgwright.step import Finding
from pgwright.verbs.history import Render, history_verify
from pgwright.verbs.refusals import BrokenSeal

# Of a revision that nobody has applied yet these say only that somebody is still working on it.
AT_WORK = frozenset({"unsealed", "changed-since-sealed", "unapplied-rendering-changed", "no-file", "two-heads", "sums-head"})


def require_sealed(project: Project, kind: str, on_event: OnEvent) -> None:
    """Raises BrokenSeal where the history is not what was sealed. A history that was never sealed is told, and goes on.

    In development revisions that are new or still worked on are no hindrance.
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
    wrong = [one for one in found if one.severity == "error" and not (kind == "dev" and one.rule in AT_WORK)]
    if wrong:
        raise BrokenSeal(count=len(wrong), first=wrong[0].message, instead=wrong[0].instead)


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
