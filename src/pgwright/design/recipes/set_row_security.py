"""Put the policies of a table in force, or out of force.

switch    ALTER TABLE ... ROW LEVEL SECURITY, and FORCE for the owner: ACCESS EXCLUSIVE for an instant. Which rows a session
          sees changes with this commit; statements that are planned already are planned again.
undo      as it was
Source: PostgreSQL documentation, ALTER TABLE, ENABLE ROW LEVEL SECURITY; Row Security Policies.
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import lookup, rights
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.refusals import AlreadyThere
from pgwright.design.requests.rights import SetRowSecurity
from pgwright.design.source import execute
from pgwright.schema.model import Schema
from pgwright.step import Step


def check(want: SetRowSecurity, on: Surroundings) -> None:
    """Refuses what is so already."""
    table = lookup.table_of(want, on)
    if (table.row_security, table.force_row_security) == (want.enabled, want.forced):
        raise AlreadyThere(what="row security", name=want.table)


def switch(want: SetRowSecurity, on: Surroundings) -> tuple[Draft, ...]:
    """ENABLE or DISABLE, FORCE or NO FORCE."""
    table = on.table(want.table, want.schema)
    name = rights.table_sql(table)
    words = (("DISABLE", "ENABLE"), ("NO FORCE", "FORCE"))
    was, now = (table.row_security, table.force_row_security), (want.enabled, want.forced)
    steps: list[Step] = []
    for (off, on_word), before, wished in zip(words, was, now, strict=True):
        if before != wished:
            up, back = (on_word, off) if wished else (off, on_word)
            undo = execute(f"ALTER TABLE {name} {back} ROW LEVEL SECURITY")
            steps.append(step(execute(f"ALTER TABLE {name} {up} ROW LEVEL SECURITY"), "switch", undo=undo))
    empty = want.enabled and not table.policies
    notes = ("The table has no policy: nobody but its owner will see a row.",) if empty else ()
    return (
        Draft(
            phase="switch",
            subject=f"{'enable' if want.enabled else 'disable'} row security of {want.table}",
            why="Which rows a session sees changes with this commit, for old and new code alike.",
            change=want.kind,
            steps=tuple(steps),
            locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
            notes=notes,
        ),
    )


def after(want: SetRowSecurity, on: Surroundings) -> Schema:
    """The schema once it is done."""
    table = on.table(want.table, want.schema)
    return lookup.put(on.database, replace(table, row_security=want.enabled, force_row_security=want.forced))
