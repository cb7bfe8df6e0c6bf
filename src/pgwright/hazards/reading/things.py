"""Types, functions, triggers, sequences, publications, extensions, schemas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pgwright.hazards.acts import (
    Act,
    AddEnumValue,
    AlterFunction,
    CreateDomain,
    CreateEnum,
    CreateExtension,
    CreateFunction,
    CreatePublication,
    CreateSchema,
    CreateTrigger,
    Rename,
    Sequence,
)
from pgwright.hazards.reading.column import NOT_NULL
from pgwright.hazards.reading.nodes import key, options, qualified, relation, type_of, words

CHECK = 6
SETS = (1, 3)  # VariableSetKind: a value, the current value


def create_enum(node: Any) -> Iterator[Act]:
    yield CreateEnum(qualified(node.type_name), words(node.vals))


def alter_enum(node: Any) -> Iterator[Act]:
    name = qualified(node.type_name)
    if node.old_val:
        yield Rename("enum value", name, node.old_val, node.new_val)
    else:
        yield AddEnumValue(name, node.new_val, node.skip_if_new_val_exists)


def create_domain(node: Any) -> Iterator[Act]:
    constrained = any(one.constraint.contype in (NOT_NULL, CHECK) for one in node.constraints)
    yield CreateDomain(qualified(node.domainname), type_of(node.type_name), constrained)


def create_function(node: Any) -> Iterator[Act]:
    settings, given = [], {}
    for one in (inner.def_elem for inner in node.options):
        if one.defname == "set":
            settings.append(one.arg.variable_set_stmt.name)
        else:
            given[one.defname] = one.arg
    body = given["as"].list.items[0].string.sval if "as" in given and given["as"].list.items else ""
    definer = given.get("security")
    yield CreateFunction(
        qualified(node.funcname),
        given["language"].string.sval if "language" in given else "sql",
        given["volatility"].string.sval if "volatility" in given else "volatile",
        definer is not None and definer.boolean.boolval,
        tuple(settings),
        node.replace,
        body,
        node.is_procedure,
    )


def alter_function(node: Any) -> Iterator[Act]:
    definer: bool | None = None
    sets: list[str] = []
    resets: list[str] = []
    for one in (inner.def_elem for inner in node.actions):
        if one.defname == "security":
            definer = one.arg.boolean.boolval
        elif one.defname == "set":
            what = one.arg.variable_set_stmt
            (sets if what.kind in SETS else resets).append(what.name or "*")
    yield AlterFunction(qualified(node.func.objname), definer, tuple(sets), tuple(resets))


def create_trigger(node: Any) -> Iterator[Act]:
    yield CreateTrigger(node.trigname, relation(node.relation), qualified(node.funcname))


def create_sequence(node: Any) -> Iterator[Act]:
    yield _sequence(node, created=True)


def alter_sequence(node: Any) -> Iterator[Act]:
    yield _sequence(node, created=False)


def _sequence(node: Any, created: bool) -> Sequence:
    given = options(node.options)
    owner = words(given["owned_by"].list.items) if "owned_by" in given else ()
    owned = (key(owner[-3] if len(owner) > 2 else "", owner[-2]), owner[-1]) if len(owner) > 1 else None
    return Sequence(relation(node.sequence), type_of(given["as"].type_name) if "as" in given else None, created, owned)


def publication(node: Any) -> Iterator[Act]:
    specs = (one.publication_obj_spec for one in node.pubobjects)
    yield CreatePublication(
        node.pubname, tuple(relation(one.pubtable.relation) for one in specs if one.HasField("pubtable"))
    )


def create_extension(node: Any) -> Iterator[Act]:
    yield CreateExtension(node.extname, node.if_not_exists)


def create_schema(node: Any) -> Iterator[Act]:
    yield CreateSchema(node.schemaname or node.authrole.rolename, node.if_not_exists)
