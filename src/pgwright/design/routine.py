"""Functions as requests name them and as the catalog has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import postgast

from pgwright.design import column_type
from pgwright.design.compiled import step
from pgwright.design.draft import Surroundings
from pgwright.design.refusals import BadField, NotOneExpression
from pgwright.design.requests.code import DropFunction, PutFunction
from pgwright.design.source import columns_sql, execute, qualified, sql_string
from pgwright.schema.model import Relation, Schema, Thing
from pgwright.step import Phase, Step

_COMMENTS = frozenset({275, 276})  # SQL_COMMENT, C_COMMENT
_RETURNS = re.compile(r"^ RETURNS (.*)$", re.M)


def argument(text: str) -> Any:
    """The parsed argument; BadField's reason when the text is more, or less, than one."""
    node = _parsed(f"CREATE FUNCTION f({text}\n) RETURNS int LANGUAGE sql AS ''", text)
    if len(node.parameters) != 1 or len(node.options) != 2:
        raise NotOneExpression(text=repr(text), problem="it is not one argument of a function")
    return node.parameters[0].function_parameter


def returns(text: str) -> str:
    """The result as it was given; NotOneExpression when the text says more than that."""
    node = _parsed(f"CREATE FUNCTION f() RETURNS {text}\n LANGUAGE sql AS ''", text)
    if len(node.options) != 2:
        raise NotOneExpression(text=repr(text), problem="it is not the result of a function")
    return text


def _parsed(statement: str, shown: str) -> Any:
    try:
        statements = postgast.parse(statement).stmts
    except postgast.PgQueryError as error:
        raise NotOneExpression(text=repr(shown), problem=error.message) from error
    if len(statements) != 1 or any(t.token in _COMMENTS for t in postgast.scan(statement).tokens):
        raise NotOneExpression(text=repr(shown), problem="it holds a comment, or another statement")
    return statements[0].stmt.create_function_stmt


def types(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """The types of arguments as the catalog writes them."""
    return tuple(column_type.canonical(_type(argument(text))) for text in arguments)


def _type(parameter: Any) -> str:
    tree = postgast.parse("SELECT NULL::int")
    tree.stmts[0].stmt.select_stmt.target_list[0].res_target.val.type_cast.type_name.CopyFrom(parameter.arg_type)
    return str(postgast.deparse(tree)).partition("::")[2]


def found(on: Surroundings, want: PutFunction | DropFunction) -> Thing | None:
    """The function that the request is about, or None. BadField where a name alone says too little."""
    several = list(named(on, want.name, want.schema))
    if want.arguments is None:
        if len(several) > 1:
            known = "; ".join(t.identity for t in several)
            raise BadField(kind=want.kind, field="arguments", problem=f"must say which one: {known}", known="name, arguments")
        return several[0] if several else None
    wanted = types(want.arguments)
    return next((t for t in several if _has(t, wanted)), None)


def named(on: Surroundings, name: str, schema: str | None) -> Iterator[Thing]:
    """All functions of that name."""
    return (t for t in on.database.of_kind("function") if t.identity.partition("(")[0] == f"{schema or 'public'}.{name}")


def _has(function: Thing, wanted: tuple[str, ...]) -> bool:
    have = listed(function)
    return len(have) == len(wanted) and all(
        one == kind or one.endswith(f" {kind}") for one, kind in zip(have, wanted, strict=True)
    )


def listed(function: Thing) -> list[str]:
    """Its arguments, each `name type`; a comma inside of parentheses parts nothing."""
    inner = function.identity.partition("(")[2].removesuffix(")")
    return re.split(r", (?![^()]*\))", inner) if inner else []


def can_be_replaced(function: Thing, want: PutFunction) -> bool:
    """Whether CREATE OR REPLACE takes it: neither the result nor a name of an argument may change."""
    definition = function["definition"] or ""
    match = _RETURNS.search(definition)
    if match is None:
        return False
    same_names = [one.rpartition(" ")[0] for one in listed(function)]
    wanted = [argument(text).name for text in want.arguments]
    return match[1].strip() == _canonical(want.returns) and _leading(same_names) == _leading(wanted)


def _leading(names: list[str]) -> list[str]:
    return [name.partition(" ")[0].strip('"') for name in names]


def _canonical(text: str) -> str:
    try:
        return column_type.canonical(text)
    except Exception:
        return text


def address(want: PutFunction) -> str:
    """`schema.name(types)` as SQL."""
    return f"{qualified(want.schema, want.name)}({', '.join(types(want.arguments))})"


def address_of(function: Thing) -> str:
    """The same of one in the catalog."""
    name, _, rest = function.identity.partition("(")
    schema, _, bare = name.partition(".")
    return f"{qualified(None if schema == 'public' else schema, bare)}({rest}"


def create(want: PutFunction, *, replace: bool) -> str:
    """CREATE FUNCTION. One that runs with its owner's rights looks nothing up where others may put things."""
    parts = [
        f"CREATE {'OR REPLACE ' if replace else ''}FUNCTION {qualified(want.schema, want.name)}({', '.join(want.arguments)})",
        f"RETURNS {want.returns} LANGUAGE {want.language}",
    ]
    parts += [want.volatility.upper()] if want.volatility != "volatile" else []
    parts += ["STRICT"] if want.strict else []
    parts += [f"PARALLEL {want.parallel.upper()}"] if want.parallel != "unsafe" else []
    parts += ["SECURITY DEFINER"] if want.security_definer else []
    path = want.search_path or (("pg_catalog", "pg_temp") if want.security_definer else ())
    parts += [f"SET search_path = {columns_sql(path)}"] if path else []
    return " ".join([*parts, f"AS {sql_string(want.body)}"])


def again(function: Thing, phase: Phase) -> tuple[Step, ...]:
    """The function as the catalog has it, its comment included; its body takes the place of another one's."""
    steps = [step(execute((function["definition"] or "").rstrip()), phase)]
    if function["comment"]:
        words = f"COMMENT ON FUNCTION {address_of(function)} IS {sql_string(function['comment'])}"
        steps.append(step(execute(words), phase))
    return tuple(steps)


def users(database: Schema, name: str) -> list[str]:
    """What calls a function of that name, views apart, in words."""
    word = re.compile(rf'(?<![\w"]){re.escape(name)}"?\(')
    return [what for relation in database.relations for what in _users(relation, word)]


def _users(relation: Relation, word: re.Pattern[str]) -> Iterator[str]:
    yield from (f"trigger {t.name} of {relation.name}" for t in relation.triggers if word.search(t.definition))
    yield from (f"column {relation.name}.{c.name}" for c in relation.columns if word.search(c.default or ""))
    yield from (f"constraint {c.name}" for c in relation.constraints if word.search(c.definition))
    yield from (f"index {i.name}" for i in relation.indexes if word.search(i.definition))
    yield from (f"policy {p.name}" for p in relation.policies if word.search(f"{p.using} {p.check}"))


def views(database: Schema, name: str) -> list[Relation]:
    """The views whose query calls it."""
    word = re.compile(rf'(?<![\w"]){re.escape(name)}"?\(')
    return [r for r in database.relations if r.definition and word.search(r.definition)]
