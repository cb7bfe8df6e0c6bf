"""From what differs to why it refutes: one Reason per comparison, in words that name the objects."""

from __future__ import annotations

from collections.abc import Sequence

from pgwright.records import ProofPhase, Reason
from pgwright.schema.diff import describe
from pgwright.schema.model import Difference
from pgwright.shadow.rows import RowDifference

SHOWN = 12  # differences told one by one; the rest is counted


def catalog_reason(phase: ProofPhase, differences: Sequence[Difference]) -> Reason:
    """The catalog is not what it was: `down-differs` against the parent, `reup-differs` against the first upgrade."""
    told = [describe(d) for d in differences[:SHOWN]]
    if len(differences) > SHOWN:
        told.append(f"and {len(differences) - SHOWN} more")
    against = (
        "after the downgrade the schema is not the parent's"
        if phase == "down"
        else ("the second upgrade does not end where the first did")
    )
    return Reason(
        code=f"{phase}-differs",
        phase=phase,
        message=f"{against}: " + "; ".join(told),
        cause=_cause(differences) if phase == "down" else "",
    )


def _cause(differences: Sequence[Difference]) -> str:
    """The kinds of trouble, most telling first."""
    kinds = []
    if any(d.kind == "extra" and d.object in ("enum", "domain", "composite type") for d in differences):
        kinds.append("a type that the upgrade created is not dropped")
    if any(d.object == "enum" and d.kind == "changed" for d in differences):
        kinds.append("an enum label that the upgrade added stays (PostgreSQL cannot remove one: rebuild the type)")
    left = sorted({d.object for d in differences if d.kind == "extra"} - {"enum", "domain", "composite type"})
    gone = sorted({d.object for d in differences if d.kind == "missing"})
    changed = sorted(
        {f"{d.object} {d.what}".strip() for d in differences if d.kind == "changed" and d.object != "enum"}
    )
    renamed = sorted({d.object for d in differences if d.kind == "renamed"})
    kinds += [f"left behind: {', '.join(left)}"] if left else []
    kinds += [f"lost: {', '.join(gone)}"] if gone else []
    kinds += [f"not as before: {', '.join(changed)}"] if changed else []
    kinds += [f"under another name: {', '.join(renamed)}"] if renamed else []
    return "; ".join(kinds)


def rows_reason(phase: ProofPhase, changed: Sequence[RowDifference], cause: str = "") -> Reason:
    """Rows are not what they were; samples are shown."""
    told = [f"{d.table}: {d.count} {d.what}{f' in {d.column}' if d.column else ''}" for d in changed[:SHOWN]]
    samples = tuple(sample for d in changed for sample in d.samples)[:20]
    against = "rows differ after the downgrade" if phase == "down" else "rows differ after the second upgrade"
    return Reason(code=f"{phase}-rows", phase=phase, message=f"{against}: " + "; ".join(told), rows=samples, cause=cause)
