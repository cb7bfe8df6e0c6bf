"""Indexes that a statement makes, by themselves or for a key, and those that stand beside them afterwards."""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import CreateIndex, Index
from pgwright.hazards.columns import made_constraints
from pgwright.hazards.known import Known, Table
from pgwright.hazards.statement import Statement


def made_indexes(statement: Statement, after: Known) -> Iterator[tuple[Table, Index]]:
    """Indexes of the statement that are there `after` the revision, each with its table as it is then."""
    for act in statement.of(CreateIndex):
        table = after.table(act.table)
        name = act.index.name
        if name in table.indexes:
            yield table, table.indexes[name].index
    for one, key in made_constraints(statement, "unique"):
        table = after.table(one)
        found = next((i.index for i in table.indexes.values() if i.constraint and i.index.keys == key.columns), None)
        if found is not None and not key.using_index:
            yield table, found


def standing(table: Table, index: Index) -> Iterator[Index]:
    """The other indexes of the table; those of exclusion constraints left out."""
    for one in table.indexes.values():
        constraint = table.constraints.get(one.constraint or "")
        if one.name != index.name and not (constraint is not None and constraint.kind == "exclusion"):
            yield one.index
