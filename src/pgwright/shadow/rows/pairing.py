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
    names = _unswapped(old, new, names)
    gone, come = _gaps(old, names), _gaps(new, {n: n for n in names.values()})
    for before, arrived in come.items():
        if len(arrived) == len(gone.get(before, [])) and before is not None:
            names |= {o.name: n.name for o, n in zip(gone[before], arrived, strict=True)}
            continue
        for column in arrived:
            left = [o for o in gone.get(before, []) if o.name not in names and o.type == column.type]
            likely = [o for o in left if o.name in column.name or column.name in o.name]
            if likely or left:
                names[(likely or left)[0].name] = column.name
    return names


def _unswapped(old: Relation, new: Relation, names: dict[str, str]) -> dict[str, str]:
    """Where a column gave its name to one of another type (`id` dropped, `new_id` renamed to `id`): paired by type."""
    gone = [c for c in old.columns if c.name not in names]
    out = dict(names)
    for column in old.columns:
        twin = new.column(column.name)
        if twin is not None and twin.type != column.type:
            heir = next((g for g in gone if g.type == twin.type and column.name in g.name), None)
            if heir is not None:
                del out[column.name]
                out[heir.name] = column.name
    return out


def _gaps(relation: Relation, kept: dict[str, str]) -> dict[str | None, list[Column]]:
    """The columns that are not kept, by the new name of the kept one that they stand before; None: at the end."""
    out: dict[str | None, list[Column]] = {}
    waiting: list[Column] = []
    for column in sorted(relation.columns, key=lambda c: c.position):
        if column.name in kept:
            out[kept[column.name]], waiting = waiting, []
        else:
            waiting.append(column)
    return {name: columns for name, columns in (out | {None: waiting}).items() if columns}
