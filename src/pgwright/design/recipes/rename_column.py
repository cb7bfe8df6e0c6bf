"""Rename a column, by explicit request only; never guessed from a difference.

way "view" (the default): no pause, nothing is filled
expand    one transaction: the table steps back under a passing name, and a view with both names of the column takes its
          place (see alias_view.py). ACCESS EXCLUSIVE for an instant.
contract  after the new code is out: the view goes, the table has its name again, the column its new one
undo      the same steps back; nothing is lost

way "column": two columns that a trigger holds equal, for where a view cannot stand (see dual_name.py)

way "pause": RENAME alone. Code that uses the old name fails from then on (measured: every client did).
Source: PostgreSQL documentation, ALTER TABLE, RENAME; CREATE VIEW, "Updatable Views".
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import alias_view, dual_name, lookup, names, operations
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.refusals import AlreadyThere
from pgwright.design.requests.column import RenameColumn
from pgwright.design.source import quoted, string
from pgwright.schema.model import Schema
from pgwright.step import Phase, Step

PAUSE = "Code that uses the old name fails from this revision on: deploy together, in a pause."


def check(want: RenameColumn, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    table = lookup.table_of(want, on)
    if table.column(want.to) is not None:
        raise AlreadyThere(what="column", name=f"{want.table}.{want.to}")
    if want.way == "view":
        alias_view.check(on, table)
    if want.way == "column":
        dual_name.check(want, on)


def _column_renamed(want: RenameColumn, on: Surroundings, phase: Phase) -> Step:
    def code(old: str, new: str) -> str:
        return operations.altered(on, want.table, want.schema, "alter_column", string(old), new_column_name=string(new))

    return step(code(want.column, want.to), phase, undo=code(want.to, want.column))


def _base(want: RenameColumn) -> str:
    return names.fitted(f"{want.table}_base")


def _view(want: RenameColumn, on: Surroundings, phase: Phase) -> tuple[Step, ...]:
    ordered = sorted(on.table(want.table, want.schema).columns, key=lambda c: c.position)
    columns = (*(quoted(c.name) for c in ordered), f"{quoted(want.column)} AS {quoted(want.to)}")
    return alias_view.shown(on, want.table, _base(want), want.schema, columns, phase)


def expand(want: RenameColumn, on: Surroundings) -> tuple[Draft, ...]:
    """The view with both names, or the second column."""
    if want.way == "column":
        return (dual_name.expand(dual_name.dual_name(want, on), on),)
    if want.way != "view":
        return ()
    return (
        Draft(
            phase="expand",
            subject=f"let {want.table}.{want.column} be called {want.to} as well",
            why=f"A view with both names takes the place of {want.table}: old and new code work side by side.",
            change=want.kind,
            steps=operations.for_postgresql(
                on, (alias_view.renamed(want.schema, want.table, _base(want), "expand"), *_view(want, on, "expand"))
            ),
            locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
            notes=alias_view.LIMITS,
        ),
    )


def backfill(want: RenameColumn, on: Surroundings) -> tuple[Draft, ...]:
    """The second column's rows."""
    return (dual_name.backfill(dual_name.dual_name(want, on), on),) if want.way == "column" else ()


def enforce(want: RenameColumn, on: Surroundings) -> tuple[Draft, ...]:
    """The second column's proof."""
    return dual_name.enforce(dual_name.dual_name(want, on), on) if want.way == "column" else ()


def switch(want: RenameColumn, on: Surroundings) -> tuple[Draft, ...]:
    """RENAME alone, in a pause."""
    if want.way != "pause":
        return ()
    return (
        Draft(
            phase="switch",
            subject=f"rename {want.table}.{want.column} to {want.to}",
            why="Only the catalog changes; indexes and constraints keep their names.",
            change=want.kind,
            steps=(_column_renamed(want, on, "switch"),),
            locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
            notes=(PAUSE,),
        ),
    )


def contract(want: RenameColumn, on: Surroundings) -> tuple[Draft, ...]:
    """The view goes, or the old column."""
    if want.way == "column":
        return (dual_name.contract(dual_name.dual_name(want, on), on),)
    if want.way != "view":
        return ()
    back = (
        *alias_view.removed(_view(want, on, "contract")),
        alias_view.renamed(want.schema, _base(want), want.table, "contract"),
    )
    steps = (*operations.for_postgresql(on, back), _column_renamed(want, on, "contract"))
    return (
        Draft(
            phase="contract",
            subject=f"rename {want.table}.{want.column} to {want.to}",
            why="Only the catalog changes; indexes and constraints keep their names.",
            change=want.kind,
            steps=steps,
            locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
        ),
    )


def after(want: RenameColumn, on: Surroundings) -> Schema:
    """The schema once it is done."""
    table = on.table(want.table, want.schema)
    columns = tuple(replace(c, name=want.to) if c.name == want.column else c for c in table.columns)
    return lookup.put(on.database, replace(table, columns=columns))
