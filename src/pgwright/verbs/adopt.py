"""adopt: an existing history is sealed as it is, and every revision gets its verdict. No revision file is rewritten."""

from __future__ import annotations

from dataclasses import dataclass

from pgwright.event import OnEvent, silent
from pgwright.gate.frozen import Frozen
from pgwright.gate.inputs import read_inputs
from pgwright.gate.seal import Sealed
from pgwright.gate.structure import structure
from pgwright.project import Project
from pgwright.records import Verdict
from pgwright.step import Finding
from pgwright.verbs.history import history_seal
from pgwright.verbs.prove import prove
from pgwright.verbs.session import Wish


@dataclass(frozen=True, slots=True)
class Judged:
    """One revision of the history as it was found, and why when it is not proven."""

    revision: str
    file: str
    verdict: Verdict
    why: str = ""


@dataclass(frozen=True, slots=True)
class Adopted:
    """What was there. A refuted revision of the past stays as it is: what it left is for a new one to repair."""

    sealed: Sealed
    revisions: tuple[Judged, ...] = ()
    findings: tuple[Finding, ...] = ()
    format: str = "adopt/1"


def adopt(
    project: Project,
    *,
    proofs: bool = True,
    base: str | None = None,
    wish: Wish | None = None,
    on_event: OnEvent = silent,
) -> Adopted:
    """Seal the whole history, look at its shape, and (with `proofs`) prove every revision from empty."""
    sealed = history_seal(project, base=base, wish=wish, on_event=on_event)
    history, inputs = read_inputs(project)
    findings = tuple(structure(history, inputs, Frozen()))
    if not proofs:
        return Adopted(sealed, findings=findings)
    judged = [
        Judged(
            one.revision,
            one.file,
            one.verdict,
            f"{one.reasons[0].code}: {one.reasons[0].message}" if one.reasons else "",
        )
        for one in prove(project, whole=True, wish=wish, on_event=on_event)
    ]
    return Adopted(sealed, tuple(judged), findings)
