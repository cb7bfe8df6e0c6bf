"""Drop a constraint.

contract  DROP CONSTRAINT: the catalog only. ACCESS EXCLUSIVE for an instant; on both tables for a foreign key.
undo      ADD CONSTRAINT as the catalog had it: that reads the table, and refuses when rows break it meanwhile
Source: PostgreSQL documentation, ALTER TABLE, DROP CONSTRAINT.
"""

from __future__ import annotations

from pgwright.design import restore
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.requests.constraint import DropConstraint


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
