"""What became of rows between two states: missing, added, changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pgwright.shadow.rows.literal import elements
from pgwright.shadow.rows.state import RowState, TableState

_SAMPLES, _WIDTH = 5, 200
Values = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class RowDifference:
    """One kind of difference in one table, with at most five rows to look at."""

    table: str
    what: Literal["rows missing", "rows added", "values changed"]
    column: str | None
    count: int
    samples: tuple[str, ...] = ()

    def __str__(self) -> str:
        """One line for people."""
        where = f" in {self.column}" if self.column else ""
        shown = f": {'; '.join(self.samples)}" if self.samples else ""
        return f"{self.table}: {self.count} {self.what}{where}{shown}"


def lost(before: RowState, after: RowState, given: RowState | None = None) -> tuple[RowDifference, ...]:
    """Differences from `before` to `after` in tables that both have.

    To compare two runs of one upgrade, hand in the rows that both started from as `given`: then what the revision
    itself filled from a volatile default (now(), random uuids, sequences) is left out. Without it every column counts.
    """
    out: list[RowDifference] = []
    for old in before.tables:
        new = after.table(old.table)
        if new is not None:
            start = given.table(old.table) if given is not None else None
            out += _table(old, new, _free(old, start) if given is not None else frozenset(), start)
    return tuple(out)


def _free(state: TableState, start: TableState | None) -> frozenset[str]:
    """Columns that the revision added and that each run fills differently."""
    had = set(start.columns) if start is not None else set()
    return (state.volatile | state.stamped) - had


def _table(old: TableState, new: TableState, free: frozenset[str], start: TableState | None) -> Iterator[RowDifference]:
    if old.columns == new.columns and old.rows == new.rows and old.sums == new.sums and old.count == new.count:
        return
    columns = tuple(c for c in old.columns if c in new.columns and c not in free)
    if old.sums or new.sums:
        yield from _summed(old, new, columns)
        return
    left, right = _projected(old, columns), _projected(new, columns)
    key = tuple(c for c in old.key if c in columns) if old.key == new.key else ()
    if start is not None and old.volatile:
        left, right = _only_given(left, right, columns, old, start)
    if key and len(key) == len(old.key):
        yield from _keyed(old.table, columns, key, left, right)
    else:
        yield from _bagged(old.table, columns, left, right)


def _only_given(
    left: list[Values], right: list[Values], columns: tuple[str, ...], old: TableState, start: TableState
) -> tuple[list[Values], list[Values]]:
    """Rows that the revision inserted, with their volatile columns blanked; rows that were given, untouched."""
    known = [i for i, c in enumerate(columns) if c in start.columns]
    key = [i for i in known if columns[i] in old.key] or known
    there = {tuple(v[i] for i in key) for v in _projected(start, columns)} if key else set()
    volatile = [c in old.volatile for c in columns]

    def blank(values: Values) -> Values:
        if tuple(values[i] for i in key) in there:
            return values
        return tuple(None if free else v for v, free in zip(values, volatile, strict=True))

    return [blank(v) for v in left], [blank(v) for v in right]


def _projected(state: TableState, columns: tuple[str, ...]) -> list[Values]:
    places = [state.columns.index(c) if c in state.columns else -1 for c in columns]
    parsed = (elements(r) for r in state.rows)
    return [tuple(row[p] if p >= 0 else None for p in places) for row in parsed]


def _keyed(
    table: str, columns: tuple[str, ...], key: tuple[str, ...], left: list[Values], right: list[Values]
) -> Iterator[RowDifference]:
    places = [columns.index(c) for c in key]
    old, new = _by_key(left, places), _by_key(right, places)
    if len(old) < len(left) or len(new) < len(right):  # blanked keys: no identity to go by
        yield from _bagged(table, columns, left, right)
        return
    missing, added = [k for k in old if k not in new], [k for k in new if k not in old]
    if missing:
        yield RowDifference(table, "rows missing", None, len(missing), _shown(columns, [old[k] for k in missing]))
    if added:
        yield RowDifference(table, "rows added", None, len(added), _shown(columns, [new[k] for k in added]))
    for i, column in enumerate(columns):
        changed = [k for k in old if k in new and old[k][i] != new[k][i]]
        if changed:
            samples = (f"{_named(key, k)}: {column} {_value(old[k][i])} -> {_value(new[k][i])}" for k in changed)
            yield RowDifference(table, "values changed", column, len(changed), _cut(samples))


def _by_key(rows: list[Values], places: list[int]) -> Mapping[Values, Values]:
    return {tuple(row[p] for p in places): row for row in rows}


def _bagged(table: str, columns: tuple[str, ...], left: list[Values], right: list[Values]) -> Iterator[RowDifference]:
    """Without a key: the multisets of rows, and where only one column's values differ, that column."""
    old, new = Counter(left), Counter(right)
    missing, added = list((old - new).elements()), list((new - old).elements())
    if not missing and not added:
        return
    differing = [i for i in range(len(columns)) if Counter(r[i] for r in left) != Counter(r[i] for r in right)]
    if len(missing) == len(added) and differing:
        for i in differing:
            pairs = zip(sorted(missing, key=str), sorted(added, key=str), strict=True)
            samples = (f"{columns[i]} {_value(a[i])} -> {_value(b[i])}" for a, b in pairs if a[i] != b[i])
            yield RowDifference(table, "values changed", columns[i], len(missing), _cut(samples))
        return
    if missing:
        yield RowDifference(table, "rows missing", None, len(missing), _shown(columns, missing))
    if added:
        yield RowDifference(table, "rows added", None, len(added), _shown(columns, added))


def _summed(old: TableState, new: TableState, columns: tuple[str, ...]) -> Iterator[RowDifference]:
    if new.count < old.count:
        yield RowDifference(old.table, "rows missing", None, old.count - new.count)
    elif new.count > old.count:
        yield RowDifference(old.table, "rows added", None, new.count - old.count)
    elif old.sums and new.sums and old.key == new.key:
        for column in columns:
            if old.sums[old.columns.index(column)] != new.sums[new.columns.index(column)]:
                yield RowDifference(old.table, "values changed", column, 1)


def _named(key: tuple[str, ...], values: Values) -> str:
    return ", ".join(f"{c}={_value(v)}" for c, v in zip(key, values, strict=True))


def _shown(columns: tuple[str, ...], rows: list[Values]) -> tuple[str, ...]:
    return _cut(_named(columns, row) for row in rows)


def _cut(samples: Iterator[str]) -> tuple[str, ...]:
    first = [s for _, s in zip(range(_SAMPLES), samples, strict=False)]
    return tuple(s if len(s) <= _WIDTH else s[: _WIDTH - 1] + "…" for s in first)


def _value(value: str | None) -> str:
    return "NULL" if value is None else repr(value)
