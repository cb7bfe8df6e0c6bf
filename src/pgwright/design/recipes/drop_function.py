"""Drop a function.

contract  after the new code is out: DROP FUNCTION; refused while a view, trigger, default, constraint, index or policy calls
          it. What calls it in a text only (another function's body, the application) cannot be seen here.
undo      the function as it was
Source: PostgreSQL documentation, DROP FUNCTION.
"""

from __future__ import annotations

from pgwright.design import lookup, routine
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.refusals import StillNeeded, UnknownObject
from pgwright.design.requests.code import DropFunction
from pgwright.design.source import execute
from pgwright.schema.model import Schema


def check(want: DropFunction, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    if routine.found(on, want) is None:
        known = (t.identity.partition("(")[0].removeprefix("public.") for t in on.database.of_kind("function"))
        raise UnknownObject(what="function", name=want.name, hint=lookup.near(want.name, known))
    users = [*routine.users(on.database, want.name), *(f"view {v.name}" for v in routine.views(on.database, want.name))]
    if users and len(list(routine.named(on, want.name, want.schema))) == 1:
        raise StillNeeded(what="function", name=want.name, dependents=", ".join(users))


def contract(want: DropFunction, on: Surroundings) -> tuple[Draft, ...]:
    """DROP FUNCTION."""
    old = routine.found(on, want)
    assert old is not None  # check() has refused unknown ones
    drop = execute(f"DROP FUNCTION {routine.address_of(old)}")
    return (
        Draft(
            phase="contract",
            subject=f"drop function {want.name}",
            why="Only the catalog changes.",
            change=want.kind,
            steps=(step(drop, "contract", undo=routine.again(old, "contract")),),
        ),
    )


def after(want: DropFunction, on: Surroundings) -> Schema:
    """The schema once it is done."""
    old = routine.found(on, want)
    return Schema(on.database.relations, tuple(t for t in on.database.things if t != old), on.database.version)
