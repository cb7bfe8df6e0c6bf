"""SQL expressions in requests are parsed by PostgreSQL's own grammar: exactly one expression, or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import postgast

from pgwright.design.refusals import NotOneExpression

# Functions that ADD COLUMN ... DEFAULT evaluates once for all rows, so that adding stays instant. Any other
# counts as volatile: the phased way is right for every function. Source: ALTER TABLE, "Notes"; pg_proc.provolatile.
_STABLE = frozenset(
    [
        "now",
        "transaction_timestamp",
        "statement_timestamp",
        "timezone",
        "date_trunc",
        "date_part",
        "make_date",
        "make_interval",
        "to_timestamp",
        "to_char",
        "to_date",
        "to_number",
        "lower",
        "upper",
        "btrim",
        "ltrim",
        "rtrim",
        "trim",
        "length",
        "char_length",
        "substring",
        "substr",
        "replace",
        "concat",
        "md5",
        "left",
        "right",
        "lpad",
        "rpad",
        "abs",
        "ceil",
        "floor",
        "round",
        "jsonb_build_object",
        "jsonb_build_array",
        "json_build_object",
        "to_jsonb",
        "to_json",
        "array_length",
        "cardinality",
        "string_to_array",
        "current_setting",
        "current_database",
        "current_schema",
    ]
)
_RESTLESS = frozenset(
    [
        "random",
        "gen_random_uuid",
        "uuidv4",
        "uuidv7",
        "uuid_generate_v4",
        "clock_timestamp",
        "nextval",
        "timeofday",
        "now",
    ]
)
_COMMENTS = frozenset({275, 276})  # SQL_COMMENT, C_COMMENT
_ALLOWED_SELECT = {"target_list", "limit_option", "op"}  # the two enums always print their defaults


def one_expression(text: str) -> str:
    """The text itself, when it is one SQL expression; else NotOneExpression.

    It is parsed bare and in parentheses: `1) + (2` passes only the second test, `1 AS x` only the first.
    """
    if "\0" in text or not text.strip():
        raise NotOneExpression(text=repr(text), problem="it is empty or holds NUL")
    bare, wrapped = _target(text, text), _target(f"({text}\n)", text)
    if bare.name or bare.indirection or wrapped.name or wrapped.indirection:
        raise NotOneExpression(text=repr(text), problem="it names a result")
    if any(token.token in _COMMENTS for token in postgast.scan(text).tokens):
        raise NotOneExpression(text=repr(text), problem="it holds a comment")
    return text.strip()


def _target(text: str, shown: str) -> Any:
    try:
        statements = postgast.parse(f"SELECT {text}").stmts
    except postgast.PgQueryError as error:
        raise NotOneExpression(text=repr(shown), problem=error.message) from error
    select = statements[0].stmt.select_stmt
    filled = {f.name for f, _ in select.ListFields()}
    if len(statements) != 1 or not filled <= _ALLOWED_SELECT or len(select.target_list) != 1:
        raise NotOneExpression(text=repr(shown), problem="it is more than an expression")
    return select.target_list[0].res_target


def _nodes(text: str, kind: str) -> Iterator[Any]:
    for name, node in postgast.walk(postgast.parse(f"SELECT ({text}\n)")):
        if type(node).__name__ == kind or name == kind:
            yield node


def functions(text: str) -> tuple[str, ...]:
    """Names of the functions called, without their schema."""
    return tuple(node.funcname[-1].string.sval for node in _nodes(text, "FuncCall"))


def columns(text: str) -> tuple[str, ...]:
    """Names of the columns read, in order of first appearance."""
    found = [node.fields[-1].string.sval for node in _nodes(text, "ColumnRef") if node.fields[-1].HasField("string")]
    return tuple(dict.fromkeys(found))


def is_volatile(text: str) -> bool:
    """True unless every function in it is known to give one value for the whole statement."""
    return any(name not in _STABLE for name in functions(text)) or any(True for _ in _nodes(text, "SubLink"))


def is_call(text: str) -> bool:
    """True for a single function call, which an index definition takes without parentheses."""
    target = postgast.parse(f"SELECT {text}").stmts[0].stmt.select_stmt.target_list[0].res_target
    return bool(target.val.HasField("func_call"))


def names_in(statement: str) -> tuple[str, ...]:
    """Names of the columns that a CREATE INDEX statement reads in expressions and its predicate."""
    nodes = postgast.walk(postgast.parse(statement))
    found = (n.fields[-1].string.sval for _, n in nodes if type(n).__name__ == "ColumnRef")
    return tuple(dict.fromkeys(found))


def with_columns(text: str, written: Mapping[str, str] | Callable[[str], str]) -> str:
    """The expression with its column names written another way: by a mapping of names, or a function of the name.

    `written` gives SQL. A name with a table in front of it is refused: the expression is moved to where there is none.
    """
    head = "SELECT ("
    data = f"{head}{text}\n)".encode()
    tokens = {token.start: token.end for token in postgast.scan(data.decode()).tokens}
    places = []
    for node in _nodes(text, "ColumnRef"):
        if len(node.fields) != 1 or not node.fields[0].HasField("string"):
            raise NotOneExpression(text=repr(text), problem="it names a table, or a whole row")
        places.append((node.location, tokens[node.location], node.fields[0].string.sval))
    for start, end, name in sorted(places, reverse=True):
        new = written(name) if callable(written) else written.get(name)
        if new is not None:
            data = data[:start] + new.encode() + data[end:]
    return data.decode()[len(head) : -2]


def has_subquery(text: str) -> bool:
    """True when it holds a SELECT of its own: no CHECK and no trigger condition may."""
    return any(True for _ in _nodes(text, "SubLink"))


def passes_without_values(text: str) -> bool:
    """True when NULLs in all its columns make the expression NULL for sure: operators, AND, OR, IN and constants only."""
    kinds = ("NullTest", "BooleanTest", "CoalesceExpr", "CaseExpr", "FuncCall", "SubLink", "MinMaxExpr", "A_ArrayExpr")
    return not any(True for kind in kinds for _ in _nodes(text, kind)) and " DISTINCT " not in text.upper()


def differs_each_time(text: str) -> bool:
    """True for functions that give another value on every call: two columns could never be held equal by them."""
    return any(name in _RESTLESS for name in functions(text))


def one_query(text: str) -> str:
    """The text itself, when it is one SELECT (or VALUES) that writes nothing; else NotOneExpression."""
    try:
        statements = postgast.parse(text).stmts
    except postgast.PgQueryError as error:
        raise NotOneExpression(text=repr(text), problem=error.message) from error
    kinds = {type(node).__name__ for _, node in postgast.walk(postgast.parse(text))}
    writes = kinds & {"InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "IntoClause"}
    if len(statements) != 1 or statements[0].stmt.WhichOneof("node") != "select_stmt" or writes:
        raise NotOneExpression(text=repr(text), problem="it is not one SELECT")
    if any(token.token in _COMMENTS for token in postgast.scan(text).tokens):
        raise NotOneExpression(text=repr(text), problem="it holds a comment")
    return text.strip().rstrip(";")
