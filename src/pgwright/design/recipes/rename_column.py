"""Rename a column, by explicit request only; never guessed from a difference.

switch    RENAME: the catalog only, an instant. Code that uses the old name fails from then on.
undo      RENAME back
Source: PostgreSQL documentation, ALTER TABLE, RENAME; measured: every client on the old name failed.
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import lookup, operations
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.refusals import AlreadyThere
from pgwright.design.requests.column import RenameColumn
from pgwright.design.source import string
from pgwright.schema.model import Schema

BREAKS = (
    "Code that uses the old name fails from this revision on: deploy together, in a pause.",
    "A rename without a pause, with both names at once, is not offered yet.",
)


def check(want: RenameColumn, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    if lookup.table_of(want, on).column(want.to) is not None:
        raise AlreadyThere(what="column", name=f"{want.table}.{want.to}")


def switch(want: RenameColumn, on: Surroundings) -> tuple[Draft, ...]:
    """ALTER TABLE ... RENAME COLUMN."""

    def code(old: str, new: str) -> str:
        return operations.altered(on, want.table, want.schema, "alter_column", string(old), new_column_name=string(new))

    return (
        Draft(
            phase="switch",
            subject=f"rename {want.table}.{want.column} to {want.to}",
            why="Only the catalog changes; indexes and constraints keep their names.",
            change=want.kind,
            steps=(step(code(want.column, want.to), "switch", undo=code(want.to, want.column)),),
            locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
            notes=BREAKS,
        ),
    )


def after(want: RenameColumn, on: Surroundings) -> Schema:
    """The schema once it is done."""
    table = on.table(want.table, want.schema)
    columns = tuple(replace(c, name=want.to) if c.name == want.column else c for c in table.columns)
    return lookup.put(on.database, replace(table, columns=columns))
