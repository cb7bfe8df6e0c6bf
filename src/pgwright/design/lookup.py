"""What recipes look up before they draw, and how a request changes the schema that the next one sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from pgwright.design import column_type
from pgwright.design.draft import Surroundings, key
from pgwright.design.refusals import AlreadyThere, UnknownColumn, UnknownTable
from pgwright.design.requests.value import NewColumn
from pgwright.schema.model import Column, Constraint, Relation, Schema


def near(name: str, known: Iterable[str]) -> str:
    """The hint of a refusal: names that look like the one that was not found."""
    matches = get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f"Near it: {', '.join(matches)}." if matches else "Check the spelling, or create it first."


def table_of(want: Any, on: Surroundings) -> Relation:
    """The table that a request is about; UnknownTable when there is none."""
    return table(want.table, want.schema, on)


def table(name: str, schema: str | None, on: Surroundings) -> Relation:
    """The table of that name; UnknownTable when there is none."""
    found = on.database.relation(key(name, schema))
    if found is None or found.kind not in ("table", "partitioned table"):
        shown = name if schema is None else key(name, schema)
        tables = [r.name if schema is None and r.schema == "public" else r.qualified for r in on.database.tables()]
        raise UnknownTable(table=shown, hint=near(shown, tables))
    return found


def column(table: Relation, name: str) -> Column:
    """The column of that name; UnknownColumn when there is none."""
    found = table.column(name)
    if found is None:
        raise UnknownColumn(table=table.name, column=name, hint=near(name, (c.name for c in table.columns)))
    return found


def column_of(want: Any, on: Surroundings) -> Column:
    """The column that a request is about; UnknownTable or UnknownColumn when there is none."""
    return column(table_of(want, on), want.column)


def is_free(table: Relation, name: str, on: Surroundings, *, index: bool) -> None:
    """Refuses a name that a constraint, or with `index` an index or relation, has already."""
    if table.constraint(name) is not None:
        raise AlreadyThere(what="constraint", name=f"{table.name}.{name}")
    others = (i for r in on.database.relations if r.schema == table.schema for i in r.indexes)
    if index and any(i.name == name and i.valid for i in others):
        raise AlreadyThere(what="index", name=name)
    if index and on.database.relation(f"{table.schema}.{name}"):
        raise AlreadyThere(what="relation", name=name)


def put(database: Schema, table: Relation, *, instead: str | None = None) -> Schema:
    """The schema with the table in the place of the one of its name, or of the one called `instead`."""
    others = [r for r in database.relations if r.qualified != (instead or table.qualified)]
    return Schema(tuple(sorted([*others, table], key=lambda r: r.qualified)), database.things, database.version)


def as_column(new: NewColumn) -> Column:
    """The new column as the catalog will show it."""
    return Column(
        name=new.column,
        type=column_type.canonical(new.type),
        not_null=not new.nullable,
        default=new.expression or (new.default.json if new.default else None),
        identity=new.identity,
        generated=new.generated,
    )


def constrained(on: Surroundings, want: Any, new: Constraint) -> Schema:
    """The schema with one more constraint on the request's table."""
    table = on.table(want.table, want.schema)
    return put(on.database, replace(table, constraints=(*table.constraints, new)))
