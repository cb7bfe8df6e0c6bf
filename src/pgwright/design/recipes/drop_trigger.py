"""Drop a trigger; its function stays.

contract  after the new code is out: DROP TRIGGER, ACCESS EXCLUSIVE for an instant
undo      the trigger as it was; what was written meanwhile did not fire it
Source: PostgreSQL documentation, DROP TRIGGER.
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import lookup, restore
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.refusals import UnknownObject
from pgwright.design.requests.code import DropTrigger
from pgwright.design.source import execute, qualified, quoted
from pgwright.schema.model import Schema, Trigger


def _old(want: DropTrigger, on: Surroundings) -> Trigger:
    table = on.table(want.table, want.schema)
    found = next((t for t in table.triggers if t.name == want.name), None)
    if found is None:
        hint = lookup.near(want.name, (t.name for t in table.triggers))
        raise UnknownObject(what="trigger", name=f"{want.table}.{want.name}", hint=hint)
    return found


def check(want: DropTrigger, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    _old(want, on)


def contract(want: DropTrigger, on: Surroundings) -> tuple[Draft, ...]:
    """DROP TRIGGER."""
    old, table = _old(want, on), qualified(want.schema, want.table)
    drop = execute(f"DROP TRIGGER {quoted(want.name)} ON {table}")
    return (
        Draft(
            phase="contract",
            subject=f"drop trigger {want.name} of {want.table}",
            why="Only the catalog changes; the function stays.",
            change=want.kind,
            steps=(step(drop, "contract", undo=restore.trigger(old, table, "contract")),),
            locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
        ),
    )


def after(want: DropTrigger, on: Surroundings) -> Schema:
    """The schema once it is done."""
    table = on.table(want.table, want.schema)
    return lookup.put(on.database, replace(table, triggers=tuple(t for t in table.triggers if t.name != want.name)))
