"""Add a label to an enum.

expand    ALTER TYPE ... ADD VALUE IF NOT EXISTS, in a revision of its own: the label cannot be used in the transaction that
          adds it. Only the catalog changes; nobody waits.
undo      PostgreSQL cannot remove a label: the type is made anew without it, which rewrites the tables that use it under
          ACCESS EXCLUSIVE, those in the attic too (attic_type.py), and refuses while a row has the label
Source: PostgreSQL documentation, ALTER TYPE, ADD VALUE and Notes.
"""

from __future__ import annotations

from pgwright.design import enum_type
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings, Validation
from pgwright.design.refusals import AlreadyThere
from pgwright.design.requests.enum import AddEnumValue
from pgwright.design.source import execute, sql_string
from pgwright.schema.model import Schema


def check(want: AddEnumValue, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    found = enum_type.enum(want.name, want.schema, on)
    if want.value in found.labels:
        raise AlreadyThere(what="label", name=f"{want.name}.{want.value}")
    for other in (want.before, want.after):
        if other is not None:
            enum_type.label(found, other)


def expand(want: AddEnumValue, on: Surroundings) -> tuple[Draft, ...]:
    """ADD VALUE."""
    found = enum_type.enum(want.name, want.schema, on)
    place = f" BEFORE {sql_string(want.before)}" if want.before else ""
    place = f" AFTER {sql_string(want.after)}" if want.after else place
    add = execute(f"ALTER TYPE {found.sql} ADD VALUE IF NOT EXISTS {sql_string(want.value)}{place}")
    undo = tuple(enum_type.rebuilt(on, found, found.labels, "expand"))
    there = f"enumtypid = {sql_string(found.sql)}::regtype AND enumlabel = {sql_string(want.value)}"
    return (
        Draft(
            phase="expand",
            subject=f"add {want.value} to type {want.name}",
            why="Only the catalog changes. No release may write the label before every release can read it.",
            change=want.kind,
            steps=(step(add, "expand", undo=undo),),
            validations=(Validation("the label is missing", f"SELECT 1 - count(*) FROM pg_enum WHERE {there}"),),
            notes=(
                "The downgrade makes the type anew: it rewrites the tables that use it, and refuses while a row has the label.",
            ),
        ),
    )


def after(want: AddEnumValue, on: Surroundings) -> Schema:
    """The schema once it is done."""
    found = enum_type.enum(want.name, want.schema, on)
    labels = list(found.labels)
    at = labels.index(want.before) if want.before else labels.index(want.after) + 1 if want.after else len(labels)
    labels.insert(at, want.value)
    return enum_type.with_labels(on.database, found, tuple(labels))
