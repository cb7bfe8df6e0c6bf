"""A function or trigger of the catalog as the request that would make it; Unplanned where requests have no word for it."""

from __future__ import annotations

import re
from typing import Any

import postgast

from pgwright.design import routine
from pgwright.design.enum_difference import Unplanned
from pgwright.design.requests.code import DropFunction, PutFunction, PutTrigger
from pgwright.schema.model import Relation, Thing, Trigger

_RETURNS = re.compile(r"\s+RETURNS (.*?)\n LANGUAGE ", re.S)
_WHEN = re.compile(r" WHEN \((.*)\) EXECUTE FUNCTION ", re.S)
# Source: PostgreSQL's src/include/catalog/pg_trigger.h, TRIGGER_TYPE_*; no bit for AFTER
_TIMINGS = {0: "after", 2: "before"}
_EVENTS = {4: "insert", 8: "delete", 16: "update", 32: "truncate"}
_KNOWN = {"language", "volatility", "strict", "parallel", "security", "set", "as"}


def named(thing: Thing) -> tuple[str, str]:
    """Schema and name of a function."""
    schema, _, name = thing.identity.partition("(")[0].partition(".")
    return schema, name


def short(schema: str) -> str | None:
    """The schema as requests say it."""
    return None if schema == "public" else schema


def signature(function: Thing) -> str:
    """What tells functions apart: the name and the types of its arguments, not their names."""
    try:
        return f"{function.identity.partition('(')[0]}({', '.join(routine.types(tuple(routine.listed(function))))})"
    except Exception:  # a type that the parser does not know: the catalog's own words tell as much
        return function.identity


def dropped(function: Thing) -> DropFunction:
    """The request that drops it."""
    schema, name = named(function)
    return DropFunction(name, tuple(routine.listed(function)), short(schema))


def function(thing: Thing) -> PutFunction | Unplanned:
    """The function as a request."""
    text = thing["definition"] or ""
    try:
        node = postgast.parse(text).stmts[0].stmt.create_function_stmt
    except postgast.PgQueryError as error:
        return Unplanned(thing.identity, f"a function that cannot be read: {error.message}")
    options = [(o.def_elem.defname, o.def_elem.arg) for o in node.options]
    path = _path([arg.variable_set_stmt for name, arg in options if name == "set"])
    said = dict(options)
    problem = _problem(node, options, said, path)
    if problem:
        return Unplanned(thing.identity, f"a function with {problem}: write that revision by hand")
    arguments, rest = _arguments(text)
    result = _RETURNS.match(rest)
    schema, name = named(thing)
    return PutFunction(
        name=name,
        body=said["as"].list.items[0].string.sval,
        arguments=arguments,
        returns=result[1] if result else "void",
        language=said["language"].string.sval,
        volatility=said["volatility"].string.sval if "volatility" in said else "volatile",
        security_definer="security" in said,
        search_path=() if path == ("pg_catalog", "pg_temp") and "security" in said else path or (),
        strict="strict" in said,
        parallel=said["parallel"].string.sval if "parallel" in said else "unsafe",
        schema=short(schema),
    )


def _problem(node: Any, options: list[tuple[str, Any]], said: dict[str, Any], path: tuple[str, ...] | None) -> str:
    """What no field of the request can say; empty when it can be said."""
    others = sorted({name for name, _ in options} - _KNOWN)
    if others:
        return ", ".join(others).upper()
    if "as" not in said or said["language"].string.sval not in ("plpgsql", "sql"):
        return f"a body in {said['language'].string.sval} that is no text"
    if path is None:
        return "settings other than search_path"
    if "security" in said and not path:
        return "SECURITY DEFINER and no search_path, which is not safe"
    modes = {p.function_parameter.mode for p in node.parameters}
    plain = {_mode("FUNC_PARAM_IN"), _mode("FUNC_PARAM_DEFAULT"), _mode("FUNC_PARAM_TABLE")}
    return "" if modes <= plain else "OUT, INOUT or VARIADIC arguments"


def _mode(name: str) -> int:
    return int(getattr(postgast.pg_query_pb2, name))


def _path(settings: list[Any]) -> tuple[str, ...] | None:
    """The search_path that is set, () without one; None where anything else is set, or what is not a list of names."""
    if not settings:
        return ()
    if len(settings) > 1 or settings[0].name != "search_path":
        return None
    names = tuple(a.a_const.sval.sval for a in settings[0].args)
    return names if names and all(names) else None


def _arguments(text: str) -> tuple[tuple[str, ...], str]:
    """The arguments, each in the catalog's words, and the text after them. Tokens count in bytes."""
    raw, depth, start = text.encode(), 0, 0
    found: list[str] = []
    for token in postgast.scan(text).tokens:
        word = raw[token.start : token.end]
        if word in (b"(", b"["):
            depth += 1
            start = token.end if depth == 1 else start
        elif word in (b")", b"]"):
            depth -= 1
        if (depth, word) in ((0, b")"), (1, b",")):
            found.append(raw[start : token.start].decode().strip())
            start = token.end
        if depth == 0 and word == b")":
            break
    return tuple(one for one in found if one), raw[start:].decode()


def trigger(table: Relation, what: Trigger) -> PutTrigger | Unplanned:
    """The trigger as a request."""
    name = f"{table.qualified}.{what.name}"
    if what.enabled != "enabled" or what.comment or table.definition is not None:
        said = f"a trigger that is {what.enabled}, with a comment, or of a view: write that revision by hand"
        return Unplanned(name, said.replace("is enabled, ", ""))
    try:
        node = postgast.parse(what.definition).stmts[0].stmt.create_trig_stmt
    except postgast.PgQueryError as error:
        return Unplanned(name, f"a trigger that cannot be read: {error.message}")
    if node.args or node.isconstraint or node.transition_rels or node.timing not in _TIMINGS:
        problem = "arguments, transition tables, INSTEAD OF, or as a constraint"
        return Unplanned(name, f"a trigger with {problem}: write that revision by hand")
    *schema, function_name = [part.string.sval for part in node.funcname]
    when = _WHEN.search(what.definition)
    return PutTrigger(
        table=table.name,
        name=what.name,
        function=function_name,
        timing=_TIMINGS[node.timing],
        events=tuple(word for bit, word in _EVENTS.items() if node.events & bit),
        columns=tuple(c.string.sval for c in node.columns),
        each="row" if node.row else "statement",
        where=when[1] if when else None,
        function_schema=short(schema[0]) if schema else None,
        schema=short(table.schema),
    )
