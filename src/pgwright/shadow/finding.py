"""One finding of a run: what every one of them says about where it comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pgwright.interpreter import Revision
from pgwright.step import Finding, Severity

Way = Literal["upgrade", "downgrade"]


def measured(
    revision: Revision,
    rule: str,
    code: str,
    severity: Severity,
    message: str,
    statement: str | None,
    *,
    why: str = "",
    instead: str = "",
    line: int | None = None,
    phase: Way = "upgrade",
) -> Finding:
    """A finding about the revision's own file."""
    return Finding(
        rule=rule,
        code=code,
        severity=severity,
        confidence="measured",
        message=message,
        why=why,
        instead=instead,
        revision=revision.id,
        phase=phase,
        file=str(Path(revision.file).name),
        line=line,
        statement=statement,
    )
