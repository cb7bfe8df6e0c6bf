"""What can be asked for: every kind of request, to and from plain JSON.

Text is data. SQL is taken only by fields called `expression`, `predicate`, `where` and `using`, and there only as one
expression; names are checked as identifiers, types as types of PostgreSQL's grammar.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from pgwright.design.identifier import identifier
from pgwright.design.reading import read_field, written
from pgwright.design.refusals import BadField, UnknownKind
from pgwright.design.requests.across import MergeTables, MoveColumn, PartitionTable, SplitTable
from pgwright.design.requests.base import Request
from pgwright.design.requests.code import DropFunction, DropTrigger, PutFunction, PutTrigger
from pgwright.design.requests.column import (
    AddColumn,
    AlterDefault,
    ChangeType,
    DropColumn,
    DropExpression,
    DropIdentity,
    DropNotNull,
    FillColumn,
    RenameColumn,
    SetComment,
    SetExpression,
    SetIdentity,
    SetNotNull,
    WidenColumn,
)
from pgwright.design.requests.constraint import AddCheck, AddExclusion, AddForeignKey, AddUnique, DropConstraint
from pgwright.design.requests.enum import AddEnumValue, CreateEnum, DropEnum, RemoveEnumValue, RenameEnumValue
from pgwright.design.requests.extension import AddExtension, DropExtension
from pgwright.design.requests.index import AddIndex, DropIndex, ReplaceIndex
from pgwright.design.requests.rights import DropPolicy, Grant, PutPolicy, Revoke, SetRowSecurity
from pgwright.design.requests.table import CreateTable, DropTable, RenameTable
from pgwright.design.requests.value import Element, Key, NewColumn, Partition, Value
from pgwright.design.requests.view import DropView, PutView

__all__ = ["KINDS", "REQUESTS", "AddColumn", "Request", "from_json", "to_json"]

REQUESTS: tuple[type[Request], ...] = (
    CreateEnum,
    AddEnumValue,
    RenameEnumValue,
    RemoveEnumValue,
    DropEnum,
    CreateTable,
    AddColumn,
    AddIndex,
    AddForeignKey,
    AddUnique,
    AddCheck,
    AlterDefault,
    SetNotNull,
    DropNotNull,
    WidenColumn,
    ChangeType,
    MoveColumn,
    SplitTable,
    MergeTables,
    PartitionTable,
    FillColumn,
    SetIdentity,
    DropIdentity,
    SetComment,
    ReplaceIndex,
    AddExclusion,
    DropIndex,
    DropConstraint,
    DropColumn,
    DropTable,
    RenameColumn,
    RenameTable,
    PutView,
    DropView,
    SetExpression,
    DropExpression,
    PutFunction,
    DropFunction,
    PutTrigger,
    DropTrigger,
    PutPolicy,
    DropPolicy,
    SetRowSecurity,
    Grant,
    Revoke,
    AddExtension,
    DropExtension,
)
KINDS: dict[str, type[Request]] = {request.kind: request for request in REQUESTS}


def from_json(data: dict[str, Any]) -> Request:
    """The request that a plain dict describes, every field checked; UnknownKind or BadField otherwise."""
    kind = data.get("kind") if isinstance(data, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise UnknownKind(kind=repr(kind), known=", ".join(KINDS))
    request: Request = _build(KINDS[kind], kind, {k: v for k, v in data.items() if k != "kind"})
    return request


def to_json(request: Request) -> dict[str, Any]:
    """The plain dict of a request; fields at their default are left out."""
    return {"kind": request.kind, **written(request)}


def _build(cls: type[Any], kind: str, data: dict[str, Any]) -> Any:
    known = {f.name: f for f in fields(cls)}
    names = ", ".join(known)
    for name in data:
        if name not in known:
            raise BadField(kind=kind, field=repr(name), problem="is not known", known=names)
    for field in known.values():
        if field.default is MISSING and field.name not in data:
            raise BadField(kind=kind, field=field.name, problem="is missing", known=names)
    inner_types = {"NewColumn": NewColumn, "Key": Key, "Element": Element, "Partition": Partition}

    def read(field_type: str, name: str, value: Any) -> Any:
        inner = inner_types.get(field_type.removeprefix("tuple[").partition(",")[0])
        if inner is not None:
            if not isinstance(value, list) or not value:
                raise BadField(kind=kind, field=name, problem="must be a list that is not empty", known=names)
            short = [{"column": v} if inner is Key and isinstance(v, str) else v for v in value]
            if not all(isinstance(v, dict) for v in short):
                raise BadField(kind=kind, field=name, problem="must be a list of objects", known=names)
            return tuple(_build(inner, f"{kind}.{name}", v) for v in short)
        if field_type == "Value | None":
            return None if value is None else Value.of(value)
        return read_field(field_type, kind, name, value, names)

    built = cls(**{n: read(str(known[n].type), n, v) for n, v in data.items()})
    _check(built, kind, names)
    return built


def _check(built: Any, kind: str, names: str) -> None:
    """Rules that span fields."""
    pairs = (("default", "expression"), ("fill", "using"))
    for one, other in pairs:
        if getattr(built, one, None) is not None and getattr(built, other, None) is not None:
            raise BadField(kind=kind, field=other, problem=f"excludes {one}", known=names)
    if isinstance(built, (Key, Element)) and bool(built.column) == bool(built.expression):
        raise BadField(kind=kind, field="column", problem="or expression must be given, not both", known=names)
    if getattr(built, "generated", "") and not built.expression:
        raise BadField(kind=kind, field="generated", problem="needs its expression", known=names)
    if isinstance(built, CreateTable):
        for column in built.primary_key:
            if column not in {c.column for c in built.columns}:
                raise BadField(
                    kind=kind,
                    field="primary_key",
                    problem=f"names {identifier(column, 'column')}, no column",
                    known=names,
                )
