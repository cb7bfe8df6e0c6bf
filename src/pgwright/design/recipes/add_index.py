"""Add an index.

expand    in an autocommit block, a revision of its own: first DROP INDEX CONCURRENTLY IF EXISTS, because a build that
          was interrupted leaves an invalid index behind; then CREATE INDEX CONCURRENTLY. Readers and writers go on.
          On a table created in the same change: plain, in the same revision.
undo      DROP INDEX CONCURRENTLY
Source: PostgreSQL documentation, CREATE INDEX, "Building Indexes Concurrently".
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import lookup, names, operations
from pgwright.design.compiled import step
from pgwright.design.conversion import has_equality
from pgwright.design.draft import Draft, Surroundings, Validation
from pgwright.design.refusals import UnsafeShortcut
from pgwright.design.requests.index import AddIndex
from pgwright.design.source import qualified, quoted, sql_string
from pgwright.schema.model import Index, Schema
from pgwright.step import Step


def name_of(want: AddIndex, on: Surroundings) -> str:
    """The name given, or made of table and columns."""
    columns = tuple(k.column or "expr" for k in want.columns)
    return want.name or names.name_for("ix", want.table, columns, convention=on.style.naming_convention)


def concurrent(want: AddIndex, name: str) -> tuple[Step, ...]:
    """Drop what an interrupted build left, then build."""
    leftover = operations.drop_index(want.table, want.schema, name, concurrently=True, if_exists=True)
    drop = operations.drop_index(want.table, want.schema, name, concurrently=True)
    build = operations.create_index(want, name, concurrently=True)
    return (
        step(leftover, "expand", transactional=False),
        step(build, "expand", undo=drop, transactional=False),
    )


def is_valid(want: AddIndex, name: str) -> Validation:
    """The index is there and can be used."""
    index = sql_string(qualified(want.schema, name))
    return Validation(
        "the index is missing or invalid",
        f"SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass({index}) AND indisvalid",
    )


def duplicates(
    table: str, columns: tuple[str, ...], *, nulls_equal: bool = False, where: str | None = None
) -> Validation:
    """Values that a unique index over plain columns would refuse."""
    keys = ", ".join(quoted(c) for c in columns)
    conditions = [] if nulls_equal else [operations.exclude_nulls(columns)]
    conditions += [f"({where})"] if where else []
    condition = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    groups = f"SELECT FROM {table}{condition} GROUP BY {keys} HAVING count(*) > 1"
    return Validation("groups of equal values", f"SELECT count(*) FROM ({groups}) AS duplicates")


def expand(want: AddIndex, on: Surroundings) -> tuple[Draft, ...]:
    """CREATE INDEX, concurrently unless the table is new."""
    name, is_new = name_of(want, on), on.is_new(want.table, want.schema)
    if not is_new and on.table(want.table, want.schema).kind == "partitioned table":
        raise UnsafeShortcut(
            what=f"{want.table} is partitioned: PostgreSQL cannot build an index on it concurrently.",
            hint="Build it concurrently on each partition first, then on the parent; ask for those one by one.",
        )
    if is_new:
        code = operations.create_index(want, name, concurrently=False)
        steps: tuple[Step, ...] = (
            step(code, "expand", undo=operations.drop_index(want.table, want.schema, name, concurrently=False)),
        )
    else:
        steps = concurrent(want, name)
    validations = [is_valid(want, name)]
    if want.unique and all(k.column for k in want.columns):
        table = qualified(want.schema, want.table)
        columns = tuple(k.column for k in want.columns)
        validations.append(duplicates(table, columns, nulls_equal=want.nulls_not_distinct, where=want.where))
    return (
        Draft(
            phase="expand",
            subject=f"index {want.table} on {', '.join(k.column or str(k.expression) for k in want.columns)}",
            why="" if is_new else "Built concurrently, in a revision of its own: it cannot run in a transaction.",
            change=want.kind,
            steps=steps,
            locks=()
            if is_new
            else (f"SHARE UPDATE EXCLUSIVE on {want.table} while it is built; readers and writers go on",),
            validations=tuple(validations),
            notes=(f"Count duplicates before: {validations[-1].sql}",) if want.unique and len(validations) > 1 else (),
            joins="new" if is_new else "",
        ),
    )


def check(want: AddIndex, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    table = lookup.table_of(want, on)
    for name in [k.column for k in want.columns if k.column] + list(want.include):
        lookup.column(table, name)
    for one in want.columns:
        if one.column and not one.opclass and want.method in ("btree", "hash"):
            kind = lookup.column(table, one.column).type
            if not has_equality(kind):
                raise UnsafeShortcut(
                    what=f"{want.table}.{one.column} is {kind}, whose values cannot be compared: no index on it.",
                    hint="Index an expression over it, such as (data ->> 'name'), or change its type to jsonb first.",
                )
    lookup.is_free(table, name_of(want, on), on, index=True)


def after(want: AddIndex, on: Surroundings) -> Schema:
    """The schema once it is done."""
    table = on.table(want.table, want.schema)
    keys = tuple(k.column or str(k.expression) for k in want.columns)
    new = Index(name_of(want, on), "", want.method, want.unique, True, keys, predicate=want.where)
    kept = tuple(i for i in table.indexes if i.name != new.name)
    return lookup.put(on.database, replace(table, indexes=(*kept, new)))
