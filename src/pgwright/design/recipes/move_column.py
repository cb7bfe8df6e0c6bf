"""Move a column to another table, where each row has at most one row: a foreign key on unique columns joins the two.

expand    the column there, nullable; its foreign keys and CHECKs NOT VALID; then triggers on both tables that carry every write
          over (see shared_columns.py). ACCESS EXCLUSIVE for an instant
backfill  the rows that are there, in batches
enforce   one transaction counts what is missing and notes that nothing is; then the rest of what hangs on the column
switch    only where the column is NOT NULL: DROP NOT NULL here, before the new code, which writes there only
contract  after the new code is out: the old values into the attic (a row without a row there has no other place); the old
          indexes; then one transaction: fails without the note and the attic; triggers and column go, the default moves.
          A NOT NULL moves where every row there has one here
undo      of the contract: the column again, filled from there, whatever was written since, and from the attic for rows that
          have no row there; then the triggers hold both again
Source: PostgreSQL documentation, Explicit Locking, Row-Level Locks; Overview of Trigger Behavior.
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import attic, carried, lookup, operations, restore, shared_drafts, shared_triggers
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.pairing import paired
from pgwright.design.recipes import drop_index, set_not_null
from pgwright.design.refusals import AlreadyThere, StillNeeded
from pgwright.design.requests.across import MoveColumn
from pgwright.design.requests.column import SetNotNull
from pgwright.design.shared_columns import Shared
from pgwright.design.source import quoted, string
from pgwright.schema.model import Relation, Schema
from pgwright.step import Step


def _shared(want: MoveColumn, on: Surroundings) -> Shared:
    """The column in both tables."""
    here, there = paired(on.table(want.table, want.schema), on.table(want.to, want.schema))
    column = lookup.column(here.table, want.column)
    return Shared(here, there, (column,), f"{want.table}_{want.column}")


def check(want: MoveColumn, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    here, there = lookup.table_of(want, on), lookup.table(want.to, want.schema, on)
    for table in (here, there):
        if table.kind != "table":
            raise StillNeeded(what="column", name=f"{want.table}.{want.column}", dependents=f"the partitions of {table.name}")
    if there.column(want.column) is not None:
        raise AlreadyThere(what="column", name=f"{want.to}.{want.column}")
    case = _shared(want, on)
    if want.column in (*case.here.key, *case.here.table.primary_key):
        raise StillNeeded(what="column", name=f"{want.table}.{want.column}", dependents="the key of its rows")
    carried.refuse_what_cannot_go(on, here, case.names)
    after_it = on.seeing(_with_column(want, on))
    if not _points(case):
        carried.refuse_what_needs_a_value(here, case.names)
    carried.free(list(carried.requests(here, there, case.names)), after_it)


def expand(want: MoveColumn, on: Surroundings) -> tuple[Draft, ...]:
    """The column there, and the triggers."""
    case = _shared(want, on)
    wanted = list(carried.requests(case.here.table, case.there.table, case.names))
    promised = carried.promised(wanted, on.seeing(_with_column(want, on)), want.kind)
    return (shared_drafts.begun(case, want.kind, on), *promised, shared_drafts.held(case, want.kind))


def backfill(want: MoveColumn, on: Surroundings) -> tuple[Draft, ...]:
    """The rows that are there."""
    return (shared_drafts.fill(_shared(want, on), want.kind, on.limits.backfill_pages),)


def enforce(want: MoveColumn, on: Surroundings) -> tuple[Draft, ...]:
    """The proof, then what hangs on the column."""
    case = _shared(want, on)
    wanted = list(carried.requests(case.here.table, case.there.table, case.names))
    there = on.seeing(_with_column(want, on))
    return (shared_drafts.proof(case, want.kind), *carried.drafts(wanted, there, want.kind))


def switch(want: MoveColumn, on: Surroundings) -> tuple[Draft, ...]:
    """DROP NOT NULL here."""
    return shared_drafts.loosened(_shared(want, on), want.kind, on)


def contract(want: MoveColumn, on: Surroundings) -> tuple[Draft, ...]:
    """The attic, the indexes, the column; then NOT NULL there."""
    case = _shared(want, on)
    table, column = case.here.table, case.columns[0]
    place = attic.shelf(on, table, replace(column, not_null=False))
    hanging = carried.hanging(table, case.names)
    drop = operations.altered(on, want.table, want.schema, "drop_column", string(want.column))
    last = Draft(
        phase="contract",
        subject=f"drop {want.column} of {want.table}, which {want.to} has now",
        why="The old column leaves the catalog with the triggers; the default moves with it.",
        change=want.kind,
        steps=(
            shared_drafts.guarded(case),
            *(attic.guarded_end(place) if place else ()),
            *shared_triggers.removed(case, "contract"),
            *shared_drafts.default(case.there, column),
            *(restore.constraint_drop(on, table, c, "contract") for c in hanging.constraints),
            step(drop, "contract", undo=tuple(_again(case, place, on))),
        ),
        locks=(f"ACCESS EXCLUSIVE on {want.table} and {want.to} for an instant",),
        notes=(attic.note(place),) if place else ("Values of rows that have no row there are gone: no key, no attic.",),
    )
    kept = attic.kept(on, place, want.kind) if place else ()
    indexes = (drop_index.dropped(table, i, want.kind) for i in hanging.indexes)
    return (*kept, *indexes, last, *_required(want, on, case))


def _again(case: Shared, place: attic.Shelf | None, on: Surroundings) -> list[Step]:
    """As it stood after the switch. The batches commit what comes before them, so an interrupted run starts over."""
    pages = on.limits.backfill_pages
    steps = [*(attic.reset(place) if place else ()), *shared_triggers.gone(case, "contract")]
    steps += [*shared_drafts.columns_again(case, on), *shared_triggers.made(case, "contract")]
    steps += attic.followed_again(place) if place else ()  # before the fill: what changed meanwhile is kept as it is now
    back = shared_drafts.carrying(case, case.there, case.here, pages, insert=False)
    steps.append(step(back, "contract", transactional=False))
    if place:
        row = quoted(case.here.table.name)
        kept = f"SELECT FROM {place.copy} AS kept WHERE {place.same_row('kept', row)} AND {place.differs('kept', row)}"
        other = case.same_row(case.there, "half", case.here, row)
        alone = f"EXISTS ({kept}) AND NOT EXISTS (SELECT FROM {case.there.relation} AS half WHERE {other})"
        steps.append(attic.brought_back(on, place, where=alone))
    steps.append(shared_drafts.noted_again(case))
    return [replace(s, undo=()) for s in steps]


def _required(want: MoveColumn, on: Surroundings, case: Shared) -> tuple[Draft, ...]:
    """NOT NULL there, where every row there has one here."""
    if not case.columns[0].not_null or not _points(case):
        return ()
    asked = SetNotNull(want.to, want.column, schema=want.schema)
    later = on.seeing(after(want, on))
    drafts = (
        *set_not_null.promise(asked, later, phase="contract", change=want.kind),
        *set_not_null.enforce(asked, later, change=want.kind),
    )
    return tuple(replace(d, phase="contract") for d in drafts)


def _points(case: Shared) -> bool:
    """Whether every row there has one here: its key is a foreign key to this table, and not NULL itself."""
    there = case.there
    columns = [there.table.column(k) for k in there.key]
    keys = (c for c in there.table.constraints if c.kind == "foreign key" and c.columns == there.key)
    return any(c.references == case.here.table.qualified for c in keys) and all(c and c.not_null for c in columns)


def _with_column(want: MoveColumn, on: Surroundings) -> Schema:
    """The schema with the column in both."""
    column = lookup.column(on.table(want.table, want.schema), want.column)
    there = on.table(want.to, want.schema)
    return lookup.put(on.database, replace(there, columns=(*there.columns, replace(column, position=0))))


def after(want: MoveColumn, on: Surroundings) -> Schema:
    """The schema once it is done."""
    here: Relation = on.table(want.table, want.schema)
    hanging = carried.hanging(here, [want.column])
    bare = replace(
        here,
        columns=tuple(c for c in here.columns if c.name != want.column),
        constraints=tuple(c for c in here.constraints if c not in hanging.constraints),
        indexes=tuple(i for i in here.indexes if i not in hanging.indexes),
    )
    return lookup.put(_with_column(want, on), bare)
