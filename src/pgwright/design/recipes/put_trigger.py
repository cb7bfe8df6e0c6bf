"""A trigger, new or in the place of the one of that name.

expand    CREATE OR REPLACE TRIGGER: SHARE ROW EXCLUSIVE for an instant, so writers wait that long and readers do not. Rows
          that are there are not touched.
undo      the trigger as it was, or none
Every write of old code fires it too, from this revision on.
Source: PostgreSQL documentation, CREATE TRIGGER.
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import lookup, restore, routine
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.refusals import BadField, UnknownObject
from pgwright.design.requests.code import PutTrigger
from pgwright.design.source import columns_sql, execute, qualified, quoted
from pgwright.schema.model import Schema, Trigger
from pgwright.step import Step

PLAIN = "CREATE TRIGGER "


def check(want: PutTrigger, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    table = lookup.table_of(want, on)
    for name in want.columns:
        lookup.column(table, name)
    fields = "function, timing, events, columns, each, where"
    if want.columns and "update" not in want.events:
        raise BadField(kind=want.kind, field="columns", problem="narrow UPDATE, which is not among events", known=fields)
    if not any(routine.named(on, want.function, want.function_schema)):
        known = (t.identity.partition("(")[0].removeprefix("public.") for t in on.database.of_kind("function"))
        raise UnknownObject(what="function", name=want.function, hint=lookup.near(want.function, known))
    old = _old(want, on)
    if old is not None and not old.definition.startswith(PLAIN):
        raise BadField(kind=want.kind, field="name", problem="is that of a constraint trigger; drop it first", known=fields)


def _old(want: PutTrigger, on: Surroundings) -> Trigger | None:
    return next((t for t in on.table(want.table, want.schema).triggers if t.name == want.name), None)


def definition(want: PutTrigger) -> str:
    """CREATE TRIGGER, as the catalog would word it."""
    of = f" OF {columns_sql(want.columns)}" if want.columns else ""
    events = " OR ".join(f"{e.upper()}{of if e == 'update' else ''}" for e in want.events)
    when = f" WHEN ({want.where})" if want.where else ""
    return (
        f"{PLAIN}{quoted(want.name)} {want.timing.upper()} {events} ON {qualified(want.schema, want.table)} "
        f"FOR EACH {want.each.upper()}{when} EXECUTE FUNCTION {qualified(want.function_schema, want.function)}()"
    )


def expand(want: PutTrigger, on: Surroundings) -> tuple[Draft, ...]:
    """CREATE OR REPLACE TRIGGER."""
    old, table = _old(want, on), qualified(want.schema, want.table)
    if old is None:
        undo: tuple[Step, ...] = (step(execute(f"DROP TRIGGER {quoted(want.name)} ON {table}"), "expand"),)
        make = definition(want)
    else:
        undo = restore.trigger(old, table, "expand", instead=True)
        make = definition(want).replace(PLAIN, "CREATE OR REPLACE TRIGGER ", 1)
    return (
        Draft(
            phase="expand",
            subject=f"{'replace' if old else 'create'} trigger {want.name} of {want.table}",
            why="It fires for whoever writes from now on; rows that are there are not touched.",
            change=want.kind,
            steps=(step(execute(make), "expand", undo=undo),),
            locks=(f"SHARE ROW EXCLUSIVE on {want.table} for an instant: writers wait, readers do not",),
        ),
    )


def after(want: PutTrigger, on: Surroundings) -> Schema:
    """The schema once it is done."""
    table = on.table(want.table, want.schema)
    kept = [t for t in table.triggers if t.name != want.name]
    return lookup.put(on.database, replace(table, triggers=(*kept, Trigger(want.name, definition(want), "enabled"))))
