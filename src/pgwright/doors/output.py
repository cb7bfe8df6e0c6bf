"""What commands print with --json: one object, in shapes that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict

from pgwright.errors import Refusal
from pgwright.hazards.checked import Checked, ReadRevision
from pgwright.records import Proof, Verdict, to_json
from pgwright.step import Finding, Severity

if TYPE_CHECKING:
    from pgwright.verbs.fix import Fixed


class Error(TypedDict):
    """Something that kept the command from its work."""

    code: str
    file: str | None
    line: int | None
    message: str
    hint: str


class Proved(TypedDict):
    """The verdict on one revision; a refuted one has at least one reason."""

    revision: str
    file: str
    verdict: Verdict
    reasons: list[dict[str, Any]]
    findings: list[dict[str, Any]]


class ProveOutput(TypedDict):
    """What `pgwright prove --json` prints."""

    format: Literal["prove/1"]
    revisions: list[Proved]
    errors: list[Error]


class ReadOutput(TypedDict):
    """How much of a revision or SQL file was read; `needs-shadow` says that `pgwright prove` sees more."""

    revision: str
    file: str
    read: Literal["full", "needs-shadow", "failed"]
    reason: str


class AllowedOutput(TypedDict):
    """A finding that a comment in the file accepts."""

    rule: str
    file: str | None
    line: int | None
    reason: str
    until: str


class FixedOutput(TypedDict):
    """A finding that `check --fix` met; `left` says why it stands as it was."""

    rule: str
    revision: str
    file: str
    line: int
    left: str


class CheckOutput(TypedDict):
    """What `pgwright check --json` prints; `fixed` only with --fix."""

    format: Literal["check/1"]
    findings: list[Finding]
    revisions: list[ReadOutput]
    allowed: list[AllowedOutput]
    errors: list[Error]
    fixed: NotRequired[list[FixedOutput]]


def error_of(refusal: Refusal) -> Error:
    """The E object of a refusal."""
    return {
        "code": refusal.code,
        "file": refusal.file,
        "line": refusal.line,
        "message": refusal.message,
        "hint": refusal.hint,
    }


def errors_of(refusal: Refusal) -> list[Error]:
    """One E object per reason: a refusal may hold several."""
    return [error_of(part) for part in getattr(refusal, "parts", ()) or (refusal,)]


def prove_output(proofs: Sequence[Proof], errors: Sequence[Error]) -> ProveOutput:
    """Verdicts and errors in the shape prove/1."""
    return {"format": "prove/1", "revisions": [_proved(p) for p in proofs], "errors": list(errors)}


def _proved(proof: Proof) -> Proved:
    plain = to_json(proof)
    return {
        "revision": proof.revision,
        "file": proof.file,
        "verdict": proof.verdict,
        "reasons": plain["reasons"],
        "findings": plain["findings"],
    }


def prove_status(proofs: Sequence[Proof], errors: Sequence[Error], *, allow_unproven: bool) -> int:
    """The exit status: 2 for errors and what is unproven, else 1 when something is refuted, else 0."""
    if errors or (not allow_unproven and any(p.verdict == "unproven" for p in proofs)):
        return 2
    return 1 if any(p.verdict == "refuted" for p in proofs) else 0


def check_output(checked: Checked, fixed: Sequence[Fixed] | None = None) -> dict[str, Any]:
    """Findings in the shape check/1 (CheckOutput)."""
    more = {} if fixed is None else {"fixed": [_plain(one) for one in fixed]}
    return {
        "format": "check/1",
        "findings": [_plain(one) for one in checked.findings],
        "revisions": [_plain(one) for one in checked.revisions],
        "allowed": [
            {"rule": one.finding.rule, "file": one.finding.file, "line": one.finding.line, "reason": one.reason,
             "until": one.until}
            for one in checked.allowed
        ],
        "errors": list(checked.errors),
        **more,
    }  # fmt: skip


def _plain(record: Finding | ReadRevision | Fixed) -> dict[str, Any]:
    """A flat record as a dictionary; `dataclasses.asdict` copies what is in it, which takes longer than the answer."""
    return {one.name: getattr(record, one.name) for one in fields(record)}


def check_status(checked: Checked, fail_level: Severity) -> int:
    """2 for errors, 1 for findings at or above the level, 3 when what is left waits for an approval, else 0."""
    if checked.errors:
        return 2
    levels: tuple[Severity, ...] = ("error", "warning", "info")
    failing = levels[: levels.index(fail_level) + 1]
    if any(one.severity in failing for one in checked.findings):
        return 1
    waiting = [one for one in checked.findings if one.rule in checked.approvals and one.severity != "info"]
    return 3 if waiting else 0
