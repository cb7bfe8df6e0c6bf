"""Which step took the rows: what a downgrade cannot give back, and what it should have given back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from pgwright.schema.model import Schema
from pgwright.shadow.rows.difference import RowDifference


def blame(changed: Sequence[RowDifference], upgraded: Sequence[RowDifference], before: Schema, after: Schema) -> str:
    """In one line, why rows differ after the downgrade; `upgraded` is how they differed after the upgrade."""
    by_upgrade = {(d.table, d.what, d.column) for d in upgraded}
    return "; ".join(dict.fromkeys(c for d in changed for c in _causes(d, by_upgrade, before, after)))


def _causes(
    d: RowDifference, by_upgrade: Collection[tuple[str, str, str | None]], before: Schema, after: Schema
) -> Iterator[str]:
    was, then = before.relation(d.table), after.relation(d.table)
    early = (d.table, d.what, d.column) in by_upgrade
    if then is None or was is None:
        yield f"the upgrade drops {d.table}: its rows cannot come back"
    elif d.what == "rows missing":
        yield f"the {'upgrade' if early else 'downgrade'} deletes rows of {d.table} that were there before"
    elif d.what == "rows added":
        yield (
            f"the downgrade leaves rows in {d.table} that the upgrade inserted"
            if early
            else f"the downgrade inserts rows into {d.table}"
        )
    elif d.column is not None and (old := was.column(d.column)) is not None:
        yield _value_cause(
            f"{d.table}.{d.column}", old.type, new.type if (new := then.column(d.column)) else None, early
        )


def _value_cause(name: str, old: str, new: str | None, early: bool) -> str:
    if new is None:
        return f"the upgrade drops {name}: its values cannot come back"
    if new != old:
        return f"values of {name} do not survive {old} -> {new} -> {old}"
    if early:
        return f"the upgrade overwrites {name} and the downgrade does not give the values back"
    return f"the downgrade overwrites {name}"
