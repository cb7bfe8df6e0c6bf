"""Plays statements into what is known: after it, `Known` is the database as the statement leaves it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pgwright.hazards import acts
from pgwright.hazards.acts import Act
from pgwright.hazards.effects import names, tables, things
from pgwright.hazards.known import Enum, Held, Known
from pgwright.hazards.locks import locks
from pgwright.hazards.statement import Script, Statement


def begin(known: Known, script: Script) -> None:
    """A script starts: nothing is new yet, nothing is held."""
    known.revision, known.transaction, known.script = script.revision, None, script
    known.held.clear()
    known.done.clear()
    known.settings.clear()
    for name in known.fresh:
        table = known.own(name)
        if table is not None:
            table.is_new = False
    known.fresh.clear()
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


HANDLERS: dict[type[Act], Callable[[Known, Any], None]] = {
    acts.CreateTable: tables.create_table,
    acts.AddColumn: tables.add_column,
    acts.DropColumn: tables.drop_column,
    acts.AlterTable: tables.alter_table,
    acts.AlterType: tables.alter_type,
    acts.SetNotNull: lambda known, act: tables.change(known, act.table, act.column, not_null=True),
    acts.DropNotNull: lambda known, act: tables.change(known, act.table, act.column, not_null=False),
    acts.SetDefault: lambda known, act: tables.change(known, act.table, act.column, default=act.default, serial=False),
    acts.SetIdentity: lambda known, act: tables.change(known, act.table, act.column, identity=act.identity),
    acts.SetGenerated: tables.generated,
    acts.AddConstraint: tables.add_constraint,
    acts.ValidateConstraint: tables.validate,
    acts.DropConstraint: tables.drop_constraint,
    acts.CreateIndex: tables.create_index,
    acts.Drop: names.drop,
    acts.Rename: names.rename,
    acts.MoveSchema: names.move_schema,
    acts.CreateView: things.create_view,
    acts.AttachPartition: tables.attach,
    acts.DetachPartition: tables.detach,
    acts.CreateEnum: lambda known, act: known.enums.update({act.name: Enum(list(act.labels), is_new=True)}),
    acts.AddEnumValue: things.enum_value,
    acts.CreateDomain: lambda known, act: known.domains.update({act.name: act.is_constrained}),
    acts.CreateFunction: things.function,
    acts.AlterFunction: things.alter_function,
    acts.CreateTrigger: tables.trigger,
    acts.CreatePolicy: tables.policy,
    acts.RowSecurity: tables.row_security,
    acts.Sequence: things.sequence,
    acts.DoBlock: things.do_block,
    acts.CreatePublication: lambda known, act: known.publications.update({act.name: act.tables}),
    acts.Set: lambda known, act: known.settings.update({act.name: act.value}),
}
