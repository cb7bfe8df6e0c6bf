"""Pieces that every reader needs: names, types, expressions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pgwright.hazards.acts import Expression, Type
from pgwright.hazards.reading.parser import parser

SERIAL = {
    "serial": "int4",
    "serial4": "int4",
    "bigserial": "int8",
    "serial8": "int8",
    "smallserial": "int2",
    "serial2": "int2",
}


def key(schema: str, name: str) -> str:
    """A relation's key: `public.` left out, because nearly nobody writes it."""
    return f"{schema}.{name}" if schema and schema != "public" else name


def relation(node: Any) -> str:
    """The key of a RangeVar."""
    return key(node.schemaname, node.relname)


def words(nodes: Iterable[Any]) -> tuple[str, ...]:
    """The texts of a list of String nodes."""
    return tuple([one.string.sval for one in nodes])


def qualified(nodes: Iterable[Any]) -> str:
    """The key of a name given as a list of String nodes."""
    parts = words(nodes)
    return key(parts[-2] if len(parts) > 1 else "", parts[-1]) if parts else ""


def type_of(node: Any) -> Type:
    """The type of a TypeName; serial types by their integer."""
    parts = [part for part in words(node.names) if part not in ("pg_catalog", "public")]
    name = ".".join(parts)
    modifiers = tuple(one.a_const.ival.ival for one in node.typmods if one.HasField("a_const"))
    return Type(SERIAL.get(name, name), modifiers, bool(node.array_bounds))


def is_serial(node: Any) -> bool:
    """True for serial, bigserial, smallserial."""
    return bool(node.names) and node.names[-1].string.sval in SERIAL


NOTHING = frozenset({None, "a_const", "string", "integer"})
LEAVES = frozenset({"TypeName", "ColumnRef", "ParamRef", "SQLValueFunction"})
SCALARS = (int, str, float, bytes)  # bool is an int, and so is an enum


def walk(node: Any) -> Iterator[Any]:
    """The message and every message in it, parents first; constants are left out, types and names not looked into."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        name = type(one).__name__
        if name == "Node":
            kind = one.WhichOneof("node")
            if kind not in NOTHING:
                waiting.append(getattr(one, kind))
            continue
        yield one
        if name in LEAVES:
            continue
        inner: list[Any] = []
        for _, value in one.ListFields():
            if not isinstance(value, SCALARS):
                inner += value if hasattr(value, "append") else (value,)
        waiting += reversed(inner)


def expression(node: Any) -> Expression:
    """The facts of an expression node."""
    if node.WhichOneof("node") == "a_const":
        return Expression(text(node), is_constant=True, is_null=node.a_const.isnull)
    columns, functions = [], []
    is_constant = True
    for inner in walk(node):
        name = type(inner).__name__
        if name == "ColumnRef":
            columns.append(inner.fields[-1].string.sval if inner.fields[-1].HasField("string") else "*")
        elif name == "FuncCall":
            functions.append(qualified(inner.funcname).removeprefix("pg_catalog."))
        elif name in ("SQLValueFunction", "SubLink"):
            is_constant = False
    return Expression(
        text(node),
        tuple(dict.fromkeys(columns)),
        tuple(dict.fromkeys(functions)),
        frozenset(_not_null(node)),
        is_constant and not columns and not functions,
    )


def _not_null(node: Any) -> Iterator[str]:
    """Columns that cannot be null where the expression is true: `c IS NOT NULL`, alone or among ANDs."""
    kind = node.WhichOneof("node")
    if kind == "null_test":
        test = node.null_test
        if test.nulltesttype == 2 and test.arg.HasField("column_ref"):  # IS_NOT_NULL
            yield test.arg.column_ref.fields[-1].string.sval
    elif kind == "bool_expr" and node.bool_expr.boolop == 1:  # AND_EXPR
        for one in node.bool_expr.args:
            yield from _not_null(one)


def text(node: Any) -> str:
    """An expression as SQL text, by the parser's own deparser; the commonest ones are written here, it is slow."""
    postgast = parser()

    bare = _bare_text(node)
    if bare is not None:
        return bare
    result = postgast.pg_query_pb2.ParseResult()
    target = result.stmts.add().stmt.select_stmt.target_list.add().res_target
    target.val.CopyFrom(node)
    try:
        return str(postgast.deparse(result)).removeprefix("SELECT ")
    except postgast.PgQueryError:  # an expression that a SELECT list does not take
        return ""


def _bare_text(node: Any) -> str | None:
    """A constant without backslashes, or a call without arguments."""
    kind = node.WhichOneof("node")
    if kind == "a_const":
        value = constant(node.a_const)
        if node.a_const.WhichOneof("val") != "sval":
            return value
        return None if "\\" in value else "'" + value.replace("'", "''") + "'"
    if kind == "func_call":
        call = node.func_call
        simple = len(call.funcname) == 1 and len(call.ListFields()) == 3  # name, form, place
        name = call.funcname[0].string.sval
        return f"{name}()" if simple and name.isidentifier() and name.islower() else None
    return None


def constant(node: Any) -> str:
    """An A_Const as bare text."""
    kind = node.WhichOneof("val")
    if kind == "ival":
        return str(node.ival.ival)
    if kind == "boolval":
        return "true" if node.boolval.boolval else "false"
    return "NULL" if kind is None else str(getattr(getattr(node, kind), kind))


@dataclass(frozen=True, slots=True)
class Survey:
    """What a statement names anywhere in it."""

    relations: tuple[str, ...]  # those of its WITH queries left out
    functions: tuple[str, ...]
    is_limited: bool  # some query in it has a LIMIT


def survey(node: Any) -> Survey:
    """One walk over the whole statement."""
    relations: list[str] = []
    functions: list[str] = []
    ctes: set[str] = set()
    limited = False
    for one in walk(node):
        kind = type(one).__name__
        if kind == "RangeVar":
            relations.append(relation(one))
        elif kind == "FuncCall":
            functions.append(qualified(one.funcname).removeprefix("pg_catalog."))
        elif kind == "CommonTableExpr":
            ctes.add(one.ctename)
        elif kind == "SelectStmt":
            limited = limited or one.HasField("limit_count")
    named = tuple(name for name in dict.fromkeys(relations) if name not in ctes)
    return Survey(named, tuple(dict.fromkeys(functions)), limited)


def options(nodes: Iterable[Any]) -> dict[str, Any]:
    """DefElems by name."""
    return {one.def_elem.defname: one.def_elem.arg for one in nodes if one.HasField("def_elem")}


def is_on(options: dict[str, Any], name: str) -> bool:
    """A boolean option: given without a value, or with a true one."""
    if name not in options:
        return False
    value = options[name]
    kind = value.WhichOneof("node")
    if kind is None:
        return True
    if kind == "string":
        return str(value.string.sval).lower() in ("true", "on", "1")
    return bool(value.boolean.boolval if kind == "boolean" else value.integer.ival)
