"""A view with another query, or a new one.

expand    one transaction: the views that stand on it make way, it is dropped and created with the new query, they come back
          with their comments, indexes and grants. ACCESS EXCLUSIVE on the views for an instant; a materialised view is
          filled in that transaction, so its readers wait for its query.
undo      the old query by the same road
Old code has to find its columns in the new query: give it both names until the new code is out.
Source: PostgreSQL documentation, CREATE VIEW; CREATE OR REPLACE cannot rename, retype or drop a column.
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import lookup, view
from pgwright.design.draft import Draft, Surroundings, key
from pgwright.design.refusals import AlreadyThere, BadField
from pgwright.design.requests.view import PutView
from pgwright.schema.model import Relation, RelationKind, Schema
from pgwright.step import Step


def _kind(want: PutView) -> RelationKind:
    return "materialized view" if want.materialized else "view"


def _new(want: PutView, old: Relation | None) -> Relation:
    """The old one with the new query. What hangs on columns that it may not have any more is left behind."""
    if old is not None and old.kind == _kind(want):
        return replace(old, definition=want.query, columns=())
    return Relation(want.schema or "public", want.view, _kind(want), definition=want.query)


def check(want: PutView, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    found = on.database.relation(key(want.view, want.schema))
    if found is not None and found.definition is None:
        raise AlreadyThere(what=found.kind, name=want.view)
    if found is not None and found.rules:
        raise BadField(
            kind=want.kind, field="view", problem="has rules of its own; drop them first", known="view, query"
        )


def expand(want: PutView, on: Surroundings) -> tuple[Draft, ...]:
    """Away, anew, and back."""
    old = on.database.relation(key(want.view, want.schema))
    above = view.standing_on(on, old) if old is not None else ()
    steps: list[Step] = [*view.away(above, "expand")]
    if old is not None:
        steps += view.away((old,), "expand")
    steps += [*view.made(_new(want, old), "expand"), *view.again(above, "expand")]
    named = ", ".join(v.name for v in above)
    return (
        Draft(
            phase="expand",
            subject=f"{'replace' if old else 'create'} view {want.view}",
            why=f"In one transaction, with what stands on it: {named}." if named else "In one transaction.",
            change=want.kind,
            steps=tuple(steps),
            locks=(f"ACCESS EXCLUSIVE on {', '.join([want.view, *(v.name for v in above)])} for an instant",)
            if old
            else (),
        ),
    )


def after(want: PutView, on: Surroundings) -> Schema:
    """The schema once it is done."""
    return lookup.put(on.database, _new(want, on.database.relation(key(want.view, want.schema))))
