"""Create a table.

expand    CREATE TABLE with its key and constraints, then its indexes: the table is empty, so nothing is concurrent and
          nothing needs validation. A foreign key takes SHARE ROW EXCLUSIVE on the table that it points to, briefly.
undo      DROP TABLE

Constraints and indexes asked for in the same change are written by their own recipes in their plain form and join this
revision (see `joins`).
Source: PostgreSQL documentation, CREATE TABLE.
"""

from __future__ import annotations

from pgwright.design import column_type, lookup, names, operations
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings, Validation, key
from pgwright.design.refusals import AlreadyThere, BadField
from pgwright.design.requests.table import CreateTable
from pgwright.design.requests.value import NewColumn
from pgwright.design.source import call, name_of, nested, qualified, sql_string, string
from pgwright.schema.model import Constraint, Relation, Schema


def key_name(want: CreateTable, on: Surroundings) -> str:
    """The name of the primary key."""
    convention = on.style.naming_convention
    return want.primary_key_name or names.name_for("pk", want.table, want.primary_key, convention=convention)


def expand(want: CreateTable, on: Surroundings) -> tuple[Draft, ...]:
    """CREATE TABLE, then its comments."""
    parts = [operations.column(on, c, nullable=_nullable(want, c)) for c in want.columns]
    if want.primary_key:
        keys = (string(c) for c in want.primary_key)
        parts.append(nested("sa.PrimaryKeyConstraint", *keys, name=name_of(key_name(want, on))))
    schema = string(want.schema) if want.schema else None
    create = call("op.create_table", string(want.table), *parts, schema=schema)
    steps = [step(create, "expand", undo=call("op.drop_table", string(want.table), schema=schema))]
    if want.comment:
        steps.append(
            step(call("op.create_table_comment", string(want.table), string(want.comment), schema=schema), "expand")
        )
    for column in want.columns:
        if column.comment:
            steps.append(step(operations.comment(on, want.table, want.schema, column.column, column.comment), "expand"))
    table = sql_string(qualified(want.schema, want.table))
    return (
        Draft(
            phase="expand",
            subject=f"create table {want.table}",
            why="A new table: nobody uses it yet, so its constraints and indexes come with it.",
            change=want.kind,
            steps=tuple(steps),
            validations=(Validation("the table is missing", f"SELECT (to_regclass({table}) IS NULL)::int"),),
            joins="new",
        ),
    )


def _nullable(want: CreateTable, column: NewColumn) -> bool:
    return column.nullable and column.column not in want.primary_key and not column.identity


def check(want: CreateTable, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    if on.database.relation(key(want.table, want.schema)) is not None:
        raise AlreadyThere(what="table", name=want.table)
    names = [c.column for c in want.columns]
    if len(set(names)) != len(names):
        raise BadField(kind=want.kind, field="columns", problem="names a column twice", known="columns")
    for column in want.columns:
        column_type.source(column.type, on.database)


def after(want: CreateTable, on: Surroundings) -> Schema:
    """The schema once it is done."""
    constraints: tuple[Constraint, ...] = ()
    if want.primary_key:
        constraints = (Constraint(key_name(want, on), "primary key", "", want.primary_key),)
    columns = tuple(lookup.as_column(c) for c in want.columns)
    return lookup.put(on.database, Relation(want.schema or "public", want.table, "table", columns, constraints))
