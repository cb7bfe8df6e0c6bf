"""How the rows of two tables belong together one to one: by a foreign key on unique columns, nothing else."""

from __future__ import annotations

from pgwright.design.refusals import NoOneToOneKey
from pgwright.design.shared_columns import Side
from pgwright.schema.model import Relation


def paired(one: Relation, other: Relation) -> tuple[Side, Side]:
    """Both tables with their columns of the key; NoOneToOneKey where there is none, or more than one."""
    found = [
        (Side(one, c.columns), Side(other, c.referenced_columns))
        for c in one.constraints
        if c.kind == "foreign key" and c.references == other.qualified and _is_unique(one, c.columns)
    ]
    found += [
        (Side(one, c.referenced_columns), Side(other, c.columns))
        for c in other.constraints
        if c.kind == "foreign key" and c.references == one.qualified and _is_unique(other, c.columns)
    ]
    if one.qualified == other.qualified or len(found) != 1:
        problem = "they are one table" if one.qualified == other.qualified else f"{len(found)} such keys join them"
        raise NoOneToOneKey(table=one.name, other=other.name, problem=problem)
    return found[0]


def _is_unique(table: Relation, columns: tuple[str, ...]) -> bool:
    kinds = ("primary key", "unique")
    if any(c.kind in kinds and set(c.columns) == set(columns) and not c.deferrable for c in table.constraints):
        return True
    return any(
        i.unique and i.valid and i.constraint is None and i.predicate is None and set(i.keys) == set(columns)
        for i in table.indexes
    )
