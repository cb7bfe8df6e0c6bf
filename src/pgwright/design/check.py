"""Is what is asked for possible at all? Every refusal that needs the database but no recipe."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import singledispatch
from typing import Any

from pgwright.design import column_type
from pgwright.design.draft import Surroundings, key
from pgwright.design.recipes import add_check, add_foreign_key, add_index, add_unique
from pgwright.design.recipes.add_column import column_of
from pgwright.design.refusals import (
    AlreadyThere,
    BadField,
    NoKeyToReference,
    NothingToFill,
    UnknownColumn,
    UnknownObject,
    UnknownTable,
)
from pgwright.design.request import Request
from pgwright.design.requests.column import AddColumn, DropNotNull, RenameColumn, SetNotNull
from pgwright.design.requests.constraint import AddCheck, AddForeignKey, AddUnique, DropConstraint
from pgwright.design.requests.enum import CreateEnum
from pgwright.design.requests.index import AddIndex, DropIndex
from pgwright.design.requests.table import CreateTable, RenameTable
from pgwright.schema.model import Column, Relation


def near(name: str, known: Iterable[str]) -> str:
    """The hint of a refusal: names that look like the one that was not found."""
    matches = get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f"Near it: {', '.join(matches)}." if matches else "Check the spelling, or create it first."


def table_of(want: Any, on: Surroundings) -> Relation:
    """The table that a request is about; UnknownTable when there is none."""
    return _table(want.table, want.schema, on)


def _table(name: str, schema: str | None, on: Surroundings) -> Relation:
    found = on.database.relation(key(name, schema))
    if found is None or found.kind not in ("table", "partitioned table"):
        shown = name if schema is None else key(name, schema)
        tables = [r.name if schema is None and r.schema == "public" else r.qualified for r in on.database.tables()]
        raise UnknownTable(table=shown, hint=near(shown, tables))
    return found


def _column(table: Relation, name: str) -> Column:
    found = table.column(name)
    if found is None:
        raise UnknownColumn(table=table.name, column=name, hint=near(name, (c.name for c in table.columns)))
    return found


def _is_free(table: Relation, name: str, on: Surroundings, *, index: bool) -> None:
    if table.constraint(name) is not None:
        raise AlreadyThere(what="constraint", name=f"{table.name}.{name}")
    others = (i for r in on.database.relations if r.schema == table.schema for i in r.indexes)
    if index and any(i.name == name and i.valid for i in others):
        raise AlreadyThere(what="index", name=name)
    if index and on.database.relation(f"{table.schema}.{name}"):
        raise AlreadyThere(what="relation", name=name)


def check(want: Request, on: Surroundings) -> None:
    """Nothing, or a refusal that names what is wrong and what is near it."""
    if not isinstance(want, (CreateTable, CreateEnum)):
        table = table_of(want, on)
        column = getattr(want, "column", None)
        if column is not None and not isinstance(want, AddColumn):
            _column(table, column)
    _check(want, on)


@singledispatch
def _check(want: Any, on: Surroundings) -> None:
    """Most requests need no more than their table and column."""


@_check.register
def _(want: CreateEnum, on: Surroundings) -> None:
    if any(t.identity == key(want.name, want.schema) for t in on.database.of_kind("enum")):
        raise AlreadyThere(what="type", name=want.name)


@_check.register
def _(want: CreateTable, on: Surroundings) -> None:
    if on.database.relation(key(want.table, want.schema)) is not None:
        raise AlreadyThere(what="table", name=want.table)
    names = [c.column for c in want.columns]
    if len(set(names)) != len(names):
        raise BadField(kind=want.kind, field="columns", problem="names a column twice", known="columns")
    for column in want.columns:
        column_type.source(column.type, on.database)


@_check.register
def _(want: AddColumn, on: Surroundings) -> None:
    if table_of(want, on).column(want.column) is not None:
        raise AlreadyThere(what="column", name=f"{want.table}.{want.column}")
    column_type.source(want.type, on.database)
    sources = (want.default, want.expression, want.fill, want.using, want.identity or None)
    if not want.nullable and all(s is None for s in sources) and not on.is_new(want.table, want.schema):
        raise NothingToFill(table=want.table, column=want.column)
    column_of(want)


@_check.register
def _(want: AddIndex, on: Surroundings) -> None:
    table = table_of(want, on)
    for name in [k.column for k in want.columns if k.column] + list(want.include):
        _column(table, name)
    _is_free(table, add_index.name_of(want, on), on, index=True)


@_check.register
def _(want: AddUnique, on: Surroundings) -> None:
    table = table_of(want, on)
    for name in want.columns:
        _column(table, name)
    _is_free(table, add_unique.name_of(want, on), on, index=True)


@_check.register
def _(want: AddCheck, on: Surroundings) -> None:
    _is_free(table_of(want, on), add_check.name_of(want, on), on, index=False)


@_check.register
def _(want: AddForeignKey, on: Surroundings) -> None:
    table = table_of(want, on)
    for name in want.columns:
        _column(table, name)
    target = _table(want.references, want.references_schema, on)
    for name in want.referenced_columns:
        _column(target, name)
    wanted, primary = set(want.referenced_columns), ", ".join(target.primary_key) or "it has none"
    whole = (i.keys for i in target.indexes if i.unique and i.valid and i.predicate is None and not i.has_expressions)
    constrained = (c.columns for c in target.constraints if c.kind in ("primary key", "unique"))
    if not wanted or not any(set(keys) == wanted for keys in [*whole, *constrained]):
        raise NoKeyToReference(table=want.references, columns=", ".join(want.referenced_columns), key=primary)
    if len(want.columns) != len(want.referenced_columns):
        problem = f"must name as many columns as columns does ({len(want.columns)})"
        raise BadField(kind=want.kind, field="referenced_columns", problem=problem, known="referenced_columns")
    _is_free(table, add_foreign_key.name_of(want, on), on, index=False)


@_check.register
def _(want: SetNotNull, on: Surroundings) -> None:
    if _column(table_of(want, on), want.column).not_null:
        raise AlreadyThere(what="NOT NULL on", name=f"{want.table}.{want.column}")


@_check.register
def _(want: DropNotNull, on: Surroundings) -> None:
    table = table_of(want, on)
    if want.column in table.primary_key or not _column(table, want.column).not_null:
        raise UnknownObject(
            what="NOT NULL to drop on", name=f"{want.table}.{want.column}", hint=_why_no_null(table, want.column)
        )


def _why_no_null(table: Relation, column: str) -> str:
    return "It is part of the primary key." if column in table.primary_key else "The column may be NULL already."


@_check.register
def _(want: DropIndex, on: Surroundings) -> None:
    table = table_of(want, on)
    found = next((i for i in table.indexes if i.name == want.name), None)
    if found is None:
        raise UnknownObject(
            what=f"index of {want.table}", name=want.name, hint=near(want.name, (i.name for i in table.indexes))
        )
    if found.constraint:
        hint = f"It belongs to the constraint {found.constraint}: ask for that to be dropped."
        raise UnknownObject(what="index that can be dropped by itself", name=want.name, hint=hint)


@_check.register
def _(want: DropConstraint, on: Surroundings) -> None:
    table = table_of(want, on)
    if table.constraint(want.name) is None:
        hint = near(want.name, (c.name for c in table.constraints))
        raise UnknownObject(what=f"constraint of {want.table}", name=want.name, hint=hint)


@_check.register
def _(want: RenameColumn, on: Surroundings) -> None:
    if table_of(want, on).column(want.to) is not None:
        raise AlreadyThere(what="column", name=f"{want.table}.{want.to}")


@_check.register
def _(want: RenameTable, on: Surroundings) -> None:
    if on.database.relation(key(want.to, want.schema)) is not None:
        raise AlreadyThere(what="relation", name=want.to)
