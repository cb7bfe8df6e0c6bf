"""DROP, RENAME and SET SCHEMA of anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pgwright.hazards.acts import Act, Drop, MoveSchema, Rename
from pgwright.hazards.reading.nodes import key, qualified, relation, words
from pgwright.hazards.reading.parser import parser

CASCADE = 2
WORDS = {"matview": "materialized view", "tabconstraint": "constraint", "domconstraint": "domain constraint"}
ON_TABLE = ("trigger", "policy", "rule")
RELATIONS = ("table", "view", "materialized view", "index", "sequence", "foreign table")


def kind_of(number: int) -> str:
    """An ObjectType in lower-case words."""
    postgast = parser()

    name: str = postgast.pg_query_pb2.ObjectType.Name(number).removeprefix("OBJECT_").lower()
    return WORDS[name] if name in WORDS else name.replace("_", " ")


def drop(node: Any) -> Iterator[Act]:
    kind = kind_of(node.remove_type)
    for one in node.objects:
        name, table = _name(one), None
        if kind in ON_TABLE:
            parts = words(one.list.items)
            name, table = parts[-1], key(parts[-3] if len(parts) > 2 else "", parts[-2])
        yield Drop(kind, name, node.behavior == CASCADE, node.missing_ok, node.concurrent, table)


def drop_role(node: Any) -> Iterator[Act]:
    for one in node.roles:
        yield Drop("role", one.role_spec.rolename, if_exists=node.missing_ok)


def _name(node: Any) -> str:
    """The key of whatever object node there is."""
    kind = node.WhichOneof("node")
    if kind == "list":
        return qualified(one for one in node.list.items if one.HasField("string"))
    if kind == "type_name":
        return qualified(node.type_name.names)
    if kind == "object_with_args":
        return qualified(node.object_with_args.objname)
    return str(node.string.sval) if kind == "string" else ""


def rename(node: Any) -> Iterator[Act]:
    kind = kind_of(node.rename_type)
    if node.HasField("relation"):
        name = relation(node.relation)
        old = node.subname or node.relation.relname
    else:
        name = _name(node.object) if node.HasField("object") else node.subname
        old = node.subname or name.rpartition(".")[2]
    yield Rename(kind, name, old, node.newname)


def move(node: Any) -> Iterator[Act]:
    name = relation(node.relation) if node.HasField("relation") else _name(node.object)
    yield MoveSchema(kind_of(node.object_type), name, node.newschema)
