"""DO blocks: what their body sends. PL/pgSQL is read by the parser; EXECUTE counts where its text is one literal.

Read is what locks and works: index builds, constraints, rewrites, changes of many rows. What stands behind a condition or
an exception handler may not run, so it is read in a form that says nothing about what is there already. The block itself
stays an act: what it leaves in the schema is not followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pgwright.hazards.acts import (
    Act,
    AddConstraint,
    AlterType,
    CreateIndex,
    Delete,
    DoBlock,
    LockTable,
    RefreshView,
    Reindex,
    Rewrite,
    SetNotNull,
    Truncate,
    Update,
    ValidateConstraint,
)
from pgwright.hazards.reading.parser import parser

HEAVY = (
    AddConstraint, AlterType, CreateIndex, Delete, LockTable, RefreshView, Reindex, Rewrite, SetNotNull, Truncate,
    Update, ValidateConstraint,
)  # fmt: skip
ROWS = (Update, Delete)
SENT = {"PLpgSQL_stmt_execsql": "sqlstmt", "PLpgSQL_stmt_dynexecute": "query"}
GUARDS = ("PLpgSQL_stmt_if", "PLpgSQL_stmt_case")
LOOPS = ("PLpgSQL_stmt_loop", "PLpgSQL_stmt_while", "PLpgSQL_stmt_fori", "PLpgSQL_stmt_fors", "PLpgSQL_stmt_forc",
         "PLpgSQL_stmt_foreach_a", "PLpgSQL_stmt_dynfors")  # fmt: skip


def do(node: Any) -> Iterator[Act]:
    """The block, then the heavy acts of the statements in it."""
    given = {one.def_elem.defname: one.def_elem.arg.string.sval for one in node.args}
    body, language = given.get("as", ""), given.get("language", "plpgsql")
    yield DoBlock(body, language)
    if language == "plpgsql":
        yield from _inside(_parsed(body), guarded=False, looped=False)


def _parsed(body: str) -> Any:
    """The parser's tree; empty when it is not PL/pgSQL."""
    postgast = parser()

    tag = "$pgwright$"
    try:
        return postgast.parse_plpgsql(f"DO {tag}{body}{tag}") if tag not in body else []
    except postgast.PgQueryError:
        return []


def _inside(tree: Any, *, guarded: bool, looped: bool) -> Iterator[Act]:
    if isinstance(tree, list):
        for one in tree:
            yield from _inside(one, guarded=guarded, looped=looped)
    elif isinstance(tree, dict):
        caught = guarded or "exceptions" in tree
        for kind, inner in tree.items():
            if kind in SENT:
                yield from _sent(inner[SENT[kind]]["PLpgSQL_expr"]["query"], kind, guarded, looped)
            else:
                yield from _inside(inner, guarded=caught or kind in GUARDS, looped=looped or kind in LOOPS)


def _sent(text: str, kind: str, guarded: bool, looped: bool) -> Iterator[Act]:
    from pgwright.hazards.reading.parse import Command, commands

    if kind == "PLpgSQL_stmt_dynexecute":
        text = _literal(text)
    for one in commands(text):
        for act in one.acts if isinstance(one, Command) else ():
            if isinstance(act, HEAVY) and not (looped and isinstance(act, ROWS)):
                yield _maybe(act) if guarded or looped else act


def _literal(expression: str) -> str:
    """The text of an expression that is one string; nothing for what is put together when it runs."""
    postgast = parser()

    try:
        (statement,) = postgast.parse(f"SELECT {expression}").stmts
    except (postgast.PgQueryError, ValueError):
        return ""
    (target,) = statement.stmt.select_stmt.target_list
    return str(target.res_target.val.a_const.sval.sval)


def _maybe(act: Act) -> Act:
    """The act as one that may find its object there already, and then does nothing."""
    if isinstance(act, CreateIndex):
        return replace(act, if_not_exists=True)
    if isinstance(act, AddConstraint):
        return replace(act, constraint=replace(act.constraint, name=None))
    return act
