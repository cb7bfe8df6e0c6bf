"""Drop a view, materialised or not.

contract  after the new code is out: DROP VIEW, ACCESS EXCLUSIVE for an instant; refused while another view stands on it
undo      the view as it was: query, options, comments, indexes, grants, triggers; a materialised one is filled again
Source: PostgreSQL documentation, DROP VIEW.
"""

from __future__ import annotations

from pgwright.design import lookup, view
from pgwright.design.draft import Draft, Surroundings, key
from pgwright.design.refusals import StillNeeded, UnknownObject
from pgwright.design.requests.view import DropView
from pgwright.schema.model import Schema


def check(want: DropView, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    found = on.database.relation(key(want.view, want.schema))
    if found is None or found.definition is None:
        known = (r.name for r in on.database.relations if r.definition)
        raise UnknownObject(what="view", name=want.view, hint=lookup.near(want.view, known))
    above = view.standing_on(on, found)
    if above:
        raise StillNeeded(what="view", name=want.view, dependents=", ".join(v.name for v in above))


def contract(want: DropView, on: Surroundings) -> tuple[Draft, ...]:
    """DROP VIEW."""
    found = on.database.relation(key(want.view, want.schema))
    assert found is not None  # check() has refused unknown ones
    return (
        Draft(
            phase="contract",
            subject=f"drop view {want.view}",
            why="Only the catalog changes.",
            change=want.kind,
            steps=tuple(view.away((found,), "contract")),
            locks=(f"ACCESS EXCLUSIVE on {want.view} for an instant",),
        ),
    )


def after(want: DropView, on: Surroundings) -> Schema:
    """The schema once it is done."""
    gone = key(want.view, want.schema)
    relations = tuple(r for r in on.database.relations if r.qualified != gone)
    return Schema(relations, on.database.things, on.database.version)
