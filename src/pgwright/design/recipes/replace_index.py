"""Give an index another definition, or build the same one anew (invalid, bloated, of another collation).

expand    the new index under a passing name: CREATE INDEX CONCURRENTLY, after DROP INDEX CONCURRENTLY IF EXISTS of what an
          interrupted build left
switch    one transaction: the two change names; from then on the new one is the index of that name
contract  DROP INDEX CONCURRENTLY of the old one
undo      the same steps back
Two indexes stand side by side meanwhile, so no query is ever without one.
Source: PostgreSQL documentation, CREATE INDEX, "Building Indexes Concurrently"; ALTER INDEX, RENAME.
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import lookup, operations
from pgwright.design.compiled import step
from pgwright.design.dependents import past_name, twin_name
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.recipes import add_index, drop_index
from pgwright.design.refusals import UnknownObject
from pgwright.design.requests.index import AddIndex, ReplaceIndex
from pgwright.design.source import execute, qualified, quoted
from pgwright.schema.model import Index, Schema


def _new(want: ReplaceIndex, name: str) -> AddIndex:
    return AddIndex(
        want.table, want.columns, want.unique, want.method, want.include, want.where, want.nulls_not_distinct, name,
        want.schema,
    )  # fmt: skip


def _old(want: ReplaceIndex, on: Surroundings) -> Index:
    table = lookup.table_of(want, on)
    found = next((i for i in table.indexes if i.name == want.name), None)
    if found is None or found.constraint:
        hint = lookup.near(want.name, (i.name for i in table.indexes if not i.constraint))
        raise UnknownObject(what=f"index of {want.table} without a constraint", name=want.name, hint=hint)
    return found


def check(want: ReplaceIndex, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    _old(want, on)
    add_index.check(_new(want, twin_name(want.name)), on)


def expand(want: ReplaceIndex, on: Surroundings) -> tuple[Draft, ...]:
    """The new one beside the old."""
    (built,) = add_index.expand(_new(want, twin_name(want.name)), on)
    return (replace(built, subject=f"build {want.name} of {want.table} anew", change=want.kind),)


def switch(want: ReplaceIndex, on: Surroundings) -> tuple[Draft, ...]:
    """The names."""
    steps = []
    for old, new in ((want.name, past_name(want.name)), (twin_name(want.name), want.name)):
        there = f"ALTER INDEX {qualified(want.schema, old)} RENAME TO {quoted(new)}"
        back = f"ALTER INDEX {qualified(want.schema, new)} RENAME TO {quoted(old)}"
        steps.append(step(execute(there), "switch", undo=execute(back)))
    return (
        Draft(
            phase="switch",
            subject=f"let the new {want.name} take the old one's name",
            why="Only the catalog changes; both are used until the old one goes.",
            change=want.kind,
            steps=operations.for_postgresql(on, steps),
            locks=("SHARE UPDATE EXCLUSIVE on both indexes for an instant",),
        ),
    )


def contract(want: ReplaceIndex, on: Surroundings) -> tuple[Draft, ...]:
    """The old one goes."""
    old, table = _old(want, on), on.table(want.table, want.schema)
    past = past_name(old.name)
    head, of, tail = old.definition.partition(" ON ")
    renamed = replace(old, name=past, definition=f"{head.removesuffix(quoted(old.name))}{quoted(past)}{of}{tail}")
    return (drop_index.dropped(table, renamed, want.kind),)


def after(want: ReplaceIndex, on: Surroundings) -> Schema:
    """The schema once it is done."""
    table = on.table(want.table, want.schema)
    gone = replace(table, indexes=tuple(i for i in table.indexes if i.name != want.name))
    return add_index.after(_new(want, want.name), on.seeing(lookup.put(on.database, gone)))
