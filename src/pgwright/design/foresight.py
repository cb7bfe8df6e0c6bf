"""The database as it will be after a request: enough of it for the next request to be checked and drawn."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import singledispatch
from typing import Any

from pgwright.design import column_type
from pgwright.design.draft import Surroundings, key
from pgwright.design.recipes import add_check, add_foreign_key, add_index, add_unique
from pgwright.design.recipes.add_column import column_of
from pgwright.design.recipes.create_table import key_name
from pgwright.design.requests.column import AddColumn, DropColumn, RenameColumn, WidenColumn
from pgwright.design.requests.constraint import AddCheck, AddForeignKey, AddUnique, DropConstraint
from pgwright.design.requests.enum import CreateEnum
from pgwright.design.requests.index import AddIndex, DropIndex
from pgwright.design.requests.table import CreateTable, DropTable, RenameTable
from pgwright.design.requests.value import NewColumn
from pgwright.schema.model import Column, Constraint, Index, Relation, Schema, Thing


@singledispatch
def after(want: Any, on: Surroundings) -> Schema:
    """The schema once the request is done. Requests that change nothing that later ones look at leave it as it is."""
    return on.database


def _put(database: Schema, table: Relation, *, instead: str | None = None) -> Schema:
    others = [r for r in database.relations if r.qualified != (instead or table.qualified)]
    return Schema(tuple(sorted([*others, table], key=lambda r: r.qualified)), database.things, database.version)


def _column(new: NewColumn) -> Column:
    return Column(
        name=new.column,
        type=column_type.canonical(new.type),
        not_null=not new.nullable,
        default=new.expression or (new.default.json if new.default else None),
        identity=new.identity,
        generated=new.generated,
    )


@after.register
def _(want: CreateEnum, on: Surroundings) -> Schema:
    thing = Thing("enum", key(want.name, want.schema), (("labels", json.dumps(want.labels)),))
    return Schema(on.database.relations, (*on.database.things, thing), on.database.version)


@after.register
def _(want: CreateTable, on: Surroundings) -> Schema:
    constraints: tuple[Constraint, ...] = ()
    if want.primary_key:
        constraints = (Constraint(key_name(want, on), "primary key", "", want.primary_key),)
    columns = tuple(_column(c) for c in want.columns)
    return _put(on.database, Relation(want.schema or "public", want.table, "table", columns, constraints))


@after.register
def _(want: AddColumn, on: Surroundings) -> Schema:
    table = on.table(want.table, want.schema)
    return _put(on.database, replace(table, columns=(*table.columns, _column(column_of(want)))))


@after.register
def _(want: AddIndex, on: Surroundings) -> Schema:
    table = on.table(want.table, want.schema)
    keys = tuple(k.column or str(k.expression) for k in want.columns)
    new = Index(add_index.name_of(want, on), "", want.method, want.unique, True, keys, predicate=want.where)
    kept = tuple(i for i in table.indexes if i.name != new.name)
    return _put(on.database, replace(table, indexes=(*kept, new)))


def _constrained(on: Surroundings, want: Any, new: Constraint) -> Schema:
    table = on.table(want.table, want.schema)
    return _put(on.database, replace(table, constraints=(*table.constraints, new)))


@after.register
def _(want: AddUnique, on: Surroundings) -> Schema:
    return _constrained(on, want, Constraint(add_unique.name_of(want, on), "unique", "", want.columns))


@after.register
def _(want: AddCheck, on: Surroundings) -> Schema:
    return _constrained(on, want, Constraint(add_check.name_of(want, on), "check", "", expression=want.expression))


@after.register
def _(want: AddForeignKey, on: Surroundings) -> Schema:
    target = key(want.references, want.references_schema)
    name = add_foreign_key.name_of(want, on)
    return _constrained(on, want, Constraint(name, "foreign key", "", want.columns, references=target))


@after.register
def _(want: WidenColumn, on: Surroundings) -> Schema:
    table = on.table(want.table, want.schema)
    new = column_type.canonical(want.type)
    columns = tuple(replace(c, type=new) if c.name == want.column else c for c in table.columns)
    return _put(on.database, replace(table, columns=columns))


@after.register
def _(want: DropIndex, on: Surroundings) -> Schema:
    table = on.table(want.table, want.schema)
    return _put(on.database, replace(table, indexes=tuple(i for i in table.indexes if i.name != want.name)))


@after.register
def _(want: DropConstraint, on: Surroundings) -> Schema:
    table = on.table(want.table, want.schema)
    constraints = tuple(c for c in table.constraints if c.name != want.name)
    indexes = tuple(i for i in table.indexes if i.constraint != want.name)
    return _put(on.database, replace(table, constraints=constraints, indexes=indexes))


@after.register
def _(want: DropColumn, on: Surroundings) -> Schema:
    table = on.table(want.table, want.schema)
    return _put(
        on.database,
        replace(
            table,
            columns=tuple(c for c in table.columns if c.name != want.column),
            constraints=tuple(c for c in table.constraints if want.column not in c.columns),
            indexes=tuple(i for i in table.indexes if want.column not in i.keys),
        ),
    )


@after.register
def _(want: DropTable, on: Surroundings) -> Schema:
    gone = key(want.table, want.schema)
    relations = tuple(r for r in on.database.relations if r.qualified != gone)
    return Schema(relations, on.database.things, on.database.version)


@after.register
def _(want: RenameTable, on: Surroundings) -> Schema:
    table = on.table(want.table, want.schema)
    return _put(on.database, replace(table, name=want.to), instead=table.qualified)


@after.register
def _(want: RenameColumn, on: Surroundings) -> Schema:
    table = on.table(want.table, want.schema)
    columns = tuple(replace(c, name=want.to) if c.name == want.column else c for c in table.columns)
    return _put(on.database, replace(table, columns=columns))
