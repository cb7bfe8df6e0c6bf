"""Rename a column or a table, by explicit request only; never guessed from a difference.

switch    RENAME: the catalog only, an instant. Code that uses the old name fails from then on.
undo      RENAME back
A plain rename needs a stop of the application, or a release that knows both names. The online form (both names at once
through a view) is not offered yet.
Source: PostgreSQL documentation, ALTER TABLE, RENAME; measured: every client on the old name failed.
"""

from __future__ import annotations

from pgwright.design import operations
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.requests.column import RenameColumn
from pgwright.design.requests.table import RenameTable
from pgwright.design.source import call, string

_BREAKS = (
    "Code that uses the old name fails from this revision on: deploy together, in a pause.",
    "A rename without a pause, with both names at once, is not offered yet.",
)


def column(want: RenameColumn, on: Surroundings) -> tuple[Draft, ...]:
    """ALTER TABLE ... RENAME COLUMN."""

    def code(old: str, new: str) -> str:
        return operations.altered(on, want.table, want.schema, "alter_column", string(old), new_column_name=string(new))

    return (
        _draft(
            want,
            f"rename {want.table}.{want.column} to {want.to}",
            code(want.column, want.to),
            code(want.to, want.column),
        ),
    )


def table(want: RenameTable, on: Surroundings) -> tuple[Draft, ...]:
    """ALTER TABLE ... RENAME TO."""
    schema = string(want.schema) if want.schema else None

    def code(old: str, new: str) -> str:
        return call("op.rename_table", string(old), string(new), schema=schema)

    return (
        _draft(want, f"rename table {want.table} to {want.to}", code(want.table, want.to), code(want.to, want.table)),
    )


def _draft(want: RenameColumn | RenameTable, subject: str, code: str, back: str) -> Draft:
    return Draft(
        phase="switch",
        subject=subject,
        why="Only the catalog changes; indexes and constraints keep their names.",
        change=want.kind,
        steps=(step(code, "switch", undo=back),),
        locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
        notes=_BREAKS,
    )
