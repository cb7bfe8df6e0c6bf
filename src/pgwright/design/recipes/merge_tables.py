"""Merge a table into the one that it belongs to: its columns go there, then it goes.

Each of its rows belongs to one row there, by a foreign key on unique columns; a row there may have none, and then has NULLs.

expand    the columns there, nullable; their foreign keys and CHECKs NOT VALID; then triggers on both tables that carry every
          write over (see shared_columns.py): ACCESS EXCLUSIVE for an instant. Rows given values there get their row here
backfill  the rows that are there, in batches
enforce   one transaction counts what is missing and notes that nothing is; then the rest of what hangs on the columns
switch    only where a column is NOT NULL: DROP NOT NULL here, before the new code, which writes there only
contract  after the new code is out: one transaction: fails without the note; triggers go, defaults move, the table goes to the
          attic as it is, with its rows
undo      of the contract: the table back from the attic, brought up to what was written since, its foreign keys validated again

NOT NULL stays behind: rows without a row here would break it. Ask for it afterwards, where there are none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pgwright.design import attic, carried, lookup, restore, shared_drafts, shared_triggers, view
from pgwright.design.batches import by_pages
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings, key
from pgwright.design.pairing import paired
from pgwright.design.recipes import drop_table
from pgwright.design.refusals import AlreadyThere, NoOneToOneKey, StillNeeded
from pgwright.design.requests.across import MergeTables
from pgwright.design.shared_columns import Shared
from pgwright.design.source import autocommit, execute, qualified, quoted, sql_string
from pgwright.schema.model import Constraint, Schema
from pgwright.step import Step


def _shared(want: MergeTables, on: Surroundings) -> Shared:
    """Every column but the key, in both tables."""
    here, there = paired(on.table(want.table, want.schema), on.table(want.into, want.schema))
    ordered = sorted(here.table.columns, key=lambda c: c.position)
    columns = tuple(c for c in ordered if c.name not in here.key)
    return Shared(here, there, columns, f"{want.table}_{want.into}", "here")


def check(want: MergeTables, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    table, into = lookup.table_of(want, on), lookup.table(want.into, want.schema, on)
    case = _shared(want, on)
    if not any(c.columns == case.here.key and c.references == into.qualified for c in table.constraints):
        raise NoOneToOneKey(table=want.table, other=want.into, problem=f"the key stands on {want.into}, not on {want.table}")
    bound = [f"{r.name}.{c.name}" for r in on.database.tables() for c in r.constraints if c.references == table.qualified]
    bound += [v.qualified for v in view.standing_on(on, table)]
    bound += ["its partitions"] if table.kind != "table" or into.kind != "table" else []
    bound += ["its columns, of which it has none but the key,"] if not case.columns else []
    if bound:
        raise StillNeeded(what="table", name=want.table, dependents=", ".join(bound))
    for name in case.names:
        if into.column(name) is not None:
            raise AlreadyThere(what="column", name=f"{want.into}.{name}")
    carried.refuse_what_cannot_go(on, table, case.names)
    carried.refuse_what_needs_a_value(table, case.names)
    carried.free(list(carried.requests(table, into, case.names)), on.seeing(_with_columns(want, on)))


def expand(want: MergeTables, on: Surroundings) -> tuple[Draft, ...]:
    """The columns there, and the triggers."""
    case = _shared(want, on)
    wanted = list(carried.requests(case.here.table, case.there.table, case.names))
    promised = carried.promised(wanted, on.seeing(_with_columns(want, on)), want.kind)
    held = shared_drafts.held(case, want.kind)
    notes = (*held.notes, "Until the contract the columns have no default there.")
    return (shared_drafts.begun(case, want.kind, on), *promised, replace(held, notes=notes))


def backfill(want: MergeTables, on: Surroundings) -> tuple[Draft, ...]:
    """The rows that are there."""
    return (shared_drafts.fill(_shared(want, on), want.kind, on.limits.backfill_pages),)


def enforce(want: MergeTables, on: Surroundings) -> tuple[Draft, ...]:
    """The proof, then what hangs on the columns."""
    case = _shared(want, on)
    wanted = list(carried.requests(case.here.table, case.there.table, case.names))
    return (shared_drafts.proof(case, want.kind), *carried.drafts(wanted, on.seeing(_with_columns(want, on)), want.kind))


def switch(want: MergeTables, on: Surroundings) -> tuple[Draft, ...]:
    """DROP NOT NULL here."""
    return shared_drafts.loosened(_shared(want, on), want.kind, on)


def contract(want: MergeTables, on: Surroundings) -> tuple[Draft, ...]:
    """The table goes to the attic."""
    case = _shared(want, on)
    table = case.here.table
    *moved, last = (replace(s, undo=()) for s in attic.table_moved(table))
    kept = qualified(attic.SCHEMA, attic.table_name(table))
    return (
        Draft(
            phase="contract",
            subject=f"drop table {want.table}, which {want.into} has now",
            why="The old table leaves the application's sight with the triggers; it is kept in the attic.",
            change=want.kind,
            steps=(
                shared_drafts.guarded(case),
                drop_table.nothing_looks_at(case.here.relation),
                *shared_triggers.removed(case, "contract"),
                *(s for c in case.columns for s in shared_drafts.default(case.there, c)),
                *(replace(restore.constraint_drop(on, table, c, "contract"), undo=()) for c in _keys(case)),
                *moved,
                replace(last, undo=tuple(_again(case, on))),
            ),
            locks=(f"ACCESS EXCLUSIVE on {want.table} and {want.into} for an instant",),
            keeps=(attic.table_name(table),),
            notes=(f"The rows stay in {kept}; the downgrade brings them back. Drop it once nobody will go back.",),
        ),
    )


def _again(case: Shared, on: Surroundings) -> list[Step]:
    """As it stood after the switch. The batches commit what comes before them, so an interrupted run starts over."""
    here, there, pages = case.here, case.there, on.limits.backfill_pages
    table, kept = here.table, qualified(attic.SCHEMA, attic.table_name(here.table))
    passing = qualified(attic.SCHEMA, table.name)
    back = (
        f"BEGIN IF to_regclass({sql_string(kept)}) IS NOT NULL THEN ALTER TABLE {kept} RENAME TO {quoted(table.name)}; "
        f"ALTER TABLE {passing} SET SCHEMA {quoted(table.schema)}; END IF; END"
    )
    same = case.same_row(there, "whole", here, "was")
    alone = f"DELETE FROM {here.relation} AS was WHERE NOT EXISTS (SELECT FROM {there.relation} AS whole WHERE {same})"
    steps = [
        step(execute(f"DO {sql_string(back)}"), "contract"),
        *_keys_again(case),
        *shared_triggers.gone(case, "contract"),
        *shared_triggers.made(case, "contract"),
        step(by_pages(here.relation, alone, pages, verb="remove"), "contract", transactional=False),
        step(shared_drafts.carrying(case, there, here, pages, insert=True), "contract", transactional=False),
        *(_validated(case, c) for c in _keys(case)),
        shared_drafts.noted_again(case),
    ]
    return [replace(s, undo=()) for s in steps]


def _keys(case: Shared) -> list[Constraint]:
    return [c for c in case.here.table.constraints if c.kind == "foreign key"]


def _keys_again(case: Shared) -> Iterator[Step]:
    """Not validated before the orphans are gone, and there before they are: else a row deleted meanwhile leaves another."""
    for one in _keys(case):
        name, alter = quoted(one.name), f"ALTER TABLE {case.here.relation}"
        yield step(execute(f"{alter} DROP CONSTRAINT IF EXISTS {name}"), "contract")
        yield step(execute(f"{alter} ADD CONSTRAINT {name} {one.definition} NOT VALID"), "contract")
        if one.comment:
            words = f"COMMENT ON CONSTRAINT {name} ON {case.here.relation} IS {sql_string(one.comment)}"
            yield step(execute(words), "contract")


def _validated(case: Shared, one: Constraint) -> Step:
    validate = execute(f"ALTER TABLE {case.here.relation} VALIDATE CONSTRAINT {quoted(one.name)}")
    return step(autocommit(validate), "contract", transactional=False)


def _with_columns(want: MergeTables, on: Surroundings) -> Schema:
    """The schema with the columns in both."""
    case = _shared(want, on)
    bare = (replace(c, not_null=False, position=0) for c in case.columns)
    there = case.there.table
    return lookup.put(on.database, replace(there, columns=(*there.columns, *bare)))


def after(want: MergeTables, on: Surroundings) -> Schema:
    """The schema once it is done."""
    merged, gone = _with_columns(want, on), key(want.table, want.schema)
    return Schema(tuple(r for r in merged.relations if r.qualified != gone), merged.things, merged.version)
