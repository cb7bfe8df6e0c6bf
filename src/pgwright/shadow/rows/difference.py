"""What became of rows between two states: missing, added, changed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any, Literal

from pgwright.shadow.rows.literal import elements
from pgwright.shadow.rows.state import RowState, TableState

_SAMPLES, _WIDTH = 5, 200
_EXACT = Context(prec=10_000)  # digits of a number that are compared
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

    To compare two runs of one upgrade, hand in the rows that both started from as `given`: then what each run draws
    anew (clock, random values, sequences) is left out. Without it every column counts.
    """
    out: list[RowDifference] = []
    for old in before.tables:
        new = after.table(old.table)
        if new is not None:
            start = given.table(old.table) if given is not None else None
            out += _table(old, new, start, given is not None)
    return tuple(out)


def _table(old: TableState, new: TableState, start: TableState | None, again: bool) -> Iterator[RowDifference]:
    if old.columns == new.columns and old.rows == new.rows and old.sums == new.sums and old.count == new.count:
        return
    free = old.volatile - set(start.columns if start is not None else ()) if again else frozenset()
    columns = tuple(c for c in old.columns if c in new.columns and c not in free)
    if old.sums or new.sums:
        yield from _summed(old, new, columns)
        return
    left, right = _projected(old, columns), _projected(new, columns)
    right = _respelled(left, right, [i for i, c in enumerate(columns) if c in old.documents & new.documents])
    key = tuple(c for c in old.key if c in columns) if old.key == new.key else ()
    if again:
        left, right = _settled(left, right, columns, old, start)
    if key and len(key) == len(old.key):
        yield from _keyed(old.table, columns, key, *_without_remade(old, columns, key, left, right))
    else:
        yield from _bagged(old.table, columns, left, right)


def _settled(
    left: list[Values], right: list[Values], columns: tuple[str, ...], old: TableState, start: TableState | None
) -> tuple[list[Values], list[Values]]:
    """Both runs without what each drew for itself.

    Of rows that the revision inserted only how many there are; in rows that were given, a value that both runs set, each
    to another one, is blanked. Both runs began alike, so what differs was drawn from a clock, a sequence or by chance.
    """
    known = [i for i, c in enumerate(columns) if start is not None and c in start.columns]
    key = [i for i in known if columns[i] in old.key] or known
    there = _by_key(_projected(start, columns), key) if start is not None and key else {}

    def without(rows: list[Values], others: list[Values]) -> list[Values]:
        twins = _by_key(others, key) if key else {}
        return [_blanked(v, there.get(k), twins.get(k)) for v in rows for k in [tuple(v[i] for i in key)]]

    return without(left, right), without(right, left)


def _blanked(values: Values, was: Values | None, twin: Values | None) -> Values:
    """One row without what was drawn; `was` is the row as given, `twin` what the other run made of it."""
    if was is None:
        return (None,) * len(values)
    if twin is None:
        return values
    return tuple(None if a != b and not {None, w} & {a, b} else a for a, b, w in zip(values, twin, was, strict=True))


def _projected(state: TableState, columns: tuple[str, ...]) -> list[Values]:
    places = [state.columns.index(c) if c in state.columns else -1 for c in columns]
    parsed = (elements(r) for r in state.rows)
    return [tuple(row[p] if p >= 0 else None for p in places) for row in parsed]


def _respelled(left: list[Values], right: list[Values], places: list[int]) -> list[Values]:
    """`right` with the spelling of `left` where a document is the same: blanks, escapes, the order of keys, 2.50 and 2.5."""
    for at in places:
        texts = {row[at] for row in left}
        if texts.issuperset(row[at] for row in right):
            continue
        same = {_meaning(text): text for text in texts if text is not None}
        right = [
            (*row[:at], text if text in texts or text is None else same.get(_meaning(text), text), *row[at + 1 :])
            for row in right
            for text in [row[at]]
        ]
    return right


def _meaning(document: str) -> str:
    """The same text for the same JSON; a document with a key twice is taken as it is written."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(found)) < len(found):
            raise ValueError(found)
        return dict(sorted(found))

    def number(text: str) -> Decimal:
        return Decimal(text).normalize(_EXACT)

    try:
        return repr(json.loads(document, parse_float=number, parse_int=number, object_pairs_hook=pairs))
    except (ValueError, ArithmeticError, RecursionError):
        return document


def _without_remade(
    old: TableState, columns: tuple[str, ...], key: tuple[str, ...], left: list[Values], right: list[Values]
) -> tuple[list[Values], list[Values]]:
    """Both sides without rows that were deleted and made again as they were, under another random id."""
    if not set(key) <= old.nameless:
        return left, right
    places = [columns.index(c) for c in key]
    telling = [i for i, c in enumerate(columns) if c not in old.nameless]
    mine, theirs = _by_key(left, places), _by_key(right, places)

    def told(values: Values) -> Values:
        return tuple(values[i] for i in telling)

    again = Counter(told(v) for k, v in mine.items() if k not in theirs)
    again &= Counter(told(v) for k, v in theirs.items() if k not in mine)

    def rest(rows: list[Values], others: Mapping[Values, Values]) -> Iterator[Values]:
        left_over = again.copy()
        for values in rows:
            same = told(values)
            if tuple(values[p] for p in places) not in others and left_over[same]:
                left_over[same] -= 1
            else:
                yield values

    return list(rest(left, theirs)), list(rest(right, mine))


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
