"""An enum type as the catalog has it: its labels, the columns that use it, and how to make it anew with other labels."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pgwright.design import attic_type, dependents, lookup, names, restore
from pgwright.design.compiled import step
from pgwright.design.draft import Surroundings, key
from pgwright.design.refusals import UnknownObject
from pgwright.design.source import execute, qualified, quoted, sql_string
from pgwright.schema.model import Column, Constraint, Index, Relation, Schema, Thing
from pgwright.step import Phase, Step


@dataclass(frozen=True, slots=True)
class Enum:
    """The type, its labels in order, the columns that are of it."""

    name: str
    schema: str | None
    labels: tuple[str, ...]
    columns: tuple[tuple[Relation, Column], ...]
    comment: str | None

    @property
    def sql(self) -> str:
        """The type as SQL."""
        return qualified(self.schema, self.name)


def enum(name: str, schema: str | None, on: Surroundings) -> Enum:
    """The enum of that name; UnknownObject when there is none."""
    identity = key(name, schema)
    known = {t.identity: t for t in on.database.of_kind("enum")}
    if identity not in known:
        shown = [i.removeprefix("public.") for i in known]
        raise UnknownObject(what="enum type", name=name, hint=lookup.near(name, shown))
    columns = tuple((t, c) for t in on.database.tables() for c in t.columns if c.type_oid_name == identity)
    labels = tuple(json.loads(known[identity]["labels"] or "[]"))
    return Enum(name, schema, labels, columns, known[identity]["comment"])


def label(what: Enum, value: str) -> None:
    """UnknownObject when the type has no such label."""
    if value not in what.labels:
        raise UnknownObject(what=f"label of {what.name}", name=value, hint=lookup.near(value, what.labels))


def create(what: Enum, name: str, labels: tuple[str, ...]) -> str:
    """CREATE TYPE, as SQL."""
    return f"CREATE TYPE {qualified(what.schema, name)} AS ENUM ({', '.join(sql_string(one) for one in labels)})"


def _without_undo(steps: Iterable[Step]) -> Iterator[Step]:
    return (replace(one, undo=()) for one in steps)


def _comparing(what: Enum) -> tuple[list[tuple[Relation, Constraint]], list[tuple[Relation, Index]]]:
    """Checks and indexes that may compare a column with a label, or with another column of the type; each once."""
    hanging = [(t, dependents.hanging(t, c.name)) for t, c in what.columns]
    read = {
        (t.qualified, c.name): (t, c)
        for t, on in hanging
        for c in on.constraints
        if c.kind == "check" and c.expression is not None
    }
    indexes = {
        (t.qualified, i.name): (t, i) for t, on in hanging for i in on.indexes if i.predicate or i.has_expressions
    }
    return list(read.values()), list(indexes.values())


def rebuilt(on: Surroundings, what: Enum, labels: tuple[str, ...], phase: Phase) -> Iterator[Step]:
    """The type anew with other labels: every column of it is rewritten under ACCESS EXCLUSIVE. Only ever a way back.

    What compares the column with a label holds on to the old type, so it is made again too. Tables in the attic follow.
    """
    past = names.fitted(f"{what.name}_old")
    yield attic_type.noted(what.sql, phase)
    yield step(execute(f"ALTER TYPE {what.sql} RENAME TO {quoted(past)}"), phase)
    yield step(execute(create(what, what.name, labels)), phase)
    read, indexes = _comparing(what)
    yield from _without_undo(restore.constraint_drop(on, table, c, phase) for table, c in read)
    for table, index in indexes:
        yield step(execute(f"DROP INDEX {qualified(restore.schema_of(table), index.name)}"), phase)
    for table, column in what.columns:
        alter = f"ALTER TABLE {qualified(restore.schema_of(table), table.name)} ALTER COLUMN {quoted(column.name)}"
        array = "[]" if column.type.endswith("[]") else ""
        cast = f"{quoted(column.name)}::text{array}::{what.sql}{array}"
        if column.default is not None:
            yield step(execute(f"{alter} DROP DEFAULT"), phase)
        yield step(execute(f"{alter} TYPE {what.sql}{array} USING {cast}"), phase)
        if column.default is not None:
            yield step(execute(f"{alter} SET DEFAULT {column.default}"), phase)
    yield from (again for table, c in read for again in restore.constraint_drop(on, table, c, phase).undo or ())
    for table, index in indexes:
        yield from restore.index(table, index, phase, concurrently=False)
    yield attic_type.followed(phase)
    yield step(execute(f"DROP TYPE {qualified(what.schema, past)}"), phase)
    if what.comment:
        yield step(execute(f"COMMENT ON TYPE {what.sql} IS {sql_string(what.comment)}"), phase)


def with_labels(database: Schema, what: Enum, labels: tuple[str, ...] | None) -> Schema:
    """The schema with other labels of the type; None: without the type."""
    identity, things = key(what.name, what.schema), list[Thing]()
    for thing in database.things:
        if thing.kind == "enum" and thing.identity == identity:
            if labels is not None:
                kept = {k: v for k, v in thing.properties if k != "labels"} | {"labels": json.dumps(labels)}
                things.append(replace(thing, properties=tuple(sorted(kept.items()))))
        else:
            things.append(thing)
    return Schema(database.relations, tuple(things), database.version)
