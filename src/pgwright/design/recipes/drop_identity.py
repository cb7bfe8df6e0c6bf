"""Let a column no longer number its rows.

contract  DROP IDENTITY: the catalog only, an instant under ACCESS EXCLUSIVE; its sequence goes. Code must name a value.
undo      ADD GENERATED again, going on after the highest value
Source: PostgreSQL documentation, ALTER TABLE, DROP IDENTITY.
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import lookup, moving
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.refusals import UnknownObject
from pgwright.design.requests.column import DropIdentity
from pgwright.schema.model import Schema


def check(want: DropIdentity, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    if not lookup.column_of(want, on).identity:
        name = f"{want.table}.{want.column}"
        raise UnknownObject(what="identity of", name=name, hint="Its numbers come from somewhere else.")


def contract(want: DropIdentity, on: Surroundings) -> tuple[Draft, ...]:
    """DROP IDENTITY."""
    table, column = on.table(want.table, want.schema), lookup.column_of(want, on)
    bare, options = replace(column, identity=""), moving.identity_options(on, table, column)
    back, there = moving.identity_code(table, bare, column.identity, options=options)
    return (
        Draft(
            phase="contract",
            subject=f"let {want.column} of {want.table} no longer number its rows",
            why="Only the catalog changes.",
            change=want.kind,
            steps=(step(there, "contract", undo=back),),
            locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
            notes=("An INSERT without a value for it fails from here on.",),
        ),
    )


def after(want: DropIdentity, on: Surroundings) -> Schema:
    """The schema once it is done."""
    table = on.table(want.table, want.schema)
    columns = tuple(replace(c, identity="") if c.name == want.column else c for c in table.columns)
    return lookup.put(on.database, replace(table, columns=columns))
