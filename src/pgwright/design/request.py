"""What can be asked for: frozen typed requests, to and from plain JSON.

Text is data. SQL is taken only by fields called `expression`, `predicate`, `where` and `using`, and there only as one
expression; names are checked as identifiers, types as types of PostgreSQL's grammar.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar, get_args

from pgwright.design.identifier import identifier
from pgwright.design.reading import read_field, written
from pgwright.design.refusals import BadField, UnknownKind


@dataclass(frozen=True, slots=True)
class Value:
    """A JSON value, kept as canonical text so that requests stay frozen and comparable."""

    json: str

    @classmethod
    def of(cls, value: object) -> Value:
        """From a Python value that JSON knows."""
        return cls(json.dumps(value, ensure_ascii=False, sort_keys=True))

    @property
    def python(self) -> Any:
        """The value as Python."""
        return json.loads(self.json)


@dataclass(frozen=True, slots=True)
class NewColumn:
    """A column of a new table. `default` is a JSON value, `expression` an SQL default; at most one of them."""

    column: str
    type: str
    nullable: bool = True
    default: Value | None = None
    expression: str | None = None
    identity: str = ""  # "always" | "by default"
    generated: str = ""  # "stored" | "virtual"; the expression is in `expression`
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an index: a column or an expression."""

    column: str = ""
    expression: str | None = None
    order: str = ""  # "desc"
    nulls: str = ""  # "first" | "last"
    opclass: str = ""


@dataclass(frozen=True, slots=True)
class CreateEnum:
    """A new enum type."""

    kind: ClassVar[str] = "create_enum"
    name: str
    labels: tuple[str, ...]
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class CreateTable:
    """A new table. Its constraints and indexes are requests of their own; the plan writes them with it."""

    kind: ClassVar[str] = "create_table"
    table: str
    columns: tuple[NewColumn, ...]
    primary_key: tuple[str, ...] = ()
    primary_key_name: str | None = None
    comment: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class AddColumn:
    """A new column. Existing rows get `fill` (a value) or `using` (an expression) where no constant default serves."""

    kind: ClassVar[str] = "add_column"
    table: str
    column: str
    type: str
    nullable: bool = True
    default: Value | None = None
    expression: str | None = None
    fill: Value | None = None
    using: str | None = None
    identity: str = ""
    generated: str = ""
    comment: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class AddIndex:
    """A new index."""

    kind: ClassVar[str] = "add_index"
    table: str
    columns: tuple[Key, ...]
    unique: bool = False
    method: str = "btree"
    include: tuple[str, ...] = ()
    where: str | None = None
    nulls_not_distinct: bool = False
    name: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class AddForeignKey:
    """A new foreign key, with the index on its columns unless there is one or `index` is false."""

    kind: ClassVar[str] = "add_foreign_key"
    table: str
    columns: tuple[str, ...]
    references: str
    referenced_columns: tuple[str, ...] = ()  # empty: its primary key
    references_schema: str | None = None
    on_delete: str = ""
    on_update: str = ""
    deferrable: bool = False
    deferred: bool = False
    index: bool = True
    name: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class AddUnique:
    """A new unique constraint."""

    kind: ClassVar[str] = "add_unique"
    table: str
    columns: tuple[str, ...]
    nulls_not_distinct: bool = False
    deferrable: bool = False
    deferred: bool = False
    name: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class AddCheck:
    """A new check constraint."""

    kind: ClassVar[str] = "add_check"
    table: str
    expression: str
    name: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class AlterDefault:
    """Another default for new rows; neither `default` nor `expression`: none at all."""

    kind: ClassVar[str] = "alter_default"
    table: str
    column: str
    default: Value | None = None
    expression: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class SetNotNull:
    """A column that may no longer be NULL; rows that are get `fill` or `using`, or refuse the change."""

    kind: ClassVar[str] = "set_not_null"
    table: str
    column: str
    fill: Value | None = None
    using: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class DropNotNull:
    """A column that may be NULL from now on."""

    kind: ClassVar[str] = "drop_not_null"
    table: str
    column: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class WidenColumn:
    """varchar(n) to a larger varchar or to text."""

    kind: ClassVar[str] = "widen_column"
    table: str
    column: str
    type: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class DropIndex:
    """An index that goes."""

    kind: ClassVar[str] = "drop_index"
    table: str
    name: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class DropConstraint:
    """A constraint that goes."""

    kind: ClassVar[str] = "drop_constraint"
    table: str
    name: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class DropColumn:
    """A column that goes, with its indexes and constraints."""

    kind: ClassVar[str] = "drop_column"
    table: str
    column: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class DropTable:
    """A table that goes."""

    kind: ClassVar[str] = "drop_table"
    table: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class RenameColumn:
    """Another name for a column. Only ever by explicit request."""

    kind: ClassVar[str] = "rename_column"
    table: str
    column: str
    to: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class RenameTable:
    """Another name for a table. Only ever by explicit request."""

    kind: ClassVar[str] = "rename_table"
    table: str
    to: str
    schema: str | None = None


Request = (
    CreateEnum
    | CreateTable
    | AddColumn
    | AddIndex
    | AddForeignKey
    | AddUnique
    | AddCheck
    | AlterDefault
    | SetNotNull
    | DropNotNull
    | WidenColumn
    | DropIndex
    | DropConstraint
    | DropColumn
    | DropTable
    | RenameColumn
    | RenameTable
)
KINDS: dict[str, type[Request]] = {c.kind: c for c in get_args(Request)}


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
    inner_types = {"NewColumn": NewColumn, "Key": Key, "Value": Value}

    def read(field_type: str, name: str, value: Any) -> Any:
        if field_type.startswith("tuple[NewColumn") or field_type.startswith("tuple[Key"):
            inner = inner_types[field_type[6:].split(",")[0]]
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
    if isinstance(built, Key) and bool(built.column) == bool(built.expression):
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
