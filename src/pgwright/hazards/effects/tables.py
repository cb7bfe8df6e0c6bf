"""What acts on tables, columns, constraints and indexes leave behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pgwright.hazards import acts
from pgwright.hazards.acts import Column, Constraint, Index
from pgwright.hazards.known import Known, KnownIndex, Table


def create_table(known: Known, act: acts.CreateTable) -> None:
    if act.if_not_exists and act.table in known.tables:
        return
    is_known = not act.like and not act.from_query and not act.inherits
    table = Table(
        act.table,
        is_known=is_known,
        made_in=known.revision,
        made_transaction=known.transaction,
        is_new=True,
        partition_key=act.partition_key,
        partition_of=act.partition_of,
        is_default_partition=act.partition_default,
        is_temporary=act.temporary,
    )
    parent = known.tables.get(act.partition_of or "")
    if parent is not None:
        table.columns.update(parent.columns)
    known.put(table)
    for column in act.columns:
        _put_column(known, table, column)
    for constraint in act.constraints:
        _put_constraint(known, table, constraint)


def _put_column(known: Known, table: Table, column: Column) -> None:
    table.columns[column.name] = column
    if column.serial or column.identity:
        schema, _, bare = table.name.rpartition(".")
        known.sequences[f"{schema}{'.' if schema else ''}{bare}_{column.name}_seq"] = column.type.name
    for constraint in column.constraints:
        _put_constraint(known, table, constraint)


def _put_constraint(known: Known, table: Table, constraint: Constraint) -> None:
    columns = constraint.columns
    if constraint.using_index and constraint.using_index in table.indexes:
        built = table.indexes.pop(constraint.using_index)
        name = constraint.name or constraint.using_index
        columns = built.index.keys
        table.indexes[name] = replace(built, constraint=name, index=replace(built.index, name=name))
    name = constraint.name or named(table, constraint)
    table.constraints[name] = replace(constraint, name=name, columns=columns)
    if constraint.kind in ("primary key", "not null") and constraint.validated:
        _not_null(table, columns, True)
    if constraint.kind in ("primary key", "unique", "exclusion"):
        index = Index(name, table.name, columns, unique=constraint.kind != "exclusion")
        table.indexes.setdefault(name, KnownIndex(index, name, known.revision))


def named(table: Table, constraint: Constraint) -> str:
    """The name that PostgreSQL gives a constraint without one (`ChooseConstraintName`), as long as it is short."""
    ends = {"foreign key": "fkey", "unique": "key", "check": "check", "exclusion": "excl", "not null": "not_null"}
    bare = table.name.rpartition(".")[2]
    if constraint.kind == "primary key":
        return f"{bare}_pkey"
    base = "_".join((bare, *constraint.columns, ends[constraint.kind]))
    name, number = base, 0
    while name in table.constraints or name in table.indexes:
        number += 1
        name = f"{base}{number}"
    return name


def _not_null(table: Table, columns: Iterable[str], value: bool) -> None:
    for name in columns:
        if name in table.columns:
            table.columns[name] = replace(table.columns[name], not_null=value)


def change(known: Known, name: str, column: str, **changes: Any) -> None:
    table = known.own(name)
    if table is not None and column in table.columns:
        table.columns[column] = replace(table.columns[column], **changes)


def add_column(known: Known, act: acts.AddColumn) -> None:
    table = known.own(act.table)
    if table is not None and not (act.if_not_exists and act.column.name in table.columns):
        _put_column(known, table, act.column)


def drop_column(known: Known, act: acts.DropColumn) -> None:
    table = known.own(act.table)
    if table is None:
        return
    for index in [one.name for one in table.indexes_on(act.column)]:
        table.indexes.pop(index, None)
    for name in [name for name, _ in table.constraints_on(act.column)]:
        del table.constraints[name]
    table.columns.pop(act.column, None)
    if act.cascade:
        for view in known.dependents(act.table, act.column):
            known.tables.pop(view.name, None)


def add_constraint(known: Known, act: acts.AddConstraint) -> None:
    table = known.own(act.table)
    if table is not None:
        _put_constraint(known, table, act.constraint)


def validate(known: Known, act: acts.ValidateConstraint) -> None:
    table = known.own(act.table)
    if table is not None and act.name in table.constraints:
        valid = replace(table.constraints[act.name], validated=True)
        table.constraints[act.name] = valid
        if valid.kind == "not null":
            _not_null(table, valid.columns, True)


def drop_constraint(known: Known, act: acts.DropConstraint) -> None:
    table = known.own(act.table)
    if table is not None:
        gone = table.constraints.pop(act.name, None)
        table.indexes.pop(act.name, None)
        if gone is not None and gone.kind == "not null":
            _not_null(table, gone.columns, False)


def create_index(known: Known, act: acts.CreateIndex) -> None:
    table = known.own(act.table)
    if table is None:
        table = Table(act.table, is_known=False)
        known.put(table)
    bare = act.table.rpartition(".")[2]
    name = act.index.name or "_".join([bare, *act.index.keys, "idx"])
    if not (act.if_not_exists and name in table.indexes):
        table.indexes[name] = KnownIndex(replace(act.index, name=name), None, known.revision)


def attach(known: Known, act: acts.AttachPartition) -> None:
    part = known.own(act.partition)
    if part is not None:
        part.partition_of, part.is_default_partition = act.table, act.default


def detach(known: Known, act: acts.DetachPartition) -> None:
    part = known.own(act.partition)
    if part is not None:
        part.partition_of, part.is_default_partition = None, False


def row_security(known: Known, act: acts.RowSecurity) -> None:
    table = known.own(act.table)
    if table is not None:
        table.row_security = table.row_security if act.enabled is None else act.enabled
        table.forced_security = table.forced_security if act.forced is None else act.forced


def generated(known: Known, act: acts.SetGenerated) -> None:
    changes = {"default": act.expression} if act.expression else {"generated": "", "default": None}
    change(known, act.table, act.column, **changes)


def trigger(known: Known, act: acts.CreateTrigger) -> None:
    table = known.own(act.table)
    if table is not None:
        table.triggers[act.name] = act.function


def policy(known: Known, act: acts.CreatePolicy) -> None:
    table = known.own(act.table)
    if table is not None:
        table.policies.add(act.name)
        if not act.permissive:
            table.restrictive.add(act.name)


def alter_type(known: Known, act: acts.AlterType) -> None:
    change(known, act.table, act.column, type=act.type, **({"collation": act.collation} if act.collation else {}))


def alter_table(known: Known, act: acts.AlterTable) -> None:
    table = known.own(act.table)
    if table is not None and act.what == "AT_ReplicaIdentity":
        table.replica_identity = act.name
