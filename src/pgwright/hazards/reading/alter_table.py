"""ALTER TABLE, INDEX, VIEW, SEQUENCE, TYPE: one act for each command of the list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pgwright.hazards.acts import (
    Act,
    AddColumn,
    AddConstraint,
    AlterTable,
    AlterType,
    AttachIndex,
    AttachPartition,
    ChangeOwner,
    DetachPartition,
    DropColumn,
    DropConstraint,
    DropNotNull,
    Rewrite,
    RowSecurity,
    SetDefault,
    SetGenerated,
    SetIdentity,
    SetNotNull,
    ValidateConstraint,
)
from pgwright.hazards.reading.column import column, constraint
from pgwright.hazards.reading.nodes import expression, options, qualified, relation, type_of
from pgwright.hazards.reading.parser import parser

CASCADE = 2
IDENTITIES = {"d": "default", "n": "nothing", "f": "full", "i": "index"}


def read(node: Any) -> Iterator[Act]:
    postgast = parser()

    table = relation(node.relation)
    kinds = postgast.pg_query_pb2
    index = node.objtype == kinds.OBJECT_INDEX
    for one in node.cmds:
        command = one.alter_table_cmd
        name = kinds.AlterTableType.Name(command.subtype)
        if index and name == "AT_AttachPartition":
            yield AttachIndex(table, relation(_def(command).partition_cmd.name))
            continue
        reader = COMMANDS.get(name)
        yield reader(table, command) if reader else AlterTable(table, name, _name(command), command)


def _name(command: Any) -> str:
    """What the command names; of REPLICA IDENTITY the identity, in a word."""
    kind = _def(command).replica_identity_stmt.identity_type
    return IDENTITIES.get(kind, "") if kind else str(command.name)


def _add_column(table: str, command: Any) -> Act:
    return AddColumn(table, column(_def(command).column_def), command.missing_ok)


def _drop_column(table: str, command: Any) -> Act:
    return DropColumn(table, command.name, command.behavior == CASCADE, command.missing_ok)


def _alter_type(table: str, command: Any) -> Act:
    node = _def(command).column_def
    using = expression(node.raw_default) if node.HasField("raw_default") else None
    collation = qualified(node.coll_clause.collname) if node.HasField("coll_clause") else None
    return AlterType(table, command.name, type_of(node.type_name), using, collation)


def _default(table: str, command: Any) -> Act:
    return SetDefault(table, command.name, expression(_def(command)) if command.HasField("def") else None)


def _add_constraint(table: str, command: Any) -> Act:
    return AddConstraint(table, constraint(_def(command).constraint))


def _drop_constraint(table: str, command: Any) -> Act:
    return DropConstraint(table, command.name, command.behavior == CASCADE, command.missing_ok)


def _attach(table: str, command: Any) -> Act:
    part = _def(command).partition_cmd
    return AttachPartition(table, relation(part.name), part.bound.is_default)


def _detach(table: str, command: Any) -> Act:
    part = _def(command).partition_cmd
    return DetachPartition(table, relation(part.name), part.concurrent)


def _set_expression(table: str, command: Any) -> Act:
    return SetGenerated(table, command.name, expression(_def(command)))


def _add_identity(table: str, command: Any) -> Act:
    when = _def(command).constraint.generated_when
    return SetIdentity(table, command.name, "always" if when == "a" else "by default", added=True)


def _set_identity(table: str, command: Any) -> Act:
    given = options(_def(command).list.items).get("generated")
    always = given is not None and given.integer.ival == ord("a")
    return SetIdentity(table, command.name, "always" if always else "by default")


def _def(command: Any) -> Any:
    return getattr(command, "def")


def _rewrite(how: str) -> Callable[[str, Any], Act]:
    return lambda table, command: Rewrite(table, how)


COMMANDS: dict[str, Callable[[str, Any], Act]] = {
    "AT_AddColumn": _add_column,
    "AT_DropColumn": _drop_column,
    "AT_AlterColumnType": _alter_type,
    "AT_ColumnDefault": _default,
    "AT_SetNotNull": lambda table, command: SetNotNull(table, command.name),
    "AT_DropNotNull": lambda table, command: DropNotNull(table, command.name),
    "AT_SetExpression": _set_expression,
    "AT_DropExpression": lambda table, command: SetGenerated(table, command.name, None),
    "AT_AddIdentity": _add_identity,
    "AT_SetIdentity": _set_identity,
    "AT_DropIdentity": lambda table, command: SetIdentity(table, command.name, ""),
    "AT_AddConstraint": _add_constraint,
    "AT_ValidateConstraint": lambda table, command: ValidateConstraint(table, command.name),
    "AT_DropConstraint": _drop_constraint,
    "AT_AttachPartition": _attach,
    "AT_DetachPartition": _detach,
    "AT_EnableRowSecurity": lambda table, command: RowSecurity(table, enabled=True),
    "AT_DisableRowSecurity": lambda table, command: RowSecurity(table, enabled=False),
    "AT_ForceRowSecurity": lambda table, command: RowSecurity(table, forced=True),
    "AT_NoForceRowSecurity": lambda table, command: RowSecurity(table, forced=False),
    "AT_ChangeOwner": lambda table, command: ChangeOwner("table", table, command.newowner.rolename or "current_user"),
    "AT_SetLogged": _rewrite("set logged"),
    "AT_SetUnLogged": _rewrite("set unlogged"),
    "AT_SetTableSpace": _rewrite("set tablespace"),
    "AT_SetAccessMethod": _rewrite("set access method"),
}
