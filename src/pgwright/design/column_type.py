"""PostgreSQL type text as the SQLAlchemy expression that a person would write, and as format_type() would print it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import postgast

from pgwright.design.refusals import UnknownType
from pgwright.design.source import qualified, string
from pgwright.schema.model import Schema

# Parser's name -> (format_type's name, SQLAlchemy source). `{}` is where a length or precision goes.
_KNOWN: dict[str, tuple[str, str]] = {
    "bool": ("boolean", "sa.Boolean()"),
    "int2": ("smallint", "sa.SmallInteger()"),
    "int4": ("integer", "sa.Integer()"),
    "int8": ("bigint", "sa.BigInteger()"),
    "float4": ("real", "sa.REAL()"),
    "float8": ("double precision", "postgresql.DOUBLE_PRECISION()"),
    "numeric": ("numeric", "sa.Numeric({})"),
    "text": ("text", "sa.Text()"),
    "varchar": ("character varying", "sa.String({})"),
    "bpchar": ("character", "sa.CHAR({})"),
    "date": ("date", "sa.Date()"),
    "time": ("time without time zone", "sa.Time()"),
    "timetz": ("time with time zone", "sa.Time(timezone=True)"),
    "timestamp": ("timestamp without time zone", "sa.DateTime()"),
    "timestamptz": ("timestamp with time zone", "sa.DateTime(timezone=True)"),
    "interval": ("interval", "postgresql.INTERVAL()"),
    "bytea": ("bytea", "sa.LargeBinary()"),
    "uuid": ("uuid", "postgresql.UUID()"),
    "json": ("json", "postgresql.JSON()"),
    "jsonb": ("jsonb", "postgresql.JSONB()"),
    "inet": ("inet", "postgresql.INET()"),
    "cidr": ("cidr", "postgresql.CIDR()"),
    "macaddr": ("macaddr", "postgresql.MACADDR()"),
    "tsvector": ("tsvector", "postgresql.TSVECTOR()"),
    "oid": ("oid", "postgresql.OID()"),
    "money": ("money", "postgresql.MONEY()"),
    "hstore": ("hstore", "postgresql.HSTORE()"),
    "int4range": ("int4range", "postgresql.INT4RANGE()"),
    "int8range": ("int8range", "postgresql.INT8RANGE()"),
    "numrange": ("numrange", "postgresql.NUMRANGE()"),
    "daterange": ("daterange", "postgresql.DATERANGE()"),
    "tsrange": ("tsrange", "postgresql.TSRANGE()"),
    "tstzrange": ("tstzrange", "postgresql.TSTZRANGE()"),
}
_BARE = frozenset(
    [
        "xml",
        "bit",
        "varbit",
        "point",
        "line",
        "lseg",
        "box",
        "path",
        "polygon",
        "circle",
        "tsquery",
        "jsonpath",
        "macaddr8",
        "name",
        "regclass",
        "int4multirange",
        "int8multirange",
        "nummultirange",
        "datemultirange",
        "tsmultirange",
        "tstzmultirange",
        "pg_lsn",
    ]
)
_EXTENSIONS = {
    "vector": "vector",
    "halfvec": "vector",
    "sparsevec": "vector",
    "citext": "citext",
    "hstore": "hstore",
    "ltree": "ltree",
    "geometry": "postgis",
    "geography": "postgis",
}
_SERIAL = frozenset({"serial", "bigserial", "smallserial", "serial4", "serial8", "serial2"})
_PRECISE = {
    "timestamp": "postgresql.TIMESTAMP",
    "timestamptz": "postgresql.TIMESTAMP",
    "time": "postgresql.TIME",
    "timetz": "postgresql.TIME",
}


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A type as parsed: `name` the parser's, `schema` only when written, `modifiers` its numbers."""

    name: str
    schema: str | None
    modifiers: tuple[int, ...]
    is_array: bool
    text: str  # as given

    @property
    def is_json(self) -> bool:
        """json or jsonb, no array."""
        return self.name in ("json", "jsonb") and not self.is_array


