"""Drop an enum type that nothing uses any more.

contract  DROP TYPE: the catalog only; it refuses while a column, a function or the attic uses it
undo      CREATE TYPE with its labels, and its comment
Source: PostgreSQL documentation, DROP TYPE.
"""

from __future__ import annotations

from pgwright.design import enum_type
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.refusals import StillNeeded
from pgwright.design.requests.enum import DropEnum
from pgwright.design.source import execute, sql_string
from pgwright.schema.model import Schema


def check(want: DropEnum, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    found = enum_type.enum(want.name, want.schema, on)
    if found.columns:
        using = ", ".join(f"{t.name}.{c.name}" for t, c in found.columns)
        raise StillNeeded(what="type", name=want.name, dependents=using)


def contract(want: DropEnum, on: Surroundings) -> tuple[Draft, ...]:
    """DROP TYPE."""
    found = enum_type.enum(want.name, want.schema, on)
    undo = [step(execute(enum_type.create(found, want.name, found.labels)), "contract")]
    if found.comment:
        undo.append(step(execute(f"COMMENT ON TYPE {found.sql} IS {sql_string(found.comment)}"), "contract"))
    return (
        Draft(
            phase="contract",
            subject=f"drop type {want.name}",
            why="Nothing is of this type any more.",
            change=want.kind,
            steps=(step(execute(f"DROP TYPE {found.sql}"), "contract", undo=tuple(undo)),),
        ),
    )


def after(want: DropEnum, on: Surroundings) -> Schema:
    """The schema once it is done."""
    return enum_type.with_labels(on.database, enum_type.enum(want.name, want.schema, on), None)
