"""What `check` came to: light to import, because an unchanged revision is answered from the cache."""

from __future__ import annotations

from dataclasses import dataclass
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
