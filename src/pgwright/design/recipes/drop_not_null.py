"""Let a column be NULL.

expand    DROP NOT NULL: the catalog only. ACCESS EXCLUSIVE for an instant.
undo      SET NOT NULL, which reads the table and refuses when a NULL was written meanwhile
Code that reads the column must expect NULL before anything writes one.
Source: PostgreSQL documentation, ALTER TABLE, DROP NOT NULL.
"""

from __future__ import annotations

from pgwright.design import lookup, operations
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.refusals import UnknownObject
from pgwright.design.requests.column import DropNotNull
from pgwright.design.source import string
from pgwright.schema.model import Relation


def expand(want: DropNotNull, on: Surroundings) -> tuple[Draft, ...]:
    """DROP NOT NULL."""

    def code(value: bool) -> str:
        return operations.altered(on, want.table, want.schema, "alter_column", string(want.column), nullable=str(value))

    return (
        Draft(
            phase="expand",
            subject=f"let {want.table}.{want.column} be NULL",
            why="Only the catalog changes.",
            change=want.kind,
            steps=(step(code(True), "expand", undo=code(False)),),
            locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
            notes=("The downgrade refuses once a NULL has been written.",),
            joins=f"table {want.schema or 'public'}.{want.table}",
        ),
    )


def check(want: DropNotNull, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    table = lookup.table_of(want, on)
    if want.column in table.primary_key or not lookup.column(table, want.column).not_null:
        raise UnknownObject(
            what="NOT NULL to drop on", name=f"{want.table}.{want.column}", hint=_why_no_null(table, want.column)
        )


def _why_no_null(table: Relation, column: str) -> str:
    return "It is part of the primary key." if column in table.primary_key else "The column may be NULL already."
