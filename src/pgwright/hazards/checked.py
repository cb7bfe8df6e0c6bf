"""What `check` came to: light to import, because an unchanged revision is answered from the cache."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

from pgwright.step import Finding

Read = Literal["full", "needs-shadow", "failed"]
Error = dict[str, Any]  # the E object of DESIGN.md


@dataclass(frozen=True, slots=True)
class ReadRevision:
    """How much of a revision or file was read."""

    revision: str
    file: str
    read: Read
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Allowed:
    """A finding that a comment accepts."""

    finding: Finding
    reason: str
    until: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Revisions or files with how far they were read, findings, findings that comments accept, errors."""

    revisions: tuple[ReadRevision, ...]
    findings: tuple[Finding, ...]
    allowed: tuple[Allowed, ...] = ()
    errors: tuple[Error, ...] = ()
    approvals: tuple[str, ...] = ()  # rules among the findings that only an approval accepts: data loss, authorisation


def to_json(checked: Checked) -> dict[str, Any]:
    """The record as plain JSON values; written out, because `asdict` copies every string's surroundings in Python."""
    return {
        "revisions": [_plain(one) for one in checked.revisions],
        "findings": [_plain(one) for one in checked.findings],
        "allowed": [{**_plain(one), "finding": _plain(one.finding)} for one in checked.allowed],
        "errors": list(checked.errors),
        "approvals": list(checked.approvals),
    }


def _plain(one: ReadRevision | Finding | Allowed) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in fields(one)}


def from_json(found: dict[str, Any]) -> Checked:
    """What `to_json` gave; flat records, so they are built directly."""
    return Checked(
        tuple(ReadRevision(**one) for one in found["revisions"]),
        tuple(Finding(**one) for one in found["findings"]),
        tuple(Allowed(Finding(**one["finding"]), one["reason"], one["until"]) for one in found["allowed"]),
        tuple(found["errors"]),
        tuple(found["approvals"]),
    )
