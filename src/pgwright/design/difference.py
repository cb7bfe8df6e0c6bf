"""Models against the database, as requests: what recipes can do, and by name what they cannot.

Both sides were read by the same catalog reader (the models were created on a shadow first), so equal things have equal
text. Nothing is dropped silently and no rename is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pgwright.design import expression
from pgwright.design.enum_difference import Unplanned, enums
from pgwright.design.index_definition import request_of
from pgwright.design.object_difference import objects
from pgwright.design.recipes.widen_column import is_widening
from pgwright.design.refusals import NotOneExpression, UnknownObject
from pgwright.design.request import Request
from pgwright.design.requests.column import (
    AddColumn,
    AlterDefault,
    ChangeType,
    DropColumn,
    DropIdentity,
    DropNotNull,
    RenameColumn,
    SetComment,
    SetIdentity,
    SetNotNull,
    WidenColumn,
)
from pgwright.design.requests.constraint import AddCheck, AddForeignKey, AddUnique, DropConstraint
from pgwright.design.requests.index import DropIndex, ReplaceIndex
from pgwright.design.requests.table import CreateTable, DropTable, RenameTable
from pgwright.design.requests.value import NewColumn
from pgwright.schema.model import Column, Constraint, Index, Relation, Schema


@dataclass(frozen=True, slots=True)
class Found:
    """What has to be done, what no recipe does yet, and what somebody should look at."""

    requests: tuple[Request, ...]
    unplanned: tuple[Unplanned, ...] = ()
    hints: tuple[str, ...] = ()


def requests_from(
    database: Schema,
    models: Schema,
    *,
    renames: Mapping[str, str] | None = None,
    metadata_complete: bool = True,
    ignore: frozenset[str] = frozenset({"public.alembic_version"}),
    bare: Schema | None = None,
    kept: frozenset[str] = frozenset(),
) -> Found:
    """Requests that turn the database into what the models say.

    `renames` maps `table` to its new name and `table.column` to the column's new name; the table's name in it is the
    one that the database has. Without `metadata_complete`, or where the models know under half of the database's
    tables, nothing is proposed to be dropped. `bare` is what the models make alone where `models` also holds what is
    declared beside them; without it nothing but tables and enum types is compared. Of kinds that are `kept` nothing goes.
    """
    renaming, renamed = _renamed(database, renames or {})
    theirs = {t.qualified: t for t in renamed.tables() if t.qualified not in ignore and t.partition_bound is None}
    ours = {t.qualified: t for t in models.tables() if t.qualified not in ignore and t.partition_bound is None}
    hints: list[str] = []
    known = len(ours.keys() & theirs.keys())
    if theirs and known * 2 < len(theirs):
        hints.append(f"metadata incomplete: the models know {known} of {len(theirs)} tables; no drop is proposed")
        metadata_complete = False
    found: list[Request | Unplanned] = [*renaming, *enums(renamed, models)]
    for name in sorted(ours.keys() - theirs.keys()):
        found += _new_table(ours[name])
    for name in sorted(ours.keys() & theirs.keys()):
        found += _changed(theirs[name], ours[name], drops=metadata_complete)
        hints += _likely_columns(theirs[name], ours[name])
    gone = sorted(theirs.keys() - ours.keys()) if metadata_complete else []
    for name in gone:
        found.append(DropTable(theirs[name].name, _schema(theirs[name])))
        hints += _likely_table(theirs[name], [ours[n] for n in sorted(ours.keys() - theirs.keys())])
    found += _dropped_first([theirs[n] for n in gone], [t for n, t in theirs.items() if n not in gone], found)
    if bare is not None:
        found += objects(renamed, bare, models, drops=metadata_complete, kept=kept)
    requests = tuple(f for f in found if not isinstance(f, Unplanned))
    return Found(requests, tuple(f for f in found if isinstance(f, Unplanned)), tuple(hints))


def _schema(table: Relation) -> str | None:
    return None if table.schema == "public" else table.schema


def _renamed(database: Schema, renames: Mapping[str, str]) -> tuple[list[Request], Schema]:
    """The renames asked for as requests, and the database as it looks after them."""
    requests: list[Request] = []
    relations = {r.qualified: r for r in database.relations}
    for old, new in sorted(renames.items(), key=lambda pair: "." in pair[0], reverse=True):
        table = next((r for r in relations.values() if old in (r.name, r.qualified)), None)
        if table is not None:
            requests.append(RenameTable(table.name, new, schema=_schema(table)))
            relations[table.qualified] = replace(table, name=new)
            continue
        owner, _, column = old.rpartition(".")
        table = next((r for r in relations.values() if owner in (r.name, r.qualified)), None)
        if table is None or table.column(column) is None:
            raise UnknownObject(what="table or column to rename", name=old, hint="Write table=new or table.column=new.")
        to = new.rpartition(".")[2]
        requests.append(RenameColumn(table.name, column, to, schema=_schema(table)))
        relations[table.qualified] = _with_column_renamed(table, column, to)
    final = {r.qualified: r for r in relations.values()}
    return requests, Schema(tuple(final[n] for n in sorted(final)), database.things, database.version)


def _with_column_renamed(table: Relation, old: str, new: str) -> Relation:
    def names(columns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new if c == old else c for c in columns)

    return replace(
        table,
        columns=tuple(replace(c, name=new) if c.name == old else c for c in table.columns),
        constraints=tuple(replace(c, columns=names(c.columns)) for c in table.constraints),
        indexes=tuple(replace(i, keys=names(i.keys), include=names(i.include)) for i in table.indexes),
    )


def _new_table(table: Relation) -> Iterator[Request | Unplanned]:
    if table.partition_key:
        yield Unplanned(table.qualified, "a partitioned table")
        return
    columns = sorted(table.columns, key=lambda c: c.position)
    primary = next((c for c in table.constraints if c.kind == "primary key"), None)
    yield CreateTable(
        table.name,
        tuple(_new_column(c, table) for c in columns),
        primary.columns if primary else (),
        primary.name if primary else None,
        table.comment,
        _schema(table),
    )
    for constraint in table.constraints:
        yield from as_requests(table, constraint)
    for index in table.indexes:
        yield from _index(table, index)


def _new_column(column: Column, table: Relation) -> NewColumn:
    """A serial column becomes an identity one: the same to every client, without a sequence of its own to grant."""
    own_sequence = re.escape(f"{table.name}_{column.name}_seq")
    serial = bool(re.match(rf"nextval\('(?:\w+\.)?{own_sequence}'", column.default or ""))
    return NewColumn(
        column=column.name,
        type=column.type,
        nullable=not column.not_null,
        expression=None if serial else column.default,
        identity="by default" if serial else column.identity,
        generated=column.generated,
        comment=column.comment,
    )


def _action(event: str, definition: str) -> str:
    match = re.search(rf" ON {event} (CASCADE|RESTRICT|SET NULL|SET DEFAULT)", definition)
    return match[1] if match else ""


def as_requests(table: Relation, what: Constraint) -> Iterator[Request | Unplanned]:
    """A constraint of the catalog as the request that would add it; Unplanned where requests have no word for it."""
    schema = _schema(table)
    if what.kind == "foreign key" and what.references:
        target_schema, _, target = what.references.rpartition(".")
        yield AddForeignKey(
            table.name,
            what.columns,
            target,
            what.referenced_columns,
            None if target_schema == "public" else target_schema,
            _action("DELETE", what.definition),
            _action("UPDATE", what.definition),
            what.deferrable,
            what.deferred,
            name=what.name,
            schema=schema,
        )
    elif what.kind == "unique":
        nulls = "NULLS NOT DISTINCT" in what.definition
        yield AddUnique(table.name, what.columns, nulls, what.deferrable, what.deferred, what.name, schema)
    elif what.kind == "check" and what.expression:
        try:
            yield AddCheck(table.name, expression.one_expression(what.expression), what.name, schema)
        except NotOneExpression:
            yield Unplanned(f"{table.qualified}.{what.name}", f"constraint {what.definition}")
    elif what.kind not in ("primary key", "trigger"):
        yield Unplanned(f"{table.qualified}.{what.name}", f"constraint {what.definition}")


def _index(table: Relation, what: Index) -> Iterator[Request | Unplanned]:
    if what.constraint is not None:
        return
    request = request_of(table, what)
    yield request if request is not None else Unplanned(f"{table.qualified}.{what.name}", what.definition)


def _changed(there: Relation, here: Relation, *, drops: bool) -> Iterator[Request | Unplanned]:
    """One table on both sides."""
    for column in sorted(here.columns, key=lambda c: c.position):
        old = there.column(column.name)
        yield from _added_column(here, column) if old is None else _changed_column(there, old, column)
    lost = {c.name for c in there.columns} - {c.name for c in here.columns}
    if drops:
        yield from (DropColumn(there.name, c.name, _schema(there)) for c in there.columns if c.name in lost)
    yield from _changed_constraints(there, here, lost, drops=drops)
    yield from _changed_indexes(there, here, lost, drops=drops)
    if there.comment != here.comment:
        yield SetComment(there.name, None, here.comment, _schema(there))
    for what in ("partition_key", "persistence"):
        if getattr(there, what) != getattr(here, what):
            yield Unplanned(there.qualified, f"{what} {getattr(there, what)!r} -> {getattr(here, what)!r}")


def _added_column(table: Relation, column: Column) -> Iterator[Request | Unplanned]:
    new = _new_column(column, table)
    name = f"{table.qualified}.{column.name}"
    if not new.nullable and new.expression is None and not new.identity:
        yield Unplanned(
            name, "a new NOT NULL column without a default: say what rows that are there get (fill or using)"
        )
        return
    yield AddColumn(
        table.name,
        new.column,
        new.type,
        new.nullable,
        None,
        new.expression,
        identity=new.identity,
        generated=new.generated,
        comment=new.comment,
        schema=_schema(table),
    )


def _changed_column(table: Relation, old: Column, new: Column) -> Iterator[Request | Unplanned]:
    name, schema, identity = new.name, _schema(table), f"{table.qualified}.{new.name}"
    if old.type != new.type:
        if is_widening(old.type, new.type):
            yield WidenColumn(table.name, name, new.type, schema)
        else:
            yield ChangeType(table.name, name, new.type, schema=schema)
    if old.generated != new.generated:
        yield Unplanned(identity, f"generated {old.generated!r} -> {new.generated!r}")
    elif old.identity and (new.default or "").startswith("nextval("):
        pass  # a serial column of the models, made as an identity one: it numbers alike
    elif old.identity != new.identity:
        yield (
            SetIdentity(table.name, name, new.identity, schema)
            if new.identity
            else DropIdentity(table.name, name, schema)
        )
    elif old.default != new.default:
        yield from _changed_default(table, old, new)
    if old.not_null != new.not_null:
        yield SetNotNull(table.name, name, schema=schema) if new.not_null else DropNotNull(table.name, name, schema)
    if old.comment != new.comment:
        yield SetComment(table.name, name, new.comment, schema)
    if old.collation != new.collation:
        yield Unplanned(identity, f"collation {old.collation!r} -> {new.collation!r}")


def _changed_default(table: Relation, old: Column, new: Column) -> Iterator[Request | Unplanned]:
    """Models often leave defaults to Python; then the database's own is kept and said."""
    if new.generated:
        yield Unplanned(f"{table.qualified}.{new.name}", f"generated as {old.default} -> {new.default}")
    elif (old.default or "").startswith("nextval(") or (new.default or "").startswith("nextval("):
        yield Unplanned(f"{table.qualified}.{new.name}", f"default {old.default} -> {new.default}")
    else:
        yield AlterDefault(table.name, new.name, expression=new.default, schema=_schema(table))


