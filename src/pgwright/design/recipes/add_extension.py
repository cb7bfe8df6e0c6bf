"""Add an extension.

expand    CREATE EXTENSION IF NOT EXISTS: only new objects; no table is locked. It needs a role that may, and a server that
          offers it; a managed server may ask for it to be allowed first.
undo      DROP EXTENSION, which the server refuses once something uses it
Source: PostgreSQL documentation, CREATE EXTENSION.
"""

from __future__ import annotations

from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.refusals import AlreadyThere
from pgwright.design.requests.extension import AddExtension
from pgwright.design.source import execute, quoted
from pgwright.schema.model import Schema, Thing


def check(want: AddExtension, on: Surroundings) -> None:
    """Refuses one that is there."""
    if any(t.identity == want.name for t in on.database.of_kind("extension")):
        raise AlreadyThere(what="extension", name=want.name)


def expand(want: AddExtension, on: Surroundings) -> tuple[Draft, ...]:
    """CREATE EXTENSION."""
    where = f" WITH SCHEMA {quoted(want.schema)}" if want.schema else ""
    make = execute(f"CREATE EXTENSION IF NOT EXISTS {quoted(want.name)}{where}")
    return (
        Draft(
            phase="expand",
            subject=f"add extension {want.name}",
            why="Only new objects; no table is locked.",
            change=want.kind,
            steps=(step(make, "expand", undo=execute(f"DROP EXTENSION {quoted(want.name)}")),),
            notes=("The role that applies it must be allowed to, and the server must offer the extension.",),
        ),
    )


def after(want: AddExtension, on: Surroundings) -> Schema:
    """The schema once it is done."""
    things = (*on.database.things, Thing("extension", want.name))
    return Schema(on.database.relations, things, on.database.version)
