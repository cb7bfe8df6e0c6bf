"""Make a stored generated column an ordinary one; it keeps its values.

switch    DROP EXPRESSION: the catalog only, ACCESS EXCLUSIVE for an instant. New rows get what the code writes, or NULL.
undo      the column again, generated as it was, with its indexes and constraints: that rewrites the table, and what was
          written into the column meanwhile is computed anew
Source: PostgreSQL documentation, ALTER TABLE, DROP EXPRESSION.
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import dependents, lookup, operations, restore, view
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.refusals import BadField
from pgwright.design.requests.column import DropExpression
from pgwright.design.source import execute, qualified, quoted, string
from pgwright.schema.model import Column, Relation, Schema
from pgwright.step import Step


def check(want: DropExpression, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    if lookup.column_of(want, on).generated != "stored":
        raise BadField(kind=want.kind, field="column", problem="is not a stored generated column", known="table, column")


def switch(want: DropExpression, on: Surroundings) -> tuple[Draft, ...]:
    """DROP EXPRESSION."""
    table, column = on.table(want.table, want.schema), lookup.column_of(want, on)
    drop = f"ALTER TABLE {qualified(want.schema, want.table)} ALTER COLUMN {quoted(want.column)} DROP EXPRESSION"
    return (
        Draft(
            phase="switch",
            subject=f"let {want.table}.{want.column} be an ordinary column",
            why="It keeps its values; from now on the code writes it.",
            change=want.kind,
            steps=(step(execute(drop), "switch", undo=_again(table, column, on)),),
            locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
            notes=("The downgrade computes the column anew, which rewrites the table while everybody waits.",),
        ),
    )


def _again(table: Relation, column: Column, on: Surroundings) -> tuple[Step, ...]:
    hanging, above = dependents.hanging(table, column.name), view.standing_on(on, table, column.name)
    away = [replace(s, undo=()) for s in view.away(above, "switch")]
    drop = operations.altered(on, table.name, restore.schema_of(table), "drop_column", string(column.name))
    back = [replace(s, undo=()) for s in view.again(above, "switch")]
    return (
        *away,
        step(drop, "switch"),
        *restore.column(on, table, column, "switch"),
        *(restore.constraint(on, table, c, "switch") for c in hanging.constraints),
        *(s for i in hanging.indexes for s in restore.index(table, i, "switch", concurrently=False)),
        *back,
    )


def after(want: DropExpression, on: Surroundings) -> Schema:
    """The schema once it is done."""
    return lookup.put(on.database, with_column(on.table(want.table, want.schema), want.column, generated="", default=None))


def with_column(table: Relation, name: str, **changed: str | None) -> Relation:
    """The table with one column changed."""
    columns = tuple(replace(c, **changed) if c.name == name else c for c in table.columns)  # type: ignore[arg-type]
    return replace(table, columns=columns)
