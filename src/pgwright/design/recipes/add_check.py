"""Add a check constraint to a table in use.

expand    ADD CONSTRAINT ... NOT VALID: new and changed rows are checked from now on. ACCESS EXCLUSIVE for an instant.
enforce   VALIDATE, in a revision of its own: reads the table, readers and writers go on
undo      DROP CONSTRAINT; of the validation: the constraint again, NOT VALID
From expand on an UPDATE of a row that breaks the rule fails, whatever column it changes: count those rows first.
Source: PostgreSQL documentation, ALTER TABLE, ADD table_constraint NOT VALID.
"""

from __future__ import annotations

from pgwright.design import lookup, names, operations
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings, Validation
from pgwright.design.expression import columns
from pgwright.design.requests.constraint import AddCheck
from pgwright.design.source import qualified
from pgwright.schema.model import Constraint, Schema


def name_of(want: AddCheck, on: Surroundings) -> str:
    """The name given, or made of table and the columns that the rule reads."""
    rule = "_".join(columns(want.expression)) or "rule"
    return want.name or names.name_for("ck", want.table, constraint=rule, convention=on.style.naming_convention)


def _breaking(want: AddCheck) -> Validation:
    return Validation(
        "rows that break the rule",
        f"SELECT count(*) FROM {qualified(want.schema, want.table)} WHERE NOT ({want.expression})",
    )


def expand(want: AddCheck, on: Surroundings) -> tuple[Draft, ...]:
    """The constraint: NOT VALID, or whole on a table that is new."""
    name, is_new = name_of(want, on), on.is_new(want.table, want.schema)
    create = operations.create_check(on, want, name, valid=is_new)
    drop = operations.drop_constraint(on, want.table, want.schema, name, "check")
    return (
        Draft(
            phase="expand",
            subject=f"check {want.table}: {name}",
            why=""
            if is_new
            else "NOT VALID: new and changed rows are checked from now on; the others by the next revision.",
            change=want.kind,
            steps=(step(create, "expand", undo=drop),),
            locks=() if is_new else (f"ACCESS EXCLUSIVE on {want.table} for an instant",),
            validations=(_breaking(want),) if is_new else (),
            joins="new" if is_new else "",
        ),
    )


def enforce(want: AddCheck, on: Surroundings) -> tuple[Draft, ...]:
    """VALIDATE."""
    if on.is_new(want.table, want.schema):
        return ()
    name = name_of(want, on)
    undo = (
        step(operations.drop_constraint(on, want.table, want.schema, name, "check"), "enforce"),
        step(operations.create_check(on, want, name, valid=False), "enforce"),
    )
    return (
        Draft(
            phase="enforce",
            subject=f"validate {name} of {want.table}",
            why="Reads the rows that were there before; it fails, and changes nothing, when one breaks the rule.",
            change=want.kind,
            steps=(step(operations.validate(on, want.table, want.schema, name), "enforce", undo=undo),),
            locks=(f"SHARE UPDATE EXCLUSIVE on {want.table} while it is read; readers and writers go on",),
            validations=(_breaking(want),),
        ),
    )


def check(want: AddCheck, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    lookup.is_free(lookup.table_of(want, on), name_of(want, on), on, index=False)


def after(want: AddCheck, on: Surroundings) -> Schema:
    """The schema once it is done."""
    return lookup.constrained(on, want, Constraint(name_of(want, on), "check", "", expression=want.expression))
