"""What `pgwright check --json` prints. Beside `output.py`, whose records cost more than an unchanged revision may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict

from pgwright.doors.error_output import Error
from pgwright.hazards.checked import Checked, ReadRevision
from pgwright.step import Finding, Severity

if TYPE_CHECKING:
    from pgwright.verbs.fix import Fixed


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
