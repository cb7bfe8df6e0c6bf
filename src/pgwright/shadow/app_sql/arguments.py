"""Values for the parameters of a statement: those of a row where the statement tells the column, else any of the type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import psycopg

from pgwright.schema.model import Schema
from pgwright.shadow.app_sql.meaning import Place
from pgwright.shadow.rows.existing import relation as quoted
from pgwright.shadow.rows.fitting import fitting
from pgwright.shadow.rows.literal import array
from pgwright.shadow.rows.literal import name as quoted_name
from pgwright.shadow.rows.table import Row

Arguments = tuple[str | None, ...]
Which = Literal["first", "last", "absent", "any"]
CHOICES: tuple[Which, ...] = ("first", "last", "absent", "any")
NOWHERE = {"smallint": "32001", "integer": "2000000001", "bigint": "2000000001"}  # keys that no row has
ANY = {
    **dict.fromkeys(("smallint", "integer", "bigint", "numeric", "real", "double precision", "oid", "xid", "money"), "1"),
    **dict.fromkeys(("text", "character varying", "character", "name", '"char"', "citext", "tsvector", "tsquery"), "a"),
    **dict.fromkeys(("json", "jsonb"), "{}"), "hstore": "",
    "boolean": "true", "uuid": "00000000-0000-4000-8000-000000000001", "bytea": "", "date": "2024-01-01", "xml": "<a/>",
    "timestamp without time zone": "2024-01-01 12:00:00", "timestamp with time zone": "2024-01-01 12:00:00+00",
    "time without time zone": "12:00:00", "time with time zone": "12:00:00+00", "interval": "1 day", "point": "(0,0)",
    "inet": "127.0.0.1", "cidr": "127.0.0.0/8", "macaddr": "08:00:2b:01:02:03", "bit": "1", "bit varying": "1",
    "ltree": "a",
}  # fmt: skip


@dataclass(slots=True)
class Values:
    """Where values come from on one database. What was read once is kept: everything tried there is rolled back."""

    conn: psycopg.Connection[Any]
    schema: Schema
    _rows: dict[tuple[str, Which], Row] = field(default_factory=dict)
    _new: dict[str, list[Row]] = field(default_factory=dict)
    _plain: dict[str, str | None] = field(default_factory=dict)

    def chosen(self, which: Which, types: Sequence[str], places: Mapping[int, Place]) -> Arguments:
        """Values of rows: new ones that fit for what is inserted; for what is compared and set, those of the first or the
        last row that is there, or of one that is not. `any`: what the types alone say.
        """
        return tuple(self._of(which, kind, places.get(number)) for number, kind in enumerate(types, 1))

    def _of(self, which: Which, kind: str, place: Place | None) -> str | None:
        if place is None or which == "any":
            return self._any(kind)
        new = 0 if which == "absent" and place.new is None else place.new
        row = self._there(place.table, which) if new is None else self._next(place.table, new)
        value = row.get(place.column)
        if value is None and which == "absent" and kind in NOWHERE:
            return NOWHERE[kind]
        if value is None:
            return None if place.column in row and place.new is not None else self._any(kind)
        return array([value]) if place.many and kind.endswith("[]") else value

    def _there(self, table: str, which: Which) -> Row:
        """The first or the last row of a table by its key; empty when it has none."""
        if (table, which) not in self._rows:
            known = self.schema.relation(table)
            names = [c.name for c in known.columns] if known else []
            values = ", ".join(f"{quoted_name(n)}::text" for n in names)
            way = "DESC" if which == "last" else "ASC"
            keys = [f"{quoted_name(key)} {way}" for key in known.primary_key] if known else []
            ordered = f"ORDER BY {', '.join(keys)}" if keys else ""
            query = f"SELECT ARRAY[{values}]::text[] FROM {quoted(table)} {ordered} LIMIT 1"
            found = self.conn.execute(query.encode()).fetchone() if names else None
            self._rows[table, which] = dict(zip(names, found[0], strict=True)) if found else {}
        return self._rows[table, which]

    def _next(self, table: str, number: int) -> Row:
        """The n-th row that the table would take; the last one of those that could be made."""
        if number >= len(self._new.get(table, ())):
            try:
                made = fitting(self.conn, self.schema, table, number + 8)
            except psycopg.Error:  # a view, or a table that this role may not read
                made = []
            self._new[table] = [*made, *([made[-1] if made else {}] * (number + 8 - len(made)))]
        return self._new[table][number]

    def _any(self, kind: str) -> str | None:
        if kind in ANY:
            return ANY[kind]
        if kind not in self._plain:
            found = self.conn.execute(_of_others(), (kind,)).fetchone() or (None, None)
            self._plain[kind] = found[0] if found[0] is not None or not found[1] else self._any(found[1])
        return self._plain[kind]


@cache
def _of_others() -> bytes:
    return (files("pgwright.shadow") / "sql" / "any_value.sql").read_bytes()
