"""References that could only be made once both tables had rows: a cycle's nullable side."""

from __future__ import annotations

from pgwright.shadow.rows.demand import ForeignKey
from pgwright.shadow.rows.existing import relation
from pgwright.shadow.rows.literal import literal, name
from pgwright.shadow.rows.table import Row, Table


def references(work: list[Table]) -> list[str]:
    """An UPDATE for the first row of each table whose nullable key points to a table filled after it."""
    place = {t.name: i for i, t in enumerate(work)}
    out = []
    for t in work:
        for fk in t.demand.foreign_keys:
            if place.get(fk.parent, -1) > place[t.name] and (sql := _update(t, fk, work[place[fk.parent]])):
                out.append(sql)
    return out


def _update(t: Table, fk: ForeignKey, parent: Table) -> str | None:
    identity = t.demand.relation.primary_key
    if not identity or not t.rows or not parent.rows or any(c not in parent.rows[-1] for c in fk.parent_columns):
        return None
    row = next((r for r in t.rows if all(c in r for c in (*fk.columns, *identity))), None)
    if row is None or any(row[c] is not None for c in fk.columns):
        return None
    changed: Row = row | {c: parent.rows[-1][p] for c, p in zip(fk.columns, fk.parent_columns, strict=True)}
    if not all(t.passes(c, changed) and c.known for c in t.demand.checks if set(fk.columns) & set(c.columns)):
        return None
    row.update(changed)
    sets = ",".join(f"{name(c)}={literal(changed[c])}" for c in fk.columns)
    where = " AND ".join(f"{name(c)}={literal(row[c])}" for c in identity)
    return f"UPDATE {relation(t.name)} SET {sets} WHERE {where}"
