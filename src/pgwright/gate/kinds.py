"""From messages that a server received to the kinds of step that the decision matrix knows.

Two witnesses, and the stricter one counts: what the statement says (parsed, not searched for words), and what the server
was seen to do (drops, rewrites, rows). What cannot be read is `opaque`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import postgast

from pgwright.gate.policy import Policy
from pgwright.records import Proof
from pgwright.step import Observed

SHOWN = 100
VERSION_TABLE = "alembic_version"
STATEMENTS = {
    "select_stmt": "read", "explain_stmt": "read", "variable_set_stmt": "session", "variable_show_stmt": "session",
    "transaction_stmt": "session", "lock_stmt": "session", "comment_stmt": "comment", "vacuum_stmt": "analyze",
    "create_stmt": "create_table", "create_table_as_stmt": "create_table", "create_enum_stmt": "create_enum",
    "alter_enum_stmt": "alter_enum", "index_stmt": "add_index", "reindex_stmt": "reindex",
    "insert_stmt": "insert", "update_stmt": "update", "delete_stmt": "delete", "merge_stmt": "delete",
    "truncate_stmt": "truncate", "copy_stmt": "insert",
    "grant_stmt": "privilege", "grant_role_stmt": "privilege", "alter_owner_stmt": "privilege",
    "create_role_stmt": "privilege", "alter_role_stmt": "privilege", "drop_role_stmt": "privilege",
    "alter_default_privileges_stmt": "privilege", "reassign_owned_stmt": "privilege", "drop_owned_stmt": "drop_data",
    "create_policy_stmt": "privilege", "alter_policy_stmt": "privilege",
    "do_stmt": "opaque", "call_stmt": "opaque", "execute_stmt": "opaque", "prepare_stmt": "opaque",
    "dropdb_stmt": "drop_data", "drop_table_space_stmt": "drop_data",
}  # fmt: skip
WRITES = {"InsertStmt": "insert", "UpdateStmt": "update", "DeleteStmt": "delete", "MergeStmt": "delete"}
PRIMARY = re.compile(r"^pk_|_pk(ey)?$")  # a primary key that is dropped can be told by its name only
COMMANDS = {
    "AT_AddColumn": "add_column", "AT_ColumnDefault": "alter_default", "AT_SetNotNull": "set_not_null",
    "AT_DropNotNull": "drop_not_null", "AT_AlterColumnType": "alter_column_type", "AT_DropColumn": "drop_column",
    "AT_DropConstraint": "drop_constraint", "AT_ValidateConstraint": "validate", "AT_ChangeOwner": "privilege",
    "AT_EnableRowSecurity": "privilege", "AT_DisableRowSecurity": "privilege", "AT_DetachPartition": "drop_data",
}  # fmt: skip
CONSTRAINTS = {
    "CONSTR_FOREIGN": "add_foreign_key", "CONSTR_UNIQUE": "add_unique", "CONSTR_CHECK": "add_check",
    "CONSTR_PRIMARY": "primary_key", "CONSTR_EXCLUSION": "add_check", "CONSTR_NOTNULL": "set_not_null",
}  # fmt: skip
DROPS = {
    "OBJECT_TABLE": "drop_table", "OBJECT_INDEX": "drop_index", "OBJECT_MATVIEW": "drop_data", "OBJECT_SCHEMA": "drop_data",
    "OBJECT_SEQUENCE": "drop_data", "OBJECT_EXTENSION": "drop_data", "OBJECT_FOREIGN_TABLE": "drop_data",
}  # fmt: skip
SEEN_DROPS = {
    "table": "drop_table", "table column": "drop_column", "index": "drop_index", "table constraint": "drop_constraint",
    "default value": "alter_default", "schema": "drop_data", "materialized view": "drop_data", "sequence": "drop_data",
    "extension": "drop_data", "foreign table": "drop_data",
}  # fmt: skip


def kinds_of(proof: Proof, policy: Policy, *, direction: str = "up", production: bool = False) -> list[tuple[str, str]]:
    """(kind, what) of everything that a direction of a proven revision does."""
    messages = proof.messages_up if direction == "up" else proof.messages_down
    found = [pair for one in messages for pair in of_message(one)]
    found += _over(messages, policy)
    if direction == "down" and production:
        found.append(("production_rollback", f"undo of {proof.revision}"))
    return found


def of_message(one: Observed) -> Iterator[tuple[str, str]]:
    """What one message does, by both witnesses. Alembic's own note of the revision is not a change."""
    what = " ".join(one.message.split())[:SHOWN]
    if _is_bookkeeping(one):
        return
    said = list(_said(one.message))
    seen = [SEEN_DROPS.get(drop.rpartition(" ")[0], "drop_code") for drop in one.drops]
    seen += ["rewrite" for _ in one.rewrites]
    if any(row.written for row in one.rows) and set(said) <= {"read", "session"}:
        seen.append("opaque")  # a SELECT that wrote: a function did it
    for kind in dict.fromkeys([*said, *seen]):
        yield kind, what


