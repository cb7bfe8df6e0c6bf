"""The Migration Report: first exactly the fields that the DBA agent's specification prints, then what a DBA asks next.

Everything is taken from the records. A rollback test passes only when every revision of the change is proven.
"""

from __future__ import annotations

from collections.abc import Sequence

from pgwright.desk.appendix import appendix
from pgwright.desk.entry import Entry, entries, rollback_test
from pgwright.desk.wording import describe
from pgwright.records import Change, Proof, Receipt


def migration_report(change: Change | None, proofs: Sequence[Proof], receipts: Sequence[Receipt] = ()) -> str:
    """The report in Markdown. `change` is None for revisions that pgwright did not plan; `receipts` say where it ran."""
    found = entries(change, proofs)
    blocks = [
        "## Migration Report",
        _files(found),
        _bullets("Changes", _changes(change, found)),
        _script("Upgrade Script", [(e, e.upgrade) for e in found]),
        _script("Downgrade Script", [(e, e.downgrade) for e in reversed(found)]),
        f"**Rollback Test:** {rollback_test(found)}",
        _bullets("Next Steps", next_steps(change, found)),
        *appendix(change, found, receipts),
    ]
    return "\n\n".join(blocks) + "\n"


def next_steps(change: Change | None, found: Sequence[Entry]) -> list[str]:
    """What somebody has to do now, most urgent first."""
    steps = []
    for entry in found:
        if entry.verdict == "refuted":
            repair = next((r.repair for r in entry.proof.reasons if r.repair), "") if entry.proof else ""
            what = "see its repair below" if repair else "see the reasons below"
            steps.append(f"Repair `{entry.revision}` ({what}) and prove it again: `pgwright prove {entry.revision}`")
        elif entry.verdict == "unproven":
            steps.append(f"Prove `{entry.revision}`: `pgwright prove {entry.revision}`")
    if change and change.model_patch:
        steps.append(
            f"Apply the model patch below to {patched_files(change.model_patch)}, with the team that owns the models"
        )
    if change and change.approval:
        steps.append(f"Get the approval that is outstanding: {change.approval}")
    if len(found) > 1:
        steps.append("Deploy the revisions one by one, in the order given below")
    if found and all(e.verdict == "proven" for e in found):
        steps.append(
            "Commit the revision files" + (" and the model edit together" if change and change.model_patch else "")
        )
    return [*steps, *(change.notes if change else ())] or ["None"]


def patched_files(patch: str) -> str:
    """The files that a unified diff changes."""
    files = [line[4:].split("\t")[0].strip() for line in patch.splitlines() if line.startswith("+++ ")]
    return ", ".join(f"`{f.removeprefix('b/')}`" for f in files) or "the models"


def _files(found: Sequence[Entry]) -> str:
    if len(found) == 1:
        return f"**Migration File:** `{found[0].file}`"
    if not found:
        return "**Migration File:** none"
    return "\n".join(["**Migration File:**", *(f"{i}. `{e.file}`{_phase(e)}" for i, e in enumerate(found, 1))])


def _phase(entry: Entry) -> str:
    return f" ({entry.phase})" if entry.phase else ""


def _changes(change: Change | None, found: Sequence[Entry]) -> list[str]:
    if change and change.task.requests:
        return [describe(request) for request in change.task.requests]
    return [e.message.splitlines()[0] if e.message else f"Revision `{e.revision}`" for e in found] or ["None"]


def _bullets(title: str, lines: Sequence[str]) -> str:
    return "\n".join([f"**{title}:**", *(f"- {line}" for line in lines)])


def _script(title: str, scripts: Sequence[tuple[Entry, tuple[str, ...]]]) -> str:
    lines = [f"**{title}:**", "```sql"]
    for entry, statements in scripts:
        if len(scripts) > 1:
            lines.append(f"-- {entry.revision}{_phase(entry)}")
        lines += [f"{s.strip().rstrip(';')};" for s in statements] or ["-- nothing"]
    return "\n".join([*lines, "```"])
