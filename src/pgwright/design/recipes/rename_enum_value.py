"""Another text for a label of an enum.

switch    ALTER TYPE ... RENAME VALUE: the catalog only, an instant; rows follow, they hold the label's number
undo      RENAME VALUE back
Code that writes or compares the old text fails from then on. Without a pause: add the new label, let every release know
both, update the rows, then ask for the old one to be removed with `instead`.
Source: PostgreSQL documentation, ALTER TYPE, RENAME VALUE.
"""

from __future__ import annotations

from pgwright.design import enum_type
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.recipes.rename_column import PAUSE
from pgwright.design.refusals import AlreadyThere
from pgwright.design.requests.enum import RenameEnumValue
from pgwright.design.source import execute, sql_string
from pgwright.schema.model import Schema


def check(want: RenameEnumValue, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    found = enum_type.enum(want.name, want.schema, on)
    enum_type.label(found, want.value)
    if want.to in found.labels:
        raise AlreadyThere(what="label", name=f"{want.name}.{want.to}")


def switch(want: RenameEnumValue, on: Surroundings) -> tuple[Draft, ...]:
    """RENAME VALUE."""
    name = enum_type.enum(want.name, want.schema, on).sql

    def code(old: str, new: str) -> str:
        return execute(f"ALTER TYPE {name} RENAME VALUE {sql_string(old)} TO {sql_string(new)}")

    return (
        Draft(
            phase="switch",
            subject=f"call {want.value} of type {want.name} {want.to}",
            why="Only the catalog changes: rows hold the label's number.",
            change=want.kind,
            steps=(step(code(want.value, want.to), "switch", undo=code(want.to, want.value)),),
            notes=(
                PAUSE,
                "Without a pause: add the new label, let every release know both, then remove the old one with `instead`.",
            ),
        ),
    )


def after(want: RenameEnumValue, on: Surroundings) -> Schema:
    """The schema once it is done."""
    found = enum_type.enum(want.name, want.schema, on)
    labels = tuple(want.to if one == want.value else one for one in found.labels)
    return enum_type.with_labels(on.database, found, labels)