def _over(messages: Sequence[Observed], policy: Policy) -> Iterator[tuple[str, str]]:
    """What is over a threshold already on the shadow, which holds few rows."""
    rows = sum(row.written for one in messages if not _is_bookkeeping(one) for row in one.rows)
    longest = max((one.duration for one in messages if one.locks), default=0.0)
    total = sum(one.duration for one in messages)
    if rows > policy.rows:
        yield "many_rows", f"{rows} rows, {policy.rows} are allowed"
    if longest > policy.lock:
        yield "long_lock", f"{longest:.1f} s, {policy.lock:g} s are allowed"
    if total > policy.run:
        yield "long_run", f"{total:.0f} s, {policy.run:g} s are allowed"


def _is_bookkeeping(one: Observed) -> bool:
    """True for Alembic's own note of the revision: one plain write to its table, which was seen to write nothing else."""
    if one.drops or {row.relation.rpartition(".")[2] for row in one.rows if row.written} - {VERSION_TABLE}:
        return False
    try:
        statements = postgast.parse(one.message).stmts
    except postgast.PgQueryError:
        return False
    names = [raw.stmt.WhichOneof("node") or "" for raw in statements]
    if len(names) != 1 or names[0] not in ("insert_stmt", "update_stmt", "delete_stmt"):
        return False
    node = getattr(statements[0].stmt, names[0])
    return node.relation.relname == VERSION_TABLE and not list(_within(node))


def _said(message: str) -> Iterator[str]:
    """What the statements of a message say."""
    try:
        statements = postgast.parse(message).stmts
    except postgast.PgQueryError:
        yield "opaque"
        return
    for raw in statements:
        name = raw.stmt.WhichOneof("node") or ""
        node = getattr(raw.stmt, name)
        yield from _kinds(name, node)


def _kinds(name: str, node: Any) -> Iterator[str]:
    if name == "alter_table_stmt":
        for item in node.cmds:
            yield _command(item.alter_table_cmd)
    elif name == "drop_stmt":
        yield DROPS.get(_enum(node, "remove_type"), "drop_code")
    elif name == "rename_stmt":
        kind = _enum(node, "rename_type")
        yield {"OBJECT_COLUMN": "rename_column", "OBJECT_TABLE": "rename_table"}.get(kind, "rename")
    elif name == "vacuum_stmt" and node.is_vacuumcmd:
        yield "rewrite" if "full" in {one.def_elem.defname for one in node.options} else "analyze"
    elif name == "cluster_stmt":
        yield "rewrite"
    elif name == "explain_stmt" and "analyze" in {one.def_elem.defname for one in node.options}:
        yield from _kinds(node.query.WhichOneof("node") or "", getattr(node.query, node.query.WhichOneof("node")))
    elif name == "select_stmt":
        yield from _within(node)
        yield "create_table" if node.HasField("into_clause") else "read"
    else:
        yield from _within(node)
        yield STATEMENTS.get(name, "schema_change")


def _within(node: Any) -> Iterator[str]:
    """What a statement holds in its WITH clauses: a SELECT may delete."""
    for _, inner in postgast.walk(node):
        if inner is not node and type(inner).__name__ in WRITES:
            yield WRITES[type(inner).__name__]


def _command(command: Any) -> str:
    kind = _enum(command, "subtype")
    body = getattr(command, "def")
    if kind == "AT_AddConstraint" and body.HasField("constraint"):
        return CONSTRAINTS.get(_enum(body.constraint, "contype"), "schema_change")
    if kind == "AT_AddColumn" and any(
        _enum(one.constraint, "contype") == "CONSTR_PRIMARY" for one in body.column_def.constraints
    ):
        return "primary_key"
    if kind == "AT_DropConstraint" and PRIMARY.search(command.name):
        return "primary_key"
    return COMMANDS.get(kind, "schema_change")


def _enum(node: Any, name: str) -> str:
    field = node.DESCRIPTOR.fields_by_name[name]
    return str(field.enum_type.values_by_number[getattr(node, name)].name)
