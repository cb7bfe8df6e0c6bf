"""Give a role privileges on a table, or on some of its columns.

expand    GRANT: the catalog only, nobody waits for it
undo      REVOKE of those that the role did not have before, and of no other
Source: PostgreSQL documentation, GRANT.
"""

from __future__ import annotations

from pgwright.design import lookup, rights
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.refusals import AlreadyThere
from pgwright.design.requests.rights import Grant
from pgwright.design.source import execute


def _new(want: Grant, on: Surroundings) -> tuple[str, ...]:
    """The privileges that the role lacks somewhere."""
    table = on.table(want.table, want.schema)
    had = [rights.held(table, want.role, c) for c in want.columns or (None,)]
    return tuple(p for p in want.privileges if not all(p in one for one in had))


def check(want: Grant, on: Surroundings) -> None:
    """Refuses what the database rules out, and what is so already."""
    table = lookup.table_of(want, on)
    for name in want.columns:
        lookup.column(table, name)
    if not _new(want, on):
        raise AlreadyThere(what="privilege", name=f"{', '.join(want.privileges)} on {want.table} for {want.role}")


def expand(want: Grant, on: Surroundings) -> tuple[Draft, ...]:
    """GRANT."""
    table, new = on.table(want.table, want.schema), _new(want, on)
    undo = execute(rights.revoke(table, new, want.columns, want.role))
    return (
        Draft(
            phase="expand",
            subject=f"grant {', '.join(new)} on {want.table} to {want.role}",
            why="Only the catalog changes.",
            change=want.kind,
            steps=(step(execute(rights.grant(table, new, want.columns, want.role)), "expand", undo=undo),),
        ),
    )
