"""Create an enum type.

expand    CREATE TYPE, before anything uses it: nobody waits
undo      DROP TYPE, written out: SQLAlchemy would leave the type behind when the table goes
Source: PostgreSQL documentation, CREATE TYPE.
"""

from __future__ import annotations

import json

from pgwright.design import operations
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings, key
from pgwright.design.refusals import AlreadyThere
from pgwright.design.requests.enum import CreateEnum
from pgwright.design.source import qualified, sql_string
from pgwright.schema.model import Schema, Thing


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


def check(want: CreateEnum, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    if any(t.identity == key(want.name, want.schema) for t in on.database.of_kind("enum")):
        raise AlreadyThere(what="type", name=want.name)


def after(want: CreateEnum, on: Surroundings) -> Schema:
    """The schema once it is done."""
    thing = Thing("enum", key(want.name, want.schema), (("labels", json.dumps(want.labels)),))
    return Schema(on.database.relations, (*on.database.things, thing), on.database.version)
