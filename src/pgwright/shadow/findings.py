"""Findings that only a run can show: statements that touched nothing, rows that exist only elsewhere, small residues."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from pgwright.interpreter import Revision
from pgwright.records import Reason
from pgwright.schema.diff import describe
from pgwright.shadow.cycle import Cycle
from pgwright.step import Finding, Observed, Severity

Way = Literal["upgrade", "downgrade"]
SKIPPED = re.compile(r"does not exist, skipping")
CLEANUP = re.compile(r"\s*DROP\s+INDEX\s+(?:CONCURRENTLY\s+)?IF\s+EXISTS\s+(\S+?)\s*;?\s*$", re.I)
NULLS = re.compile(r'column "([^"]+)" of relation "([^"]+)"')


def observed_findings(revision: Revision, found: Cycle, notes: Sequence[Reason]) -> Iterator[Finding]:
    """Everything worth telling that does not refute the revision."""
    for note in notes:
        yield _hostile(revision, note) if note.code == "data-dependent-failure" else _orphans(revision, note)
    ways: tuple[tuple[Sequence[Observed], Way], ...] = ((found.up, "upgrade"), (found.down, "downgrade"))
    for messages, phase in ways:
        for at, message in enumerate(messages):
            if _no_op(messages, at):
                yield _finding(
                    revision,
                    "no-op-statement",
                    "PW401",
                    "warning",
                    f"the statement touched nothing: {message.notice}",
                    message.message,
                    why="A drop that hits nothing leaves what it was meant to drop.",
                    instead="Name what is there, without IF EXISTS.",
                    line=message.line,
                    phase=phase,
                )
    for difference in found.differences:
        if not difference.refutes:
            yield _finding(
                revision,
                "residue",
                "PW402",
                "info",
                describe(difference),
                None,
                why="Reported, not refuting: column order, NOT NULL names, extensions left behind.",
            )


def _orphans(revision: Revision, note: Reason) -> Finding:
    return _finding(
        revision,
        "needs-existing-rows",
        "PW301",
        "warning",
        note.message,
        note.statement,
        why="The revision writes rows whose parents are in no earlier revision: an empty database cannot be built "
        "with it. It was proven with foreign key triggers off.",
        instead="Insert the parents first, or leave out rows whose parents are absent.",
        line=note.line,
    )


def _hostile(revision: Revision, note: Reason) -> Finding:
    missing = NULLS.search(note.message)
    query = f'SELECT count(*) FROM "{missing[2]}" WHERE "{missing[1]}" IS NULL' if missing else ""
    return _finding(
        revision,
        "data-dependent-failure",
        "PW302",
        "warning",
        note.message,
        note.statement,
        why="Rows that the present constraints allow make the step fail. Whether there are any is for production to say.",
        instead=f"Count them before applying: {query}" if query else "Count such rows in production before applying.",
        line=note.line,
        phase="downgrade" if note.phase == "down" else "upgrade",
    )


def _no_op(messages: Sequence[Observed], at: int) -> bool:
    """A drop that skipped; not the clean-up of an invalid index right before that index is built."""
    message = messages[at]
    if not SKIPPED.search(message.notice):
        return False
    cleanup = CLEANUP.match(message.message)
    after = messages[at + 1].message if at + 1 < len(messages) else ""
    return not (cleanup and re.search(rf"CREATE\s+(UNIQUE\s+)?INDEX\b.*{re.escape(cleanup[1])}", after, re.I | re.S))


def _finding(
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
