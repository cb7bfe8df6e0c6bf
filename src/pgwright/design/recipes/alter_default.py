"""Change or drop the default of a column.

expand    ALTER COLUMN SET DEFAULT or DROP DEFAULT: new rows only, no row is read. ACCESS EXCLUSIVE for an instant.
undo      the default that the database has now
Source: PostgreSQL documentation, ALTER TABLE, SET/DROP DEFAULT.
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import default, lookup, operations
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.requests.column import AlterDefault
from pgwright.design.source import string
from pgwright.schema.model import Schema


def expand(want: AlterDefault, on: Surroundings) -> tuple[Draft, ...]:
    """ALTER COLUMN ... DEFAULT."""
    old = on.table(want.table, want.schema).column(want.column)
    assert old is not None  # the plan has refused unknown columns
    new_source = default.source(want.default, want.expression, old.type, batch=on.style.batch)
    old_source = default.source(None, old.default, old.type)

    def code(source: str | None) -> str:
        return operations.altered(
            on, want.table, want.schema, "alter_column", string(want.column), server_default=source or "None"
        )

    return (
        Draft(
            phase="expand",
            subject=f"{'change' if new_source else 'drop'} the default of {want.table}.{want.column}",
            why="It is used for new rows only; rows that are there keep what they have.",
            change=want.kind,
            steps=(step(code(new_source), "expand", undo=code(old_source)),),
            locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
            joins=f"table {want.schema or 'public'}.{want.table}",
        ),
    )


def after(want: AlterDefault, on: Surroundings) -> Schema:
    """The schema once it is done."""
    table = on.table(want.table, want.schema)
    old = lookup.column(table, want.column)
    new = want.expression if want.default is None else default.sql(want.default, old.type)
    columns = tuple(replace(c, default=new) if c.name == want.column else c for c in table.columns)
    return lookup.put(on.database, replace(table, columns=columns))
