"""Drop an index.

contract  DROP INDEX CONCURRENTLY in an autocommit block, a revision of its own: it waits for readers instead of making
          them wait
undo      CREATE INDEX CONCURRENTLY, as the catalog had it
Source: PostgreSQL documentation, DROP INDEX, CONCURRENTLY.
"""

from __future__ import annotations

from pgwright.design import operations, restore
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings, Validation
from pgwright.design.requests.index import DropIndex
from pgwright.design.source import qualified, sql_string
from pgwright.schema.model import Index, Relation


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
