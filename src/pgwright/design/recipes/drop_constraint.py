"""Drop a constraint.

contract  DROP CONSTRAINT: the catalog only. ACCESS EXCLUSIVE for an instant; on both tables for a foreign key.
undo      ADD CONSTRAINT as the catalog had it: that reads the table, and refuses when rows break it meanwhile
Source: PostgreSQL documentation, ALTER TABLE, DROP CONSTRAINT.
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import lookup, restore
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.refusals import UnknownObject
from pgwright.design.requests.constraint import DropConstraint
from pgwright.schema.model import Schema


def contract(want: DropConstraint, on: Surroundings) -> tuple[Draft, ...]:
    """DROP CONSTRAINT."""
    table = on.table(want.table, want.schema)
    found = table.constraint(want.name)
    assert found is not None  # the plan has refused unknown ones
    both = f" and {found.references}" if found.references else ""
    return (
        Draft(
            phase="contract",
            subject=f"drop constraint {want.name} of {want.table}",
            why="Only the catalog changes.",
            change=want.kind,
            steps=(restore.constraint_drop(on, table, found, "contract"),),
            locks=(f"ACCESS EXCLUSIVE on {want.table}{both} for an instant",),
            notes=("The downgrade adds it again and reads every row; it refuses when rows break it by then.",),
        ),
    )


def check(want: DropConstraint, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    table = lookup.table_of(want, on)
    if table.constraint(want.name) is None:
        hint = lookup.near(want.name, (c.name for c in table.constraints))
        raise UnknownObject(what=f"constraint of {want.table}", name=want.name, hint=hint)


def after(want: DropConstraint, on: Surroundings) -> Schema:
    """The schema once it is done."""
    table = on.table(want.table, want.schema)
    constraints = tuple(c for c in table.constraints if c.name != want.name)
    indexes = tuple(i for i in table.indexes if i.constraint != want.name)
    return lookup.put(on.database, replace(table, constraints=constraints, indexes=indexes))
