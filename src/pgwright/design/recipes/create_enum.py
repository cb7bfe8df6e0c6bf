"""Create an enum type.

expand    CREATE TYPE, before anything uses it: nobody waits
undo      DROP TYPE, written out: SQLAlchemy would leave the type behind when the table goes
Source: PostgreSQL documentation, CREATE TYPE.
"""

from __future__ import annotations

from pgwright.design import operations
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.requests.enum import CreateEnum
from pgwright.design.source import qualified, sql_string


def expand(want: CreateEnum, on: Surroundings) -> tuple[Draft, ...]:
    """CREATE TYPE ... AS ENUM."""
    name = qualified(want.schema, want.name)
    labels = ", ".join(sql_string(label) for label in want.labels)
    create = operations.postgresql_only(on, f"CREATE TYPE {name} AS ENUM ({labels})")
    return (
        Draft(
            phase="expand",
            subject=f"create type {want.name}",
            why="An enum with its labels in order; columns of this type come after it.",
            change=want.kind,
            steps=(step(create, "expand", undo=operations.postgresql_only(on, f"DROP TYPE {name}")),),
            joins="new",
        ),
    )
