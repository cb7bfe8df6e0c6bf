"""One table on its way to being filled: its demand, its columns' pools, the rows it holds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from pgwright.shadow.rows.datatype import DataType
from pgwright.shadow.rows.demand import Demand, Profile, Unique, Wanted
from pgwright.shadow.rows.expression import Expression
from pgwright.shadow.rows.pool import Pool, pool
from pgwright.shadow.rows.scalar import Unknown, key, scalar

Row = dict[str, str | None]
_NEXTVAL = re.compile(r"nextval\('((?:[^']|'')+)'::regclass\)")


@dataclass(slots=True)
class Table:
    """`rows` are all that are known to be in it, `allowed` what the server accepted for checks that it had to judge."""

    demand: Demand
    pools: dict[str, Pool]
    profile: Profile
    rows: list[Row] = field(default_factory=list)
    promised: list[Row] = field(default_factory=list)  # keys that rows made earlier already refer to
    allowed: list[tuple[tuple[str, ...], list[tuple[str | None, ...]]]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Qualified, as in Relation.qualified."""
        return self.demand.relation.qualified

    def type(self, column: str) -> DataType:
        """The type of a column that is filled."""
        return self.pools[column].wanted.type

    def env(self, row: Row, columns: tuple[str, ...]) -> dict[str, Any]:
        """The row as expressions read it. Raises Unknown for a value that is not modelled."""
        values = dict(self.demand.given)
        values.update((c, scalar(row[c], self.pools[c].family)) for c in columns if c in row)
        return values

    def passes(self, check: Expression, row: Row) -> bool:
        """False when the check is known to refuse the row."""
        try:
            return check.holds(self.env(row, check.columns)) is not False
        except Unknown:
            return True

    def key(self, unique: Unique, row: Row) -> tuple[Any, ...] | None:
        """What the unique index compares of this row; None when the row is not in its way (NULL, predicate)."""
        if unique.predicate is not None and self._outside(unique.predicate, row):
            return None
        parts = tuple(key(row[k], self.type(k)) if isinstance(k, str) else self._computed(k, row) for k in unique.keys)
        return None if None in parts and not unique.nulls_equal else parts

    def _outside(self, predicate: Expression, row: Row) -> bool:
        try:
            return predicate.evaluate(self.env(row, predicate.columns)) is not True
        except Unknown:
            return False

    def _computed(self, expression: Expression, row: Row) -> Any:
        try:
            value = expression.evaluate(self.env(row, expression.columns))
        except Unknown:
            value = tuple((row.get(c) or "").lower().strip() for c in expression.columns)
        return value if isinstance(value, (str, tuple, int, type(None))) else str(value)


def table(demand: Demand, profile: Profile, seed: int) -> Table:
    """A table with nothing in it yet."""
    checks, keys = list(demand.checks), _keys(demand)
    salt = f"{seed}:{demand.relation.qualified}:"
    names = [(w, w.column.name) for w in demand.columns]
    pools = {n: pool(w, checks, profile, crc32(f"{salt}{n}".encode()), n in keys) for w, n in names}
    return Table(demand, pools, profile)


def sequence(wanted: Wanted) -> str | None:
    """The sequence that a column's default draws from, as the default names it; an identity column's is ''."""
    found = _NEXTVAL.search(wanted.column.default or "")
    return found.group(1).replace("''", "'") if found else ("" if wanted.column.identity else None)


def _keys(demand: Demand) -> set[str]:
    """Columns that edges keep away from: primary keys, sequences' columns, integers and ranges in unique indexes."""
    owned = {w.column.name for w in demand.columns if sequence(w) is not None}
    plain = {w.column.name for w in demand.columns if w.type.family in ("integer", "other", "moment")}
    unique = {c for u in demand.uniques for c in u.columns}
    return (
        owned
        | (plain & unique)
        | {c for c in demand.relation.primary_key if c in {w.column.name for w in demand.columns}}
    )