def _same(a: Constraint, b: Constraint) -> bool:
    return (a.kind, a.definition.removesuffix(" NOT VALID")) == (b.kind, b.definition.removesuffix(" NOT VALID"))


def _changed_constraints(
    there: Relation, here: Relation, lost: set[str], *, drops: bool
) -> Iterator[Request | Unplanned]:
    old, new = {c.name: c for c in there.constraints}, {c.name: c for c in here.constraints}
    for name, constraint in new.items():
        identity = f"{here.qualified}.{name}"
        if name not in old:
            twin = next((c for c in there.constraints if _same(c, constraint) and c.name not in new), None)
            if twin is not None:
                yield Unplanned(identity, f"the same constraint is called {twin.name} in the database")
            elif constraint.kind == "primary key":
                yield Unplanned(identity, "a primary key on a table in use")
            else:
                yield from as_requests(here, constraint)
        elif not _same(old[name], constraint):
            yield Unplanned(identity, f"{old[name].definition} -> {constraint.definition}")
    for name, constraint in old.items():
        has_twin = any(_same(c, constraint) and c.name not in old for c in here.constraints)
        if name in new or has_twin or lost & set(constraint.columns) or constraint.kind == "trigger":
            continue
        if constraint.kind == "primary key":
            yield Unplanned(f"{there.qualified}.{name}", "a primary key that the models do not have")
        elif drops:
            yield DropConstraint(there.name, name, _schema(there))


