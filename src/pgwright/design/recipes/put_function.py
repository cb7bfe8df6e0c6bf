"""A function with another body, or a new one.

expand    where result and names of arguments stay: CREATE OR REPLACE, in the catalog only; whoever is in a call ends it with
          the old body. Else in one transaction: the views that call it make way, it is dropped and created, they come back
          as they were. ACCESS EXCLUSIVE on those views for an instant. Triggers, defaults, constraints, indexes and
          policies that call it are named, and the change refused: they would have to be dropped too.
undo      the old definition by the same road
Old code calls it as well: a new meaning needs a new name.
Source: PostgreSQL documentation, CREATE FUNCTION, Notes.
"""

from __future__ import annotations

from pgwright.design import routine, view
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.refusals import StillNeeded
from pgwright.design.requests.code import PutFunction
from pgwright.design.source import execute
from pgwright.schema.model import Relation, Schema, Thing
from pgwright.step import Step


def check(want: PutFunction, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    routine.types(want.arguments)
    routine.returns(want.returns)
    old = routine.found(on, want)
    if old is not None and not routine.can_be_replaced(old, want) and (users := routine.users(on.database, want.name)):
        raise StillNeeded(what="function", name=want.name, dependents=", ".join(users))


def expand(want: PutFunction, on: Surroundings) -> tuple[Draft, ...]:
    """CREATE OR REPLACE, or away, anew, and back."""
    old = routine.found(on, want)
    above: tuple[Relation, ...] = ()
    if old is None:
        make = routine.create(want, replace=False)
        steps: list[Step] = [step(execute(make), "expand", undo=execute(f"DROP FUNCTION {routine.address(want)}"))]
    elif routine.can_be_replaced(old, want):
        steps = [step(execute(routine.create(want, replace=True)), "expand", undo=routine.again(old, "expand"))]
    else:
        below = routine.views(on.database, want.name)
        above = tuple(dict.fromkeys([*below, *(v for b in below for v in view.standing_on(on, b))]))
        steps = [*view.away(above, "expand")]
        back = routine.again(old, "expand")
        steps.append(step(execute(f"DROP FUNCTION {routine.address_of(old)}"), "expand", undo=back))
        make = execute(routine.create(want, replace=False))
        steps.append(step(make, "expand", undo=execute(f"DROP FUNCTION {routine.address(want)}")))
        steps += view.again(above, "expand")
    names = ", ".join(v.name for v in above)
    return (
        Draft(
            phase="expand",
            subject=f"{'replace' if old else 'create'} function {want.name}",
            why=f"In one transaction, with the views that call it: {names}." if names else "Only the catalog changes.",
            change=want.kind,
            steps=tuple(steps),
            locks=(f"ACCESS EXCLUSIVE on {names} for an instant",) if names else (),
        ),
    )


def after(want: PutFunction, on: Surroundings) -> Schema:
    """The schema once it is done."""
    old = routine.found(on, want)
    listed = ", ".join(routine.types(want.arguments))
    properties = (("definition", routine.create(want, replace=True)),)
    new = Thing("function", f"{want.schema or 'public'}.{want.name}({listed})", properties)
    things = [t for t in on.database.things if t != old]
    return Schema(on.database.relations, tuple([*things, new]), on.database.version)
