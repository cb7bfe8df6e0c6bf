"""The revisions that columns in two tables go through, whatever they are for: the fill, the proof, and the way back."""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import operations, restore, shared_triggers
from pgwright.design.batches import by_pages
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.recipes import drop_not_null
from pgwright.design.requests.column import DropNotNull
from pgwright.design.shared_columns import COMPLETE, Shared, Side
from pgwright.design.source import execute, quoted, sql_string, string
from pgwright.schema.model import Column
from pgwright.step import Phase, Step

LIMITS = (
    "Each side's rows are written with the other's, in the same transaction. Two sessions that write the same row's value "
    "on both sides in the same instant wait for each other: PostgreSQL ends one of them (40P01).",
    "While both tables have a column, a statement that joins them has to say which it means.",
    "TRUNCATE of one table, and another key for a row, are not followed.",
)


def added(on: Surroundings, side: Side, column: Column, phase: Phase) -> tuple[Step, ...]:
    """The column, nullable and without a default, on that side."""
    table = side.table
    bare = replace(column, not_null=False, default=None, not_null_name=None)
    first, *rest = restore.column(on, table, bare, phase)
    drop = operations.altered(on, table.name, restore.schema_of(table), "drop_column", string(column.name))
    return (replace(first, undo=(step(drop, phase),)), *rest)


def begun(case: Shared, kind: str, on: Surroundings) -> Draft:
    """The columns there. Nobody fills them yet; alone, for all phases of the change stay together."""
    there, listed = case.there.table.name, ", ".join(case.names)
    return Draft(
        phase="expand",
        subject=f"add {listed} to {there}",
        why=f"Beside those of {case.here.table.name}: nullable and without a default, so nothing is read or written.",
        change=kind,
        steps=tuple(s for c in case.columns for s in added(on, case.there, c, "expand")),
        locks=(f"ACCESS EXCLUSIVE on {there} for an instant",),
        alone=True,
    )


def held(case: Shared, kind: str) -> Draft:
    """The triggers."""
    here, there, listed = case.here.table.name, case.there.table.name, ", ".join(case.names)
    return Draft(
        phase="expand",
        subject=f"hold {listed} of {here} and {there} equal",
        why="Whatever is written to one of the two is in both from now on: old and new code work side by side.",
        change=kind,
        steps=shared_triggers.made(case, "expand"),
        locks=(f"SHARE ROW EXCLUSIVE on {here} and {there} for an instant",),
        notes=LIMITS,
    )


def carrying(case: Shared, source: Side, target: Side, pages: int, *, insert: bool, whole: bool = False) -> str:
    """Code that carries the values of one side over to the other, in batches."""
    head, rest = case.batch(source, target, insert=insert, whole=whole)
    return by_pages(source.relation, head, pages, rest=rest)


def fill(case: Shared, kind: str, pages: int) -> Draft:
    """The rows that are there, in batches."""
    here, there, listed = case.here.table.name, case.there.table.name, ", ".join(case.names)
    made = case.made == "there"
    code = carrying(case, case.here, case.there, pages, insert=made, whole=made)
    awake = [t.name for t in case.there.table.triggers if t.definition]
    return Draft(
        phase="backfill",
        subject=f"carry {listed} of {here} over to {there}",
        why="In batches, each its own transaction; what has arrived already is not written, so it can be repeated.",
        change=kind,
        steps=(step(code, "backfill", transactional=False),),
        locks=(f"ROW SHARE on {here}, ROW EXCLUSIVE on {there}; a writer of a row of the batch waits for it",),
        validations=(case.unfilled if made else case.unequal_pairs,),
        notes=(f"The fill writes rows of {there}, which wakes its triggers: {', '.join(awake)}.",) if awake else (),
    )


def proof(case: Shared, kind: str) -> Draft:
    """Nothing is missing: counted and noted in one transaction."""
    forget = execute(f"COMMENT ON FUNCTION {case.noted} IS NULL")
    return Draft(
        phase="enforce",
        subject=f"verify that {case.there.table.name} has every {', '.join(case.names)}",
        why="Reads both tables and notes on the trigger's function that nothing is missing; what drops the old side asks for "
        "that note.",
        change=kind,
        steps=(step(execute(f"DO {sql_string(case.verified)}"), "enforce", undo=forget),),
        locks=("none that anybody waits for",),
        validations=(case.unfilled,),
    )


def loosened(case: Shared, kind: str, on: Surroundings) -> tuple[Draft, ...]:
    """DROP NOT NULL on the old side: new code does not write it any more, the triggers do, a moment later."""
    table = case.here.table
    drafts = [
        drop_not_null.expand(DropNotNull(table.name, c.name, restore.schema_of(table)), on)[0]
        for c in case.columns
        if c.not_null
    ]
    return tuple(
        replace(
            d,
            phase="switch",
            why="New code writes the other table only; the old side follows within the transaction, but not at once.",
            change=kind,
        )
        for d in drafts
    )


def guarded(case: Shared) -> Step:
    """In the drop's transaction, before it: it was verified."""
    return step(execute(f"DO {sql_string(case.guard)}"), "contract")


def noted_again(case: Shared) -> Step:
    """The note, as it stood."""
    return step(execute(f"COMMENT ON FUNCTION {case.noted} IS {sql_string(COMPLETE)}"), "contract")


def default(side: Side, column: Column) -> tuple[Step, ...]:
    """SET DEFAULT there, with its way back; until then the old side's default serves both."""
    if column.default is None:
        return ()
    alter = f"ALTER TABLE {side.relation} ALTER COLUMN {quoted(column.name)}"
    there = execute(f"{alter} SET DEFAULT {column.default}")
    return (step(there, "contract", undo=execute(f"{alter} DROP DEFAULT")),)


def columns_again(case: Shared, on: Surroundings) -> list[Step]:
    """The old side's columns, empty, with their defaults: what rows get that are inserted meanwhile."""
    steps: list[Step] = []
    for column in case.columns:
        gone = f"ALTER TABLE {case.here.relation} DROP COLUMN IF EXISTS {quoted(column.name)}"
        steps.append(step(execute(gone), "contract"))
        steps += added(on, case.here, column, "contract")
        steps += default(case.here, column)
    return steps