def _bare(index: Index) -> str:
    """The definition without the index's name."""
    head, _, tail = index.definition.partition(" ON ")
    return head.partition(" INDEX ")[0] + tail


def _changed_indexes(there: Relation, here: Relation, lost: set[str], *, drops: bool) -> Iterator[Request | Unplanned]:
    old = {i.name: i for i in there.indexes if i.constraint is None}
    new = {i.name: i for i in here.indexes if i.constraint is None}
    for name, index in new.items():
        if name not in old:
            twin = next((i for i in old.values() if _bare(i) == _bare(index) and i.name not in new), None)
            if twin is None:
                yield from _index(here, index)
            else:
                yield Unplanned(f"{here.qualified}.{name}", f"the same index is called {twin.name} in the database")
        elif _bare(old[name]) != _bare(index):
            yield from _replaced(here, old[name], index)
    for name, index in old.items():
        has_twin = any(_bare(i) == _bare(index) and i.name not in old for i in new.values())
        uses_lost = lost & {*index.keys, *index.include, *expression.names_in(index.definition)}
        covers_key = any(
            set(index.keys[: len(c.columns)]) == set(c.columns) for c in here.constraints if c.kind == "foreign key"
        )
        if name not in new and not has_twin and not uses_lost and drops:
            if covers_key:
                yield Unplanned(
                    f"{there.qualified}.{name}", "an index that serves a foreign key and is not in the models: kept"
                )
            else:
                yield DropIndex(there.name, name, _schema(there))


