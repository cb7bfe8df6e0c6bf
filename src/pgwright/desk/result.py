"""The result JSON that a task's caller reads: the database architect's specification, success and failure.

A failed task names the real exception class and SQLSTATE, and says that nothing but a throw-away database was changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NotRequired, TypedDict

from pgwright.desk.entry import Entry, entries, first_reason, one_line
from pgwright.desk.report import patched_files
from pgwright.desk.wording import describe
from pgwright.errors import Refusal
from pgwright.records import Change, Proof, Reason

ROLLED_BACK = "Rollback confirmed: only a throw-away shadow database was changed, and it is gone; no other was touched"


class Result(TypedDict):
    """What one database task came to."""

    task_id: str | None
    status: Literal["completed", "failed"]
    summary: str
    files_changed: list[str]
    test_results: str
    commits: list[str]
    blockers: NotRequired[list[str]]
    coordination_required: NotRequired[dict[str, str]]


def result(
    change: Change | None,
    proofs: Sequence[Proof],
    *,
    task_id: str | None = None,
    files_changed: Sequence[str] = (),
    commits: Sequence[str] = (),
) -> Result:
    """Completed when every revision is proven; failed, with blockers, otherwise."""
    found = entries(change, proofs)
    task_id = task_id or (change.task.task_id if change else None)
    blockers = [b for e in found for b in _blockers(e)] or ([] if found else ["There is no revision"])
    out: Result = {
        "task_id": task_id,
        "status": "failed" if blockers else "completed",
        "summary": f"Failed: {blockers[0]}" if blockers else _summary(change, found),
        "files_changed": list(files_changed),
        "test_results": _test_results(found),
        "commits": list(commits),
    }
    if blockers:
        out["blockers"] = [*blockers, ROLLED_BACK]
    if change and change.model_patch:
        out["coordination_required"] = {"backend_dev": f"Apply the model patch to {patched_files(change.model_patch)}"}
    return out


def refused(refusal: Refusal, *, task_id: str | None = None) -> Result:
    """The result of a task that was sent back before anything was done."""
    return {
        "task_id": task_id,
        "status": "failed",
        "summary": f"Failed: {refusal.message}",
        "files_changed": [],
        "test_results": "Not run",
        "commits": [],
        "blockers": [f"{refusal.code}: {one_line(str(refusal))}", "Rollback not needed: no database was changed"],
    }


def _summary(change: Change | None, found: Sequence[Entry]) -> str:
    done = "; ".join(describe(r) for r in change.task.requests) if change else ""
    revisions = f"{len(found)} revision{'s' if len(found) != 1 else ''}"
    return (
        f"{done or revisions}. {revisions} tested up, down and up again."
        if done
        else f"{revisions} tested up, down and up again."
    )


def _blockers(entry: Entry) -> list[str]:
    if entry.verdict == "proven":
        return []
    if entry.proof is None:
        return [f"{entry.revision}: no proof on record"]
    return [_blocker(entry.revision, r) for r in entry.proof.reasons] or [f"{entry.revision}: {entry.verdict}"]


def _blocker(revision: str, reason: Reason) -> str:
    name = f"{reason.exception}: " if reason.exception else ""
    state = f" [SQLSTATE {reason.sqlstate}]" if reason.sqlstate else ""
    return f"{name}{one_line(reason.message)}{state} ({revision}, {reason.phase}, {reason.code})"


def _test_results(found: Sequence[Entry]) -> str:
    for entry in found:
        reason = first_reason(entry.proof) if entry.proof else None
        if entry.verdict == "refuted" and reason:
            line = f" at line {reason.line}" if reason.line else ""
            return f"Migration {reason.phase}: FAILED{line} of {reason.file or entry.file}"
    if not found or any(e.verdict != "proven" for e in found):
        return "Migration up/down: NOT PROVEN"
    proofs = [e.proof for e in found if e.proof]
    rows = sum(n for p in proofs for _, n in p.seeded)
    loss = f"0 data loss ({rows} rows)" if rows else "data not tested (no rows)"
    queries = [count for p in proofs for _, count in p.validation]
    noun = "query" if len(queries) == 1 else "queries"
    checked = f", {len(queries)} validation {noun}: {sum(queries)} violations" if queries else ""
    servers = ", ".join(sorted({p.server for p in proofs if p.server}))
    return f"Migration up/down/up: Success, {loss}{checked}" + (f", {servers}" if servers else "")
