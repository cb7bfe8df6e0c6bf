"""Add a unique constraint to a table in use.

expand    the duplicates are counted first, and end it before anything is built; then CREATE UNIQUE INDEX CONCURRENTLY in
          an autocommit block, and ADD CONSTRAINT ... USING INDEX, which takes the finished index over: an instant. All in
          one revision, which can be run again from its start at any point.
          On a table created in the same change: plain.
undo      DROP CONSTRAINT, and the index goes with it
Duplicates are never deleted: which row is the right one is a person's decision.
Source: PostgreSQL documentation, ALTER TABLE, ADD table_constraint_using_index.
"""

from __future__ import annotations

from pgwright.design import lookup, names, operations
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.recipes import add_index
from pgwright.design.requests.constraint import AddUnique
from pgwright.design.requests.index import AddIndex
from pgwright.design.requests.value import Key
from pgwright.design.source import autocommit, qualified, quoted, sql_string
from pgwright.schema.model import Constraint, Schema
from pgwright.step import Step


def name_of(want: AddUnique, on: Surroundings) -> str:
    """The name given, or made of table and columns."""
    return want.name or names.name_for("uq", want.table, want.columns, convention=on.style.naming_convention)


def expand(want: AddUnique, on: Surroundings) -> tuple[Draft, ...]:
    """The constraint, by way of an index built concurrently."""
    name, is_new = name_of(want, on), on.is_new(want.table, want.schema)
    table = qualified(want.schema, want.table)
    drop = operations.drop_constraint(on, want.table, want.schema, name, "unique")
    steps: tuple[Step, ...]
    if is_new:
        steps = (step(operations.create_unique(on, want, name), "expand", undo=drop),)
    else:
        index = AddIndex(
            want.table,
            tuple(Key(c) for c in want.columns),
            unique=True,
            nulls_not_distinct=want.nulls_not_distinct,
            schema=want.schema,
        )
        leftover, build = add_index.concurrent(index, name)
        deferral = " DEFERRABLE" if want.deferrable or want.deferred else ""
        deferral += " INITIALLY DEFERRED" if want.deferred else ""
        use = f"ALTER TABLE {table} ADD CONSTRAINT {quoted(name)} UNIQUE USING INDEX {quoted(name)}{deferral}"
        attach = step(operations.postgresql_only(on, use), "expand", undo=drop)
        steps = (_counted(want, on), leftover, step(build.code, "expand", transactional=False), attach)
    return (
        Draft(
            phase="expand",
            subject=f"make {', '.join(want.columns)} unique in {want.table}",
            why="" if is_new else "The index is built concurrently; the constraint then takes it over without a scan.",
            change=want.kind,
            steps=steps,
            locks=()
            if is_new
            else (
                f"SHARE UPDATE EXCLUSIVE on {want.table} while the index is built; readers and writers go on",
                "ACCESS EXCLUSIVE for the instant of ADD CONSTRAINT",
            ),
            validations=(add_index.duplicates(table, want.columns, nulls_equal=want.nulls_not_distinct),),
            notes=()
            if is_new
            else ("With duplicates it ends before anything is built; run the validation query first to see how many.",),
            joins="new" if is_new else "",
        ),
    )


def _counted(want: AddUnique, on: Surroundings) -> Step:
    """A statement that fails while there are duplicates, with how many groups there are and how to see them."""
    table = qualified(want.schema, want.table)
    found = add_index.duplicates(table, want.columns, nulls_equal=want.nulls_not_distinct)
    message, hint = f"{table} has %s groups of equal values in {', '.join(want.columns)}", f"Count them: {found.sql}"
    shown = f"format({sql_string(message)}, n)" if "%" not in table + "".join(want.columns) else sql_string(found.label)
    body = (
        f"DECLARE n bigint; BEGIN {found.sql.replace('count(*)', 'count(*) INTO n', 1)}; IF n > 0 THEN RAISE EXCEPTION "
        f"USING ERRCODE = 'unique_violation', MESSAGE = {shown}, HINT = {sql_string(hint)}; END IF; END"
    )
    return step(autocommit(operations.postgresql_only(on, f"DO {sql_string(body)}")), "expand", transactional=False)


def check(want: AddUnique, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    table = lookup.table_of(want, on)
    for name in want.columns:
        lookup.column(table, name)
    lookup.is_free(table, name_of(want, on), on, index=True)


def after(want: AddUnique, on: Surroundings) -> Schema:
    """The schema once it is done."""
    return lookup.constrained(on, want, Constraint(name_of(want, on), "unique", "", want.columns))