def _replaced(table: Relation, old: Index, new: Index) -> Iterator[Request | Unplanned]:
    """The index of that name, defined another way."""
    want = request_of(table, new)
    if want is None:
        yield Unplanned(f"{table.qualified}.{new.name}", f"{old.definition} -> {new.definition}")
        return
    yield ReplaceIndex(
        table.name, new.name, want.columns, want.unique, want.method, want.include, want.where, want.nulls_not_distinct,
        _schema(table),
    )  # fmt: skip


def _likely_columns(there: Relation, here: Relation) -> Iterator[str]:
    """One column gone and one come, of one type: somebody may have meant a rename."""
    gone = [c for c in there.columns if here.column(c.name) is None]
    come = [c for c in here.columns if there.column(c.name) is None]
    for old in gone:
        alike = [c for c in come if c.type == old.type]
        if len(alike) == 1:
            yield f"a rename? --rename {there.name}.{old.name}={alike[0].name}"


def _likely_table(gone: Relation, come: list[Relation]) -> Iterator[str]:
    shape = {(c.name, c.type) for c in gone.columns}
    for other in come:
        same = shape & {(c.name, c.type) for c in other.columns}
        if len(same) * 2 > max(len(shape), len(other.columns)):
            yield f"a rename? --rename {gone.name}={other.name}"


def _dropped_first(
    gone: list[Relation], kept: list[Relation], found: list[Request | Unplanned]
) -> Iterator[Request | Unplanned]:
    """Foreign keys on tables that go: those between tables that go in a circle, and none twice."""
    names = {t.qualified for t in gone}
    asked = {(r.table, r.name) for r in found if isinstance(r, DropConstraint)}
    for table in gone:
        for constraint in table.constraints:
            circle = constraint.references in names and constraint.references != table.qualified
            if circle and (table.name, constraint.name) not in asked:
                yield DropConstraint(table.name, constraint.name, _schema(table))
    for table in kept:
        for constraint in table.constraints:
            if constraint.references in names and (table.name, constraint.name) not in asked:
                yield DropConstraint(table.name, constraint.name, _schema(table))
