"""Drop an extension.

contract  after the new code is out: DROP EXTENSION, without CASCADE: the server refuses it while something uses it
undo      CREATE EXTENSION, in the schema where it was
Source: PostgreSQL documentation, DROP EXTENSION.
"""

from __future__ import annotations

from pgwright.design import lookup
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.refusals import UnknownObject
from pgwright.design.requests.extension import DropExtension
from pgwright.design.source import execute, quoted
from pgwright.schema.model import Schema, Thing


def _old(want: DropExtension, on: Surroundings) -> Thing | None:
    return next((t for t in on.database.of_kind("extension") if t.identity == want.name), None)


def check(want: DropExtension, on: Surroundings) -> None:
    """Refuses one that is not there."""
    if _old(want, on) is None:
        known = (t.identity for t in on.database.of_kind("extension"))
        raise UnknownObject(what="extension", name=want.name, hint=lookup.near(want.name, known))


def contract(want: DropExtension, on: Surroundings) -> tuple[Draft, ...]:
    """DROP EXTENSION."""
    old = _old(want, on)
    schema = old["schema"] if old is not None else None
    where = f" WITH SCHEMA {quoted(schema)}" if schema else ""
    undo = execute(f"CREATE EXTENSION {quoted(want.name)}{where}")
    return (
        Draft(
            phase="contract",
            subject=f"drop extension {want.name}",
            why="Without CASCADE: the server refuses it while something uses it.",
            change=want.kind,
            steps=(step(execute(f"DROP EXTENSION {quoted(want.name)}"), "contract", undo=undo),),
        ),
    )


def after(want: DropExtension, on: Surroundings) -> Schema:
    """The schema once it is done."""
    things = tuple(t for t in on.database.things if t != _old(want, on))
    return Schema(on.database.relations, things, on.database.version)
