"""Plays statements into what is known: after it, `Known` is the database as the statement leaves it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from pgwright.hazards import acts
from pgwright.hazards.acts import Act, Column, Constraint, Index
from pgwright.hazards.known import Enum, Function, Held, Known, KnownIndex, Table
from pgwright.hazards.locks import locks
from pgwright.hazards.statement import Script, Statement


def begin(known: Known, script: Script) -> None:
    """A script starts: nothing is new yet, nothing is held."""
    known.revision, known.transaction = script.revision, None
    known.held.clear()
    known.done.clear()
    known.settings.clear()
    for table in known.tables.values():
        table.is_new = False
    for function in known.functions.values():
        function.is_new = False
    for enum in known.enums.values():
        enum.is_new = False
        enum.added.clear()


def enter(known: Known, statement: Statement) -> None:
    """A statement is about to run: locks of a transaction that has ended are gone."""
    if statement.transaction is None or statement.transaction != known.transaction:
        known.held.clear()
    known.transaction = statement.transaction


def leave(known: Known, statement: Statement) -> None:
    """The statement has run."""
    for act in statement.acts:
        if statement.transaction is not None:
            for table, mode in locks(act):
                if known.holds_rows(table):
                    known.held.append(Held(table, mode, statement))
        handler = HANDLERS.get(type(act))
        if handler is not None:
            handler(known, act)
    known.done.append(statement)


def play(known: Known, script: Script) -> None:
    """All of a script, without asking anything on the way."""
    begin(known, script)
    for statement in script.statements:
        enter(known, statement)
        leave(known, statement)


def _create_table(known: Known, act: acts.CreateTable) -> None:
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
    known.tables[act.table] = table
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


def _change(known: Known, name: str, column: str, **changes: Any) -> None:
    table = known.tables.get(name)
    if table is not None and column in table.columns:
        table.columns[column] = replace(table.columns[column], **changes)


def _add_column(known: Known, act: acts.AddColumn) -> None:
    table = known.tables.get(act.table)
    if table is not None and not (act.if_not_exists and act.column.name in table.columns):
        _put_column(known, table, act.column)


def _drop_column(known: Known, act: acts.DropColumn) -> None:
    table = known.tables.get(act.table)
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


def _add_constraint(known: Known, act: acts.AddConstraint) -> None:
    table = known.tables.get(act.table)
    if table is not None:
        _put_constraint(known, table, act.constraint)


def _validate(known: Known, act: acts.ValidateConstraint) -> None:
    table = known.tables.get(act.table)
    if table is not None and act.name in table.constraints:
        valid = replace(table.constraints[act.name], validated=True)
        table.constraints[act.name] = valid
        if valid.kind == "not null":
            _not_null(table, valid.columns, True)


def _drop_constraint(known: Known, act: acts.DropConstraint) -> None:
    table = known.tables.get(act.table)
    if table is not None:
        gone = table.constraints.pop(act.name, None)
        table.indexes.pop(act.name, None)
        if gone is not None and gone.kind == "not null":
            _not_null(table, gone.columns, False)


def _create_index(known: Known, act: acts.CreateIndex) -> None:
    table = known.tables.get(act.table)
    if table is None:
        table = known.tables[act.table] = Table(act.table, is_known=False)
    bare = act.table.rpartition(".")[2]
    name = act.index.name or "_".join([bare, *act.index.keys, "idx"])
    if not (act.if_not_exists and name in table.indexes):
        table.indexes[name] = KnownIndex(replace(act.index, name=name), None, known.revision)


def _drop(known: Known, act: acts.Drop) -> None:
    if act.kind == "index":
        found = known.index(act.name)
        if found is not None:
            found[0].indexes.pop(found[1].name, None)
    elif act.kind in ("table", "view", "materialized view", "foreign table"):
        known.tables.pop(act.name, None)
        for table, name, _ in list(known.referencing(act.name)) if act.cascade else ():
            table.constraints.pop(name, None)
        for view in known.dependents(act.name) if act.cascade else ():
            known.tables.pop(view.name, None)
    elif act.kind in ("trigger", "policy") and act.table in known.tables:
        table = known.tables[act.table]
        table.triggers.pop(act.name, None)
        table.policies.discard(act.name)
    elif act.kind == "schema" and act.cascade:
        for name in [name for name in known.tables if name.startswith(f"{act.name}.")]:
            del known.tables[name]
    else:
        things: dict[str, dict[str, Any]] = {
            "type": known.enums, "domain": known.domains, "function": known.functions,
            "procedure": known.functions, "sequence": known.sequences, "publication": known.publications,
        }  # fmt: skip
        things.get(act.kind, {}).pop(act.name, None)


def _rename(known: Known, act: acts.Rename) -> None:
    table = known.tables.get(act.name)
    if act.kind == "column" and table is not None and act.old in table.columns:
        table.columns = {act.new if n == act.old else n: _called(c, act.new, act.old) for n, c in table.columns.items()}
        _respell(table, act.old, act.new)
    elif act.kind in ("table", "view", "materialized view") and table is not None:
        _move(known, act.name, ".".join((*act.name.split(".")[:-1], act.new)))
    elif act.kind == "constraint" and table is not None:
        if act.old in table.constraints:
            table.constraints[act.new] = replace(table.constraints.pop(act.old), name=act.new)
        if act.old in table.indexes:
            table.indexes[act.new] = _renamed(table.indexes.pop(act.old), act.new)
    elif act.kind == "index":
        found = known.index(act.name)
        if found is not None:
            found[0].indexes[act.new] = _renamed(found[0].indexes.pop(found[1].name), act.new)
    elif act.kind == "enum value" and act.name in known.enums:
        enum = known.enums[act.name]
        enum.labels = [act.new if label == act.old else label for label in enum.labels]
    elif act.kind == "type" and act.name in known.enums:
        known.enums[act.new] = known.enums.pop(act.name)


def _called(column: Column, new: str, old: str) -> Column:
    return replace(column, name=new) if column.name == old else column


def _renamed(index: KnownIndex, new: str) -> KnownIndex:
    return replace(index, index=replace(index.index, name=new), constraint=new if index.constraint else None)


def _respell(table: Table, old: str, new: str) -> None:
    """Constraints and indexes follow a column to its new name."""

    def spelled(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new if name == old else name for name in names)

    for name, one in table.constraints.items():
        if old in one.columns:
            expression = one.expression
            if expression is not None:
                proven = frozenset(new if n == old else n for n in expression.not_null)
                expression = replace(expression, columns=spelled(expression.columns), not_null=proven)
            table.constraints[name] = replace(one, columns=spelled(one.columns), expression=expression)
    for name, index in table.indexes.items():
        table.indexes[name] = replace(index, index=replace(index.index, keys=spelled(index.index.keys)))


def _move(known: Known, old: str, new: str) -> None:
    table = known.tables.pop(old)
    table.name = new
    known.tables[new] = table
    for one, name, constraint in list(known.referencing(old)):
        one.constraints[name] = replace(constraint, references=new)
    for view in known.dependents(old):
        view.reads = tuple(new if name == old else name for name in view.reads)


def _move_schema(known: Known, act: acts.MoveSchema) -> None:
    if act.kind in ("table", "view", "materialized view") and act.name in known.tables:
        bare = act.name.rpartition(".")[2]
        _move(known, act.name, bare if act.schema == "public" else f"{act.schema}.{bare}")


def _create_view(known: Known, act: acts.CreateView) -> None:
    known.tables[act.view] = Table(
        act.view,
        "materialized view" if act.materialized else "view",
        made_in=known.revision,
        made_transaction=known.transaction,
        is_new=act.view not in known.tables,
        reads=act.reads,
        column_refs=act.column_refs,
    )


def _attach(known: Known, act: acts.AttachPartition) -> None:
    part = known.tables.get(act.partition)
    if part is not None:
        part.partition_of, part.is_default_partition = act.table, act.default


def _detach(known: Known, act: acts.DetachPartition) -> None:
    part = known.tables.get(act.partition)
    if part is not None:
        part.partition_of, part.is_default_partition = None, False


def _enum_value(known: Known, act: acts.AddEnumValue) -> None:
    enum = known.enums.setdefault(act.name, Enum([]))
    if act.value not in enum.labels:
        enum.labels.append(act.value)
        enum.added[act.value] = known.transaction


def _function(known: Known, act: acts.CreateFunction) -> None:
    is_new = act.name not in known.functions
    known.functions[act.name] = Function(act.volatility, act.security_definer, act.settings, is_new)


def _row_security(known: Known, act: acts.RowSecurity) -> None:
    table = known.tables.get(act.table)
    if table is not None:
        table.row_security = table.row_security if act.enabled is None else act.enabled
        table.forced_security = table.forced_security if act.forced is None else act.forced


def _sequence(known: Known, act: acts.Sequence) -> None:
    if act.created or act.type is not None:
        known.sequences[act.name] = act.type.name if act.type else "int8"


def _generated(known: Known, act: acts.SetGenerated) -> None:
    changes = {"default": act.expression} if act.expression else {"generated": "", "default": None}
    _change(known, act.table, act.column, **changes)


def _trigger(known: Known, act: acts.CreateTrigger) -> None:
    if act.table in known.tables:
        known.tables[act.table].triggers[act.name] = act.function


def _policy(known: Known, act: acts.CreatePolicy) -> None:
    if act.table in known.tables:
        known.tables[act.table].policies.add(act.name)


def _alter_type(known: Known, act: acts.AlterType) -> None:
    _change(known, act.table, act.column, type=act.type, **({"collation": act.collation} if act.collation else {}))


HANDLERS: dict[type[Act], Callable[[Known, Any], None]] = {
    acts.CreateTable: _create_table,
    acts.AddColumn: _add_column,
    acts.DropColumn: _drop_column,
    acts.AlterType: _alter_type,
    acts.SetNotNull: lambda known, act: _change(known, act.table, act.column, not_null=True),
    acts.DropNotNull: lambda known, act: _change(known, act.table, act.column, not_null=False),
    acts.SetDefault: lambda known, act: _change(known, act.table, act.column, default=act.default, serial=False),
    acts.SetIdentity: lambda known, act: _change(known, act.table, act.column, identity=act.identity),
    acts.SetGenerated: _generated,
    acts.AddConstraint: _add_constraint,
    acts.ValidateConstraint: _validate,
    acts.DropConstraint: _drop_constraint,
    acts.CreateIndex: _create_index,
    acts.Drop: _drop,
    acts.Rename: _rename,
    acts.MoveSchema: _move_schema,
    acts.CreateView: _create_view,
    acts.AttachPartition: _attach,
    acts.DetachPartition: _detach,
    acts.CreateEnum: lambda known, act: known.enums.update({act.name: Enum(list(act.labels), is_new=True)}),
    acts.AddEnumValue: _enum_value,
    acts.CreateDomain: lambda known, act: known.domains.update({act.name: act.is_constrained}),
    acts.CreateFunction: _function,
    acts.CreateTrigger: _trigger,
    acts.CreatePolicy: _policy,
    acts.RowSecurity: _row_security,
    acts.Sequence: _sequence,
    acts.CreatePublication: lambda known, act: known.publications.update({act.name: act.tables}),
    acts.Set: lambda known, act: known.settings.update({act.name: act.value}),
}
