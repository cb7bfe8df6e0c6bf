"""Rename a table, by explicit request only; never guessed from a difference.

way "view" (the default): no pause
expand    one transaction: the table has its new name, and a view takes the old one (see alias_view.py). ACCESS EXCLUSIVE
          for an instant.
contract  after the new code is out: the view goes
undo      the same steps back; nothing is lost

way "pause": RENAME alone. Code that uses the old name fails from then on.
Source: PostgreSQL documentation, ALTER TABLE, RENAME; CREATE VIEW, "Updatable Views".
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import alias_view, lookup, operations
from pgwright.design.draft import Draft, Surroundings, key
from pgwright.design.recipes.rename_column import PAUSE
from pgwright.design.refusals import AlreadyThere
from pgwright.design.requests.table import RenameTable
from pgwright.design.source import quoted
from pgwright.schema.model import Schema
from pgwright.step import Phase, Step


def check(want: RenameTable, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    if on.database.relation(key(want.to, want.schema)) is not None:
        raise AlreadyThere(what="relation", name=want.to)
    if want.way == "view":
        alias_view.check(on, on.table(want.table, want.schema))


def _view(want: RenameTable, on: Surroundings, phase: Phase) -> tuple[Step, ...]:
    ordered = sorted(on.table(want.table, want.schema).columns, key=lambda c: c.position)
    columns = tuple(quoted(c.name) for c in ordered)
    return operations.for_postgresql(on, alias_view.shown(on, want.table, want.to, want.schema, columns, phase))


def expand(want: RenameTable, on: Surroundings) -> tuple[Draft, ...]:
    """The new name, and a view under the old one."""
    if want.way != "view":
        return ()
    steps = (alias_view.renamed(want.schema, want.table, want.to, "expand"), *_view(want, on, "expand"))
    why = f"{want.table} becomes a view of {want.to}: old and new code work side by side."
    return (_draft(want, f"rename table {want.table} to {want.to}", "expand", steps, why, alias_view.LIMITS),)


def switch(want: RenameTable, on: Surroundings) -> tuple[Draft, ...]:
    """RENAME alone, in a pause."""
    if want.way != "pause":
        return ()
    steps = (alias_view.renamed(want.schema, want.table, want.to, "switch"),)
    why = "Only the catalog changes; indexes and constraints keep their names."
    return (_draft(want, f"rename table {want.table} to {want.to}", "switch", steps, why, (PAUSE,)),)


def contract(want: RenameTable, on: Surroundings) -> tuple[Draft, ...]:
    """The view goes."""
    if want.way != "view":
        return ()
    steps = alias_view.removed(_view(want, on, "contract"))
    return (
        _draft(want, f"drop the view {want.table} of {want.to}", "contract", steps, "Only the catalog changes.", ()),
    )


def _draft(
    want: RenameTable, subject: str, phase: Phase, steps: tuple[Step, ...], why: str, notes: tuple[str, ...]
) -> Draft:
    return Draft(
        phase=phase,
        subject=subject,
        why=why,
        change=want.kind,
        steps=steps,
        locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
        notes=notes,
    )


def after(want: RenameTable, on: Surroundings) -> Schema:
    """The schema once it is done."""
    table = on.table(want.table, want.schema)
    return lookup.put(on.database, replace(table, name=want.to), instead=table.qualified)
