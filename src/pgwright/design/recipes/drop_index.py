"""Drop an index.

contract  DROP INDEX CONCURRENTLY in an autocommit block, a revision of its own: it waits for readers instead of making
          them wait
undo      CREATE INDEX CONCURRENTLY, as the catalog had it
Source: PostgreSQL documentation, DROP INDEX, CONCURRENTLY.
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import lookup, operations, restore
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings, Validation
from pgwright.design.refusals import UnknownObject
from pgwright.design.requests.index import DropIndex
from pgwright.design.source import qualified, sql_string
from pgwright.schema.model import Index, Relation, Schema


def dropped(table: Relation, index: Index, change: str) -> Draft:
    """The revision that drops one index."""
    schema = restore.schema_of(table)
    code = operations.drop_index(table.name, schema, index.name, concurrently=True)
    undo = restore.index(table, index, "contract", concurrently=True)
    name = sql_string(qualified(schema, index.name))
    return Draft(
        phase="contract",
        subject=f"drop index {index.name} of {table.name}",
        why="Dropped concurrently, in a revision of its own: it cannot run in a transaction.",
        change=change,
        steps=(step(code, "contract", undo=undo, transactional=False),),
        locks=(f"SHARE UPDATE EXCLUSIVE on {table.name}; readers and writers go on",),
        validations=(Validation("the index is still there", f"SELECT (to_regclass({name}) IS NOT NULL)::int"),),
    )


def contract(want: DropIndex, on: Surroundings) -> tuple[Draft, ...]:
    """DROP INDEX CONCURRENTLY."""
    table = on.table(want.table, want.schema)
    index = next(i for i in table.indexes if i.name == want.name)
    return (dropped(table, index, want.kind),)


def check(want: DropIndex, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    table = lookup.table_of(want, on)
    found = next((i for i in table.indexes if i.name == want.name), None)
    if found is None:
        raise UnknownObject(
            what=f"index of {want.table}", name=want.name, hint=lookup.near(want.name, (i.name for i in table.indexes))
        )
    if found.constraint:
        hint = f"It belongs to the constraint {found.constraint}: ask for that to be dropped."
        raise UnknownObject(what="index that can be dropped by itself", name=want.name, hint=hint)


def after(want: DropIndex, on: Surroundings) -> Schema:
    """The schema once it is done."""
    table = on.table(want.table, want.schema)
    return lookup.put(on.database, replace(table, indexes=tuple(i for i in table.indexes if i.name != want.name)))