def parsed(text: str) -> ColumnType:
    """The type that the text names; UnknownType when it is not one type."""
    try:
        statements = postgast.parse(f"CREATE TABLE t (c {text}\n)").stmts
    except postgast.PgQueryError as error:
        raise UnknownType(type=repr(text), hint=f"PostgreSQL's grammar says: {error.message}.") from error
    elements: list[Any] = list(statements[0].stmt.create_stmt.table_elts) if len(statements) == 1 else []
    column = elements[0].column_def if len(elements) == 1 else None
    if column is None or column.constraints or column.HasField("coll_clause") or "--" in text or "/*" in text:
        raise UnknownType(
            type=repr(text), hint="Give the type alone; NOT NULL, defaults and collations are fields of their own."
        )
    name = column.type_name
    names = [n.string.sval for n in name.names]
    if name.setof or name.pct_type or len(names) > 2:
        raise UnknownType(type=repr(text), hint="Give a plain type name.")
    if names[-1] in _SERIAL:
        raise UnknownType(type=repr(text), hint="serial is not a type: give bigint with identity by default.")
    schema = names[0] if len(names) == 2 and names[0] not in ("pg_catalog", "public") else None
    modifiers = tuple(m.a_const.ival.ival for m in name.typmods if m.HasField("a_const"))
    return ColumnType(names[-1], schema, modifiers, bool(name.array_bounds), text.strip())


def canonical(text: str) -> str:
    """The type as format_type() prints it."""
    kind = parsed(text)
    base = _KNOWN[kind.name][0] if kind.schema is None and kind.name in _KNOWN else ""
    if not base or kind.name == "interval":
        return kind.text
    if kind.modifiers:
        inner = f"({','.join(str(m) for m in kind.modifiers)})"
        first, _, rest = base.partition(" with")
        base = first + inner + (f" with{rest}" if rest else "")
    return base + ("[]" if kind.is_array else "")


def source(text: str, database: Schema, *, batch: bool = False) -> str:
    """The SQLAlchemy expression for the type; `batch`: one that SQLite can take as well, where there is one."""
    kind = parsed(text)
    element = _element(kind, database)
    if kind.is_array:
        return f"postgresql.ARRAY({element})"
    if batch and kind.is_json:
        return f'sa.JSON().with_variant({element}, "postgresql")'
    return element


def _element(kind: ColumnType, database: Schema) -> str:
    enum = _enum(kind, database)
    if enum is not None:
        return enum
    if kind.schema is None and kind.name in _KNOWN:
        if kind.name == "interval" and kind.text.lower() not in ("interval", "interval[]"):
            return f"Native({string(kind.text.removesuffix('[]'))})"
        return _known(kind)
    found = next((t for t in database.things if _is_type(t.kind) and _same(t.identity, kind)), None)
    extensions = {t.identity for t in database.of_kind("extension")}
    if found is None and kind.name not in _BARE and _EXTENSIONS.get(kind.name) not in extensions:
        raise UnknownType(type=repr(kind.text), hint=_hint(kind, database))
    return f"Native({string(kind.text.removesuffix('[]'))})"


def _known(kind: ColumnType) -> str:
    template = _KNOWN[kind.name][1]
    if kind.name in _PRECISE and kind.modifiers:
        zone = "timezone=True, " if kind.name.endswith("tz") else ""
        return f"{_PRECISE[kind.name]}({zone}precision={kind.modifiers[0]})"
    if kind.name == "numeric" and kind.modifiers:
        labels = ("precision", "scale")
        return template.format(", ".join(f"{a}={b}" for a, b in zip(labels, kind.modifiers, strict=False)))
    return template.format(f"length={kind.modifiers[0]}" if kind.modifiers else "")


def _is_type(kind: str) -> bool:
    return kind in ("enum", "domain", "composite type", "range type")


def _same(identity: str, kind: ColumnType) -> bool:
    """Whether a catalog identity (`public.mood`) is the type that the text names."""
    return identity in ({f"{kind.schema}.{kind.name}"} if kind.schema else {f"public.{kind.name}", kind.name})


def labels_of(text: str, database: Schema) -> tuple[str, ...] | None:
    """The labels of the enum that the text names, or None when it is no enum."""
    kind = parsed(text)
    thing = next((t for t in database.of_kind("enum") if _same(t.identity, kind)), None)
    return tuple(json.loads(thing["labels"] or "[]")) if thing else None


def _enum(kind: ColumnType, database: Schema) -> str | None:
    labels = labels_of(qualified(kind.schema, kind.name), database)
    if labels is None:
        return None
    named = [
        f"name={string(kind.name)}",
        *([f"schema={string(kind.schema)}"] if kind.schema else []),
        "create_type=False",
    ]
    return f"postgresql.ENUM({', '.join([*map(string, labels), *named])})"


def _hint(kind: ColumnType, database: Schema) -> str:
    if kind.name in _EXTENSIONS:
        return f"It comes with the extension {_EXTENSIONS[kind.name]}, which this database does not have."
    own: list[Any] = [t.identity.rpartition(".")[2] for t in database.things if _is_type(t.kind)]
    near = get_close_matches(kind.name, [*_KNOWN, *(v[0] for v in _KNOWN.values()), *own], n=3)
    return f"Near it: {', '.join(near)}." if near else "Create the type first, or check the spelling."
