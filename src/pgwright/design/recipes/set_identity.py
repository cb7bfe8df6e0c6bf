"""Let a column number its rows itself.

expand    one statement, an instant under ACCESS EXCLUSIVE: the sequence of a serial column becomes its identity, under the
          same name and going on from the same number; a column that the application numbered goes on after its highest
          value, which its index knows
undo      the serial default and its sequence as they were, going on from the same number; or no identity
With `always` an INSERT that names a value fails: ask for `by default` while old code still does.
Source: PostgreSQL documentation, ALTER TABLE, ADD GENERATED ... AS IDENTITY.
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import lookup, moving
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.refusals import AlreadyThere, UnsafeShortcut
from pgwright.design.requests.column import SetIdentity
from pgwright.schema.model import Schema


def check(want: SetIdentity, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    column = lookup.column_of(want, on)
    if column.identity == want.identity:
        raise AlreadyThere(what="identity", name=f"{want.table}.{want.column}")
    if not column.not_null:
        raise UnsafeShortcut(
            what=f"{want.table}.{want.column} may be NULL: an identity column may not.",
            hint="Ask for set_not_null first.",
        )
    if column.default is not None and moving.drawn_from(column) is None:
        raise UnsafeShortcut(
            what=f"{want.table}.{want.column} has the default {column.default}: an identity column has none.",
            hint="Drop the default first (alter_default).",
        )


def expand(want: SetIdentity, on: Surroundings) -> tuple[Draft, ...]:
    """ADD GENERATED, or SET GENERATED where there is one."""
    table, column = on.table(want.table, want.schema), lookup.column_of(want, on)
    there, back = moving.identity_code(table, column, want.identity)
    return (
        Draft(
            phase="expand",
            subject=f"let {want.column} of {want.table} number its rows ({want.identity})",
            why="Only the catalog changes; numbers go on where they were.",
            change=want.kind,
            steps=(step(there, "expand", undo=back),),
            locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
            notes=("From here on an INSERT that names a value fails.",) if want.identity == "always" else (),
        ),
    )


def after(want: SetIdentity, on: Surroundings) -> Schema:
    """The schema once it is done."""
    table = on.table(want.table, want.schema)
    columns = tuple(
        replace(c, identity=want.identity, default=None) if c.name == want.column else c for c in table.columns
    )
    return lookup.put(on.database, replace(table, columns=columns))
