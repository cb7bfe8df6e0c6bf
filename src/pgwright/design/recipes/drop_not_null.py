"""Let a column be NULL.

expand    DROP NOT NULL: the catalog only. ACCESS EXCLUSIVE for an instant.
undo      SET NOT NULL, which reads the table and refuses when a NULL was written meanwhile
Code that reads the column must expect NULL before anything writes one.
Source: PostgreSQL documentation, ALTER TABLE, DROP NOT NULL.
"""

from __future__ import annotations

from pgwright.design import operations
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.requests.column import DropNotNull
from pgwright.design.source import string


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
