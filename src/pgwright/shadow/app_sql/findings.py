"""What an application could send before a revision and cannot send after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pgwright.interpreter import Revision
from pgwright.records import Tried
from pgwright.shadow.app_sql.statements import Statement
from pgwright.shadow.finding import measured
from pgwright.shadow.old_code import WORKS
from pgwright.step import Finding

SHOWN = 5  # statements that could not be used are told by the first of them


def findings(revision: Revision, statements: Sequence[Statement], tried: Sequence[Tried]) -> Iterator[Finding]:
    """One `release-breaks` for each statement that stopped working, and one line about those that never did."""
    contract = (revision.literal or {}).get("phase") == "contract"
    unusable = []
    for one, statement in zip((t for t in tried if t.release == "app"), statements, strict=False):
        if one.before != WORKS:
            unusable.append(one)
        elif one.after != WORKS:
            yield replace(_stopped(revision, one, contract), file=statement.file, line=statement.line,
                          statement=statement.text)  # fmt: skip
    if unusable:
        yield _unusable(revision, unusable, len(statements))


def _stopped(revision: Revision, one: Tried, contract: bool) -> Finding:
    return measured(
        revision, "release-breaks", "PW497", "info" if contract else "warning",
        f"{one.statement} worked before {revision.id} and does not after it: {one.after}", None,
        why="It is a contract phase: nothing that sends this statement may be left when it is applied."
        if contract else "The running release sends this statement while the revision is applied, and until it is replaced.",
        instead="" if contract else "Split the revision: expand, deploy, then contract.",
    )  # fmt: skip


def _unusable(revision: Revision, found: Sequence[Tried], count: int) -> Finding:
    first = "; ".join(f"{one.statement}: {one.before}" for one in found[:SHOWN])
    more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return measured(
        revision, "statement-not-usable", "PW498", "info",
        f"{len(found)} of {count} statements do not work before {revision.id}: {first}{more}", None,
        why="What does not work before a revision says nothing about it: these were not counted.",
    )  # fmt: skip
