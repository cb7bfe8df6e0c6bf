"""Add a column to a table in use.

expand    ADD COLUMN, nullable or with a default that is the same for every row: instant since PostgreSQL 11, ACCESS
          EXCLUSIVE for that instant. A default that differs by row would rewrite the table; it is set as a second
          statement, which touches new rows only.
backfill  rows that were there get `fill`, `using` or the default's expression, in batches
enforce   NOT NULL, by the road of recipes/set_not_null.py
          A stored generated column is computed for every row at once, under ACCESS EXCLUSIVE: PostgreSQL has no other way
          (a virtual one, from 18 on, is instant). The revision says so.
undo      DROP COLUMN; what was written into it since goes with it

The NOT NULL must not come before the new code is out: old code does not write the column.
Source: PostgreSQL documentation, ALTER TABLE, Notes ("a non-volatile DEFAULT ..."); measured, 2 M rows with
DEFAULT gen_random_uuid(): every reader waited 11 s.
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import column_type, default, lookup, operations
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings, Validation, key
from pgwright.design.expression import is_volatile
from pgwright.design.recipes import set_not_null
from pgwright.design.refusals import AlreadyThere, NothingToFill
from pgwright.design.requests.column import AddColumn, SetNotNull
from pgwright.design.requests.value import NewColumn
from pgwright.design.source import qualified, quoted, sql_string, string
from pgwright.schema.model import Schema


def column_of(want: AddColumn) -> NewColumn:
    """The column alone."""
    return NewColumn(
        column=want.column,
        type=want.type,
        nullable=want.nullable,
        default=want.default,
        expression=want.expression,
        identity=want.identity,
        generated=want.generated,
        comment=want.comment,
    )


def is_instant(want: AddColumn) -> bool:
    """True when one ADD COLUMN does it all: nothing differs by row, and NOT NULL is kept by the default."""
    by_row = want.expression is not None and not want.generated and is_volatile(want.expression)
    filled = want.fill is not None or want.using is not None
    return not by_row and not filled and (want.nullable or want.default is not None or want.expression is not None)


def expand(want: AddColumn, on: Surroundings) -> tuple[Draft, ...]:
    """ADD COLUMN; with a default that differs by row, ALTER COLUMN SET DEFAULT after it."""
    instant = is_instant(want) or on.is_new(want.table, want.schema)
    new = column_of(want)
    later = want.expression is not None and not instant
    code = operations.column(on, new, nullable=None if instant else True, with_default=not later)
    steps = [
        step(
            operations.altered(on, want.table, want.schema, "add_column", code),
            "expand",
            undo=operations.altered(on, want.table, want.schema, "drop_column", string(want.column)),
        )
    ]
    if later:
        source = default.source(None, want.expression, want.type, batch=on.style.batch)
        set_it = operations.altered(
            on, want.table, want.schema, "alter_column", string(want.column), server_default=source
        )
        steps.append(step(set_it, "expand"))
    if want.comment:
        steps.append(step(operations.comment(on, want.table, want.schema, want.column, want.comment), "expand"))
    return (
        Draft(
            phase="expand",
            subject=f"add {want.column} to {want.table}",
            why=_why(want, instant),
            change=want.kind,
            steps=tuple(steps),
            locks=(f"ACCESS EXCLUSIVE on {want.table} {_for_how_long(want, on)}",),
            validations=(_exists(want), *_filled(want, instant)),
            joins=f"table {key(want.table, want.schema)}",
        ),
    )


def _for_how_long(want: AddColumn, on: Surroundings) -> str:
    if want.generated == "stored" and not on.is_new(want.table, want.schema):
        return "while every row is written anew: everybody waits"
    return "for an instant; no row is read or written"


def _why(want: AddColumn, instant: bool) -> str:
    if want.generated == "stored":
        return "The stored expression is computed for every row now: the table is rewritten."
    if not instant:
        return "The column starts nullable: rows that are there are filled by the next revision, then it is enforced."
    if want.default is None and want.expression is None:
        return "The column is nullable, so old code, which does not know it, goes on as before."
    return "The default is the same for every row: PostgreSQL keeps it in the catalog and rewrites nothing."


def _exists(want: AddColumn) -> Validation:
    table = sql_string(qualified(want.schema, want.table))
    return Validation(
        f"the column is missing or of another type than {want.type}",
        f"SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = {table}::regclass AND attname = "
        f"{sql_string(want.column)} AND NOT attisdropped AND atttypid = {sql_string(want.type)}::regtype",
    )


def _filled(want: AddColumn, instant: bool) -> tuple[Validation, ...]:
    if not instant or want.generated or (want.default is None and want.expression is None):
        return ()
    return (
        Validation(
            "rows without a value",
            f"SELECT count(*) FROM {qualified(want.schema, want.table)} WHERE {quoted(want.column)} IS NULL",
        ),
    )


def _as_set_not_null(want: AddColumn) -> SetNotNull:
    using = want.using if want.using is not None or want.fill is not None else want.expression
    return SetNotNull(want.table, want.column, fill=want.fill, using=using, schema=want.schema)


def backfill(want: AddColumn, on: Surroundings) -> tuple[Draft, ...]:
    """Rows that were there, in batches."""
    if is_instant(want) or on.is_new(want.table, want.schema):
        return ()
    return set_not_null.filling(_as_set_not_null(want), on, change=want.kind, new_column=True)


def enforce(want: AddColumn, on: Surroundings) -> tuple[Draft, ...]:
    """NOT NULL, when it was asked for and not had for nothing."""
    if want.nullable or is_instant(want) or on.is_new(want.table, want.schema):
        return ()
    wish = _as_set_not_null(want)
    return (
        *set_not_null.promise(wish, on, phase="enforce", change=want.kind),
        *set_not_null.enforce(wish, on, change=want.kind),
    )


def check(want: AddColumn, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    if lookup.table_of(want, on).column(want.column) is not None:
        raise AlreadyThere(what="column", name=f"{want.table}.{want.column}")
    column_type.source(want.type, on.database)
    sources = (want.default, want.expression, want.fill, want.using, want.identity or None)
    if not want.nullable and all(s is None for s in sources) and not on.is_new(want.table, want.schema):
        raise NothingToFill(table=want.table, column=want.column)
    column_of(want)


def after(want: AddColumn, on: Surroundings) -> Schema:
    """The schema once it is done."""
    table = on.table(want.table, want.schema)
    return lookup.put(on.database, replace(table, columns=(*table.columns, lookup.as_column(column_of(want)))))
