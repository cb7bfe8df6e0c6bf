"""Which table and column before a revision is which one after it: by name, and across plain renames."""

from __future__ import annotations

from pgwright.schema.model import Column, Relation, Schema


class Pairing:
    """Tables and columns of one side found on the other."""

    def __init__(self, before: Schema, after: Schema | None) -> None:
        """Pair renamed tables: gone and new, with the same column names."""
        self._before, self._after = before, after
        self._renamed: dict[str, str] = {}
        self._earlier: dict[str, str] = {}
        if after is None:
            return
        old = {r.qualified: r for r in before.tables()}
        new = {r.qualified: r for r in after.tables()}
        arrived = {_shape(r): n for n, r in new.items() if n not in old}
        for name, relation in old.items():
            if name not in new and (shape := _shape(relation)) in arrived:
                self._renamed[name] = arrived[shape]
                self._earlier[arrived[shape]] = name

    def twin(self, relation: Relation) -> tuple[Relation | None, dict[str, str]]:
        """The relation after the revision, and its column names by the old ones; None when it is gone."""
        if self._after is None:
            return None, {}
        name = relation.qualified
        found = self._after.relation(self._renamed.get(name, name))
        return (found, _columns(relation, found)) if found is not None else (None, {})

    def earlier(self, qualified: str) -> Relation | None:
        """The relation before the revision of one named as after it."""
        return self._before.relation(self._earlier.get(qualified, qualified))


def _shape(relation: Relation) -> frozenset[str]:
    return frozenset(c.name for c in relation.columns)


def _columns(old: Relation, new: Relation) -> dict[str, str]:
    """By name; and renames by place, since a rename keeps a column's place and an added column goes to the end."""
    names = {c.name: c.name for c in old.columns if new.column(c.name) is not None}
    if len(names) == len(old.columns):
        return names
    gone, come = _gaps(old, set(names)), _gaps(new, set(names))
    for before in [g for g in gone if g is not None]:
        if len(gone[before]) == len(come.get(before, [])):
            names |= {o.name: n.name for o, n in zip(gone[before], come[before], strict=True)}
    for column in gone.get(None, []):
        twin = next((n for n in come.get(None, []) if n.type == column.type and n.name not in names.values()), None)
        if twin is not None:
            names[column.name] = twin.name
    return names


def _gaps(relation: Relation, kept: set[str]) -> dict[str | None, list[Column]]:
    """The columns that are not kept, by the kept column that they stand before; None: at the end."""
    out: dict[str | None, list[Column]] = {}
    waiting: list[Column] = []
    for column in sorted(relation.columns, key=lambda c: c.position):
        if column.name in kept:
            out[column.name], waiting = waiting, []
        else:
            waiting.append(column)
    return {name: columns for name, columns in (out | {None: waiting}).items() if columns}
