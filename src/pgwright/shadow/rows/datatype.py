"""A column's type, taken apart: name, modifiers, labels, what it is made of."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Literal

from pgwright.schema.model import Column, Schema, Thing
from pgwright.shadow.rows.literal import unquoted

Kind = Literal["base", "enum", "domain", "composite", "range", "multirange", "array"]
Family = Literal["integer", "numeric", "float", "text", "boolean", "moment", "time", "json", "enum", "array", "other"]

_MODIFIERS = re.compile(r"\(([^()]*)\)")
_RANGES = {
    "int4": "integer",
    "int8": "bigint",
    "num": "numeric",
    "ts": "timestamp without time zone",
    "tstz": "timestamp with time zone",
    "date": "date",
}
FAMILIES: dict[str, Family] = {
    "smallint": "integer",
    "integer": "integer",
    "bigint": "integer",
    "oid": "integer",
    "numeric": "numeric",
    "money": "other",
    "real": "float",
    "double precision": "float",
    "text": "text",
    "character varying": "text",
    "character": "text",
    "name": "text",
    '"char"': "text",
    "citext": "text",
    "boolean": "boolean",
    "date": "moment",
    "timestamp without time zone": "moment",
    "timestamp with time zone": "moment",
    "time without time zone": "time",
    "time with time zone": "time",
    "json": "json",
    "jsonb": "json",
}


@dataclass(frozen=True, slots=True)
class DataType:
    """One type. `base` is a domain's base, an array's element or a range's subtype."""

    name: str  # without schema, modifiers and brackets
    kind: Kind = "base"
    text: str = ""  # as format_type() prints it
    modifiers: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()
    base: DataType | None = None
    attributes: tuple[DataType, ...] = ()
    checks: tuple[str, ...] = ()  # of a domain, over VALUE
    not_null: bool = False  # of a domain

    @property
    def bottom(self) -> DataType:
        """The type below any domains."""
        return self.base.bottom if self.kind == "domain" and self.base else self

    @property
    def family(self) -> Family:
        """What its values can be compared and cast like."""
        bottom = self.bottom
        if bottom.kind == "enum":
            return "enum"
        if bottom.kind == "array":
            return "array"
        return FAMILIES.get(bottom.name, "other") if bottom.kind == "base" else "other"

    @property
    def width(self) -> int | None:
        """The longest text it takes, None without a limit."""
        bottom = self.bottom
        if bottom.name in ("character varying", "character", "bit", "bit varying") and bottom.modifiers:
            return bottom.modifiers[0]
        return {"character": 1, "bit": 1, '"char"': 1, "name": 63}.get(bottom.name)


class Types:
    """Finds the types of one schema's columns."""

    def __init__(self, schema: Schema) -> None:
        """Index the schema's own types by name."""
        kinds = ("enum", "domain", "composite type", "range type")
        self._things = {t.identity: t for t in schema.things if t.kind in kinds}
        self._known: dict[tuple[str, str], DataType] = {}

    def of(self, column: Column) -> DataType:
        """The type of `column`."""
        return self.named(column.type, column.type_oid_name)

    def named(self, text: str, oid_name: str = "") -> DataType:
        """The type that format_type() prints as `text`."""
        key = (text, oid_name)
        if key not in self._known:
            self._known[key] = self._read(text, oid_name)
        return self._known[key]

    def _read(self, text: str, oid_name: str) -> DataType:
        if text.endswith("[]"):
            return DataType(text, "array", text, base=self.named(text[:-2], oid_name))
        thing = self._thing(text, oid_name)
        if thing is not None:
            return self._own(thing, text)
        found = None if text.startswith('"') else _MODIFIERS.search(text)
        modifiers = tuple(int(m) for m in found.group(1).split(",") if m.strip().lstrip("-").isdigit()) if found else ()
        bare = text if found is None else (text[: found.start()] + text[found.end() :]).strip()
        short = bare if bare == '"char"' else unquoted(bare).rpartition(".")[2]
        return self._range(short, text) or DataType(short, "base", text, modifiers)

    def _range(self, short: str, text: str) -> DataType | None:
        for suffix, kind in (("multirange", "multirange"), ("range", "range")):
            subtype = _RANGES.get(short.removesuffix(suffix)) if short.endswith(suffix) else None
            if subtype is not None:
                return DataType(short, kind, text, base=self.named(subtype))  # type: ignore[arg-type]
        return None

    def _thing(self, text: str, oid_name: str) -> Thing | None:
        for candidate in (oid_name, unquoted(oid_name), unquoted(text), f"public.{unquoted(text)}"):
            if candidate in self._things:
                return self._things[candidate]
        return None

    def _own(self, thing: Thing, text: str) -> DataType:
        short = thing.identity.rpartition(".")[2]
        facts = dict(thing.properties)
        if thing.kind == "enum":
            return DataType(short, "enum", text, labels=tuple(json.loads(facts.get("labels") or "[]")))
        if thing.kind == "domain":
            checks = [definition for _, definition, _ in json.loads(facts.get("constraints") or "[]")]
            return DataType(
                short,
                "domain",
                text,
                base=self.named(facts.get("type") or "text"),
                checks=tuple(checks),
                not_null=facts.get("not_null") == "true",
            )
        if thing.kind == "composite type":
            types = [attribute[1] for attribute in json.loads(facts.get("attributes") or "[]")]
            return DataType(short, "composite", text, attributes=tuple(map(self.named, types)))
        return DataType(short, "range", text, base=self.named(facts.get("subtype") or "text"))
