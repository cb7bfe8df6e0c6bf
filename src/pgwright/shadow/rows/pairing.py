"""Which table and column before a revision is which one after it: by name, and across plain renames."""

from __future__ import annotations

from pgwright.schema.model import Relation, Schema


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
    names = {c.name: c.name for c in old.columns if new.column(c.name) is not None}
    arrived = {c.position: c for c in new.columns if c.name not in names}
    for column in old.columns:
        twin = arrived.get(column.position)
        if column.name not in names and twin is not None and twin.type == column.type:
            names[column.name] = twin.name
    return names
