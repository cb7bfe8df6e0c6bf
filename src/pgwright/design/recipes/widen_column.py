"""Widen varchar(n) to a larger varchar, to varchar without a limit, or to text.

expand    ALTER COLUMN TYPE: the values are stored alike, so nothing is read or rewritten, indexes stay. ACCESS
          EXCLUSIVE for an instant.
undo      the old type; that reads the table, and refuses when a longer value was written meanwhile
Narrowing and every other type change are refused here: they read or rewrite the table under ACCESS EXCLUSIVE.
Source: PostgreSQL documentation, ALTER TABLE, Notes ("binary coercible"); 9.2 release notes for varchar.
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import column_type, lookup, operations
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.refusals import NotAWidening
from pgwright.design.requests.column import WidenColumn
from pgwright.design.source import string
from pgwright.schema.model import Schema


def is_widening(old: str, new: str) -> bool:
    """True when every value of the old type is stored in the new one byte for byte."""
    before, after = column_type.parsed(old), column_type.parsed(new)
    if before.is_array or after.is_array or before.name not in ("varchar", "text"):
        return False
    if after.name == "text" or (after.name == "varchar" and not after.modifiers):
        return True
    return after.name == "varchar" and bool(before.modifiers) and after.modifiers[0] > before.modifiers[0]


def expand(want: WidenColumn, on: Surroundings) -> tuple[Draft, ...]:
    """ALTER COLUMN TYPE."""
    found = on.table(want.table, want.schema).column(want.column)
    old = found.type if found else ""
    if not is_widening(old, want.type):
        raise NotAWidening(table=want.table, column=want.column, old=old, new=want.type)

    def code(new: str, existing: str) -> str:
        return operations.altered(
            on,
            want.table,
            want.schema,
            "alter_column",
            string(want.column),
            type_=column_type.source(new, on.database),
            existing_type=column_type.source(existing, on.database),
        )

    return (
        Draft(
            phase="expand",
            subject=f"widen {want.table}.{want.column} to {want.type}",
            why="Values are stored alike in both types: nothing is read or rewritten.",
            change=want.kind,
            steps=(step(code(want.type, old), "expand", undo=code(old, want.type)),),
            locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
            notes=(f"The downgrade refuses once a value longer than {old} has been written.",),
            joins=f"table {want.schema or 'public'}.{want.table}",
        ),
    )


def after(want: WidenColumn, on: Surroundings) -> Schema:
    """The schema once it is done."""
    table = on.table(want.table, want.schema)
    new = column_type.canonical(want.type)
    columns = tuple(replace(c, type=new) if c.name == want.column else c for c in table.columns)
    return lookup.put(on.database, replace(table, columns=columns))
