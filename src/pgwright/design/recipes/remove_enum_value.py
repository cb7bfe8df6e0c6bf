"""Remove a label from an enum in use. PostgreSQL cannot; so every column of the type moves to another type, online.

expand    a type with the labels that stay; then, for each column, the phases of recipes/change_type.py: a second column,
...       the fill (rows with the label get `instead`; without one they refuse it), the proof, the switch, the contract
contract  at the end the old type goes, and the new one takes its name; while a dropped table in the attic is of the old
          type, that goes there too (attic_type.py)
undo      the same steps back; rows that had the label have it again, from the attic
Source: PostgreSQL documentation, ALTER TYPE, Notes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from pgwright.design import attic_type, enum_type, names, restore
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings, key
from pgwright.design.enum_type import Enum
from pgwright.design.recipes import change_type
from pgwright.design.refusals import UnsafeShortcut
from pgwright.design.requests.column import ChangeType
from pgwright.design.requests.enum import RemoveEnumValue
from pgwright.design.source import execute, qualified, quoted, sql_string
from pgwright.schema.model import Schema, Thing


def _found(want: RemoveEnumValue, on: Surroundings) -> tuple[Enum, str, tuple[str, ...]]:
    found = enum_type.enum(want.name, want.schema, on)
    return found, names.fitted(f"{want.name}_new"), tuple(one for one in found.labels if one != want.value)


def _seeing(want: RemoveEnumValue, on: Surroundings) -> Surroundings:
    """With the passing type in it, as the column recipes will find it."""
    _, passing, labels = _found(want, on)
    things = (*on.database.things, Thing("enum", key(passing, want.schema), (("labels", json.dumps(labels)),)))
    return on.seeing(Schema(on.database.relations, things, on.database.version))


def _moves(want: RemoveEnumValue, on: Surroundings) -> list[ChangeType]:
    found, passing, _ = _found(want, on)
    to, moves = qualified(want.schema, passing), []
    for table, column in found.columns:
        using = back = None
        if want.instead is not None:
            name = quoted(column.name)
            swap = (
                f"CASE {name}::text WHEN {sql_string(want.value)} THEN {sql_string(want.instead)} ELSE {name}::text END"
            )
            using, back = f"({swap})::{to}", f"{name}::text::{found.sql}"
        moves.append(ChangeType(table.name, column.name, to, using, back, restore.schema_of(table)))
    return moves


def check(want: RemoveEnumValue, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    found, _, _ = _found(want, on)
    enum_type.label(found, want.value)
    if want.instead is not None:
        enum_type.label(replace(found, labels=tuple(v for v in found.labels if v != want.value)), want.instead)
    arrays = [f"{t.name}.{c.name}" for t, c in found.columns if c.type.endswith("[]")]
    if arrays:
        raise UnsafeShortcut(
            what=f"Columns hold arrays of {want.name}: {', '.join(arrays)}.", hint="Change them first."
        )
    for move in _moves(want, on):
        change_type.check(move, _seeing(want, on))


def _each(
    phase: Callable[[ChangeType, Surroundings], tuple[Draft, ...]], want: RemoveEnumValue, on: Surroundings
) -> tuple[Draft, ...]:
    drafts: list[Draft] = []
    seen = _seeing(want, on)
    for move in _moves(want, on):
        drawn = phase(move, seen)
        drafts += (replace(d, change=want.kind) for d in drawn)
        seen = seen.seeing(change_type.after(move, seen)).keeping(drawn)
    return tuple(drafts)


def expand(want: RemoveEnumValue, on: Surroundings) -> tuple[Draft, ...]:
    """The passing type, and a column of it for each."""
    found, passing, labels = _found(want, on)
    create = step(
        execute(enum_type.create(found, passing, labels)),
        "expand",
        undo=execute(f"DROP TYPE {qualified(want.schema, passing)}"),
    )
    first = Draft(
        phase="expand",
        subject=f"create type {passing}, {want.name} without {want.value}",
        why="PostgreSQL removes no label: the columns move to a type that never had it.",
        change=want.kind,
        steps=(create,),
    )
    return (first, *_each(change_type.expand, want, on))


def backfill(want: RemoveEnumValue, on: Surroundings) -> tuple[Draft, ...]:
    """Each column's fill."""
    return _each(change_type.backfill, want, on)


def enforce(want: RemoveEnumValue, on: Surroundings) -> tuple[Draft, ...]:
    """Each column's proof."""
    return _each(change_type.enforce, want, on)


def switch(want: RemoveEnumValue, on: Surroundings) -> tuple[Draft, ...]:
    """Each column's switch."""
    return _each(change_type.switch, want, on)


def contract(want: RemoveEnumValue, on: Surroundings) -> tuple[Draft, ...]:
    """The old columns, the old type; the new one takes the name."""
    found, passing, _ = _found(want, on)
    new = qualified(want.schema, passing)
    create = enum_type.create(found, want.name, found.labels)
    rename = step(
        execute(f"ALTER TYPE {new} RENAME TO {quoted(want.name)}"),
        "contract",
        undo=execute(f"ALTER TYPE {found.sql} RENAME TO {quoted(passing)}"),
    )
    words = f"COMMENT ON TYPE {found.sql} IS {sql_string(found.comment or '')}"
    no_words = execute(f"COMMENT ON TYPE {found.sql} IS NULL")
    comment = (step(execute(words), "contract", undo=no_words),) if found.comment else ()
    again = tuple(replace(s, undo=()) for s in comment)
    leaving = attic_type.leaving(on, want.name, want.schema, want.value, create)
    last = Draft(
        phase="contract",
        subject=f"remove {want.value} from type {want.name}",
        why="Nothing is of the old type any more; the catalog changes only.",
        change=want.kind,
        steps=(leaving.away("contract", *again), rename, *comment),
        keeps=(leaving.kept,),
    )
    return (*_each(change_type.contract, want, on), last)


def after(want: RemoveEnumValue, on: Surroundings) -> Schema:
    """The schema once it is done."""
    found, _, labels = _found(want, on)
    return enum_type.with_labels(on.database, found, labels)
