"""Take privileges on a table, or on some of its columns, from a role.

contract  after the new code is out: REVOKE of those that the role has; the catalog only, nobody waits for it. What it may as
          a member of another role, or as everybody may (PUBLIC), it still may.
undo      GRANT of the same
Source: PostgreSQL documentation, REVOKE.
"""

from __future__ import annotations

from pgwright.design import lookup, rights
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.refusals import UnknownObject
from pgwright.design.requests.rights import Revoke
from pgwright.design.source import execute


def _had(want: Revoke, on: Surroundings) -> tuple[str, ...]:
    """Those of the privileges that the role has on all that is named."""
    table = on.table(want.table, want.schema)
    had = [rights.held(table, want.role, c) for c in want.columns or (None,)]
    return tuple(p for p in want.privileges if all(p in one for one in had))


def check(want: Revoke, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    table = lookup.table_of(want, on)
    for name in want.columns:
        lookup.column(table, name)
    if missing := [p for p in want.privileges if p not in _had(want, on)]:
        name = f"{', '.join(missing)} on {want.table} for {want.role}"
        raise UnknownObject(what="privilege", name=name, hint="Name only privileges that were granted to this very role.")


def contract(want: Revoke, on: Surroundings) -> tuple[Draft, ...]:
    """REVOKE."""
    table = on.table(want.table, want.schema)
    undo = execute(rights.grant(table, want.privileges, want.columns, want.role))
    return (
        Draft(
            phase="contract",
            subject=f"revoke {', '.join(want.privileges)} on {want.table} from {want.role}",
            why="Only the catalog changes.",
            change=want.kind,
            steps=(step(execute(rights.revoke(table, want.privileges, want.columns, want.role)), "contract", undo=undo),),
        ),
    )
