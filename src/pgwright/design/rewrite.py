"""A hand-written revision that changes data and schema together, taken apart into requests that recipes serve.

The schema's part is read off the two states, not off the statements: what stood before and what stands after. Of the data's
part, UPDATEs of one table are taken: into the fill of a column that is new, into that of one that becomes NOT NULL, or as a
fill of its own. Whatever else changes rows is refused by name; the revision is then applied as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import postgast

from pgwright.design import expression
from pgwright.design.difference import requests_from
from pgwright.design.refusals import CannotTakeApart
from pgwright.design.requests.base import Request
from pgwright.design.requests.column import AddColumn, FillColumn, SetNotNull
from pgwright.design.source import quoted
from pgwright.schema.model import Relation, Schema

_ROWS = ("InsertStmt", "DeleteStmt", "MergeStmt", "CopyStmt", "TruncateStmt", "DoStmt")


@dataclass(frozen=True, slots=True)
class Fill:
    """One SET of an UPDATE."""

    table: str
    schema: str | None
    column: str
    value: str
    where: str | None


def taken_apart(before: Schema, after: Schema, statements: Sequence[str]) -> tuple[Request, ...]:
    """The requests that lead from one state to the other and do to the rows what the statements did.

    `statements` are the revision's messages in order, without those about alembic_version. CannotTakeApart names the first
    that has no place in a recipe.
    """
    fills: dict[tuple[str, str], Fill] = {}
    renames: dict[str, str] = {}
    for sql in statements:
        for raw in _parsed(sql):
            kind = raw.stmt.WhichOneof("node")
            node = getattr(raw.stmt, kind)
            if type(node).__name__ == "UpdateStmt":
                _collect(fills, node, sql)
            elif type(node).__name__ == "RenameStmt":
                renames |= _renamed(node)
            elif type(node).__name__ in _ROWS:
                raise CannotTakeApart(statement=_short(sql), why="only an UPDATE of one table can be done in batches")
    lax = Schema(tuple(_lax(before, r, fills) for r in after.relations), after.things, after.version)
    found = requests_from(before, lax, renames=renames)
    if found.unplanned:
        first = found.unplanned[0]
        raise CannotTakeApart(statement=first.identity, why=f"no recipe does this: {first.what}")
    wanted = [_filled(r, after, fills) for r in found.requests]
    return (*wanted, *(FillColumn(f.table, f.column, f.value, f.where, f.schema) for f in fills.values()))


def _parsed(sql: str) -> Any:
    try:
        return postgast.parse(sql).stmts
    except postgast.PgQueryError as error:
        raise CannotTakeApart(statement=_short(sql), why=error.message) from error


def _short(sql: str) -> str:
    line = " ".join(sql.split())
    return line if len(line) <= 100 else line[:97] + "..."


def _text(node: Any) -> str:
    """An expression's node as SQL."""
    tree = postgast.parse("SELECT 1")
    tree.stmts[0].stmt.select_stmt.target_list[0].res_target.val.CopyFrom(node)
    return str(postgast.deparse(tree)).removeprefix("SELECT ")


def _collect(fills: dict[tuple[str, str], Fill], update: Any, sql: str) -> None:
    """One UPDATE into what is known: a later one wins where both apply."""

    def refuse(why: str) -> CannotTakeApart:
        return CannotTakeApart(statement=_short(sql), why=why)

    schema = update.relation.schemaname or None
    table = update.relation.relname
    if update.from_clause or update.HasField("with_clause") or update.relation.HasField("alias"):
        raise refuse("it reads other tables")
    if "$1" in sql or "%(" in sql:
        raise refuse("its values come from Python, row by row")
    where = _text(update.where_clause) if update.HasField("where_clause") else None
    read = set(expression.columns(where)) if where else set()
    written = {column for (name, column) in fills if name == f"{schema or 'public'}.{table}"}
    for target in (t.res_target for t in update.target_list):
        value, column = _text(target.val), target.name
        seen = set(expression.columns(value))
        key = (f"{schema or 'public'}.{table}", column)
        empty = f"{quoted(column)} IS NULL"
        condition = None if where == empty else where
        if column in seen or (condition and column in read):
            raise refuse(f"it reads {column}, which it writes: repeated, it would not do the same")
        if (seen | read) & (written - {column}):
            raise refuse("it reads a column that the revision has just written")
        if expression.has_subquery(value) or (condition and expression.has_subquery(condition)):
            raise refuse("it reads other tables")
        if expression.differs_each_time(value):
            raise refuse("its value differs each time")
        earlier = fills.get(key)
        if earlier is not None and where == empty:
            raise refuse("it fills what an earlier statement left: say both in one")
        if earlier is not None and condition is not None:
            rest = earlier.value if earlier.where is None else f"CASE WHEN {earlier.where} THEN {earlier.value} END"
            value = f"CASE WHEN {condition} THEN {value} ELSE {rest} END"
            condition = None if earlier.where is None else f"({condition}) OR ({earlier.where})"
        fills[key] = Fill(table, schema, column, value, where if where == empty else condition)


def _renamed(node: Any) -> dict[str, str]:
    table = node.relation.relname
    return {f"{table}.{node.subname}" if node.subname else table: node.newname}


def _lax(before: Schema, table: Relation, fills: dict[tuple[str, str], Fill]) -> Relation:
    """The table with its new, filled columns nullable: what fills them is added to their request afterwards."""
    there = before.relation(table.qualified)
    if there is None:
        return table
    columns = tuple(
        replace(c, not_null=False) if there.column(c.name) is None and (table.qualified, c.name) in fills else c
        for c in table.columns
    )
    return replace(table, columns=columns)


def _filled(request: Request, after: Schema, fills: dict[tuple[str, str], Fill]) -> Request:
    """The request with the fill that belongs to it, which is then done."""
    if not isinstance(request, (AddColumn, SetNotNull)):
        return request
    name = f"{request.schema or 'public'}.{request.table}"
    fill = fills.get((name, request.column))
    if fill is None:
        return request
    empty = fill.where == f"{quoted(request.column)} IS NULL"
    if isinstance(request, SetNotNull):
        if not empty:
            return request
        del fills[(name, request.column)]
        return replace(request, using=fill.value)
    del fills[(name, request.column)]
    value = fill.value
    if fill.where is not None and not empty:
        rest = request.expression or "NULL"
        value = f"CASE WHEN {fill.where} THEN {fill.value} ELSE {rest} END"
    table = after.relation(name)
    column = table.column(request.column) if table else None
    return replace(request, using=value, nullable=not (column and column.not_null))
