"""Rename a table, by explicit request only; never guessed from a difference.

switch    RENAME: the catalog only, an instant. Code that uses the old name fails from then on.
undo      RENAME back
Source: PostgreSQL documentation, ALTER TABLE, RENAME; measured: every client on the old name failed.
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import lookup
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings, key
from pgwright.design.recipes.rename_column import BREAKS
from pgwright.design.refusals import AlreadyThere
from pgwright.design.requests.table import RenameTable
from pgwright.design.source import call, string
from pgwright.schema.model import Schema


def check(want: RenameTable, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    if on.database.relation(key(want.to, want.schema)) is not None:
        raise AlreadyThere(what="relation", name=want.to)


def switch(want: RenameTable, on: Surroundings) -> tuple[Draft, ...]:
    """ALTER TABLE ... RENAME TO."""
    schema = string(want.schema) if want.schema else None

    def code(old: str, new: str) -> str:
        return call("op.rename_table", string(old), string(new), schema=schema)

    return (
        Draft(
            phase="switch",
            subject=f"rename table {want.table} to {want.to}",
            why="Only the catalog changes; indexes and constraints keep their names.",
            change=want.kind,
            steps=(step(code(want.table, want.to), "switch", undo=code(want.to, want.table)),),
            locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
            notes=BREAKS,
        ),
    )


def after(want: RenameTable, on: Surroundings) -> Schema:
    """The schema once it is done."""
    table = on.table(want.table, want.schema)
    return lookup.put(on.database, replace(table, name=want.to), instead=table.qualified)
