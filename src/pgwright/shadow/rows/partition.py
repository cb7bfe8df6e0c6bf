"""What rows a partitioned table has room for, as a CHECK over its key columns.

Source: PostgreSQL documentation, CREATE TABLE, "partition_bound_spec". Hash partitions that cover every remainder take
anything; those that do not are left to trial.
"""

from __future__ import annotations

import re

from pgwright.schema.model import Relation, Schema

_RANGE = re.compile(r"FOR VALUES FROM \((.*)\) TO \((.*)\)", re.DOTALL)
_LIST = re.compile(r"FOR VALUES IN \((.*)\)", re.DOTALL)
_ITEM = re.compile(r"'(?:[^']|'')*'|\((?:[^()]|\([^()]*\))*\)|[^,()]+")


class Partitions:
    """The partition trees of a schema."""

    def __init__(self, schema: Schema) -> None:
        """Index partitions by parent."""
        self._children: dict[str, list[Relation]] = {}
        self._parent: dict[str, str] = {}
        for relation in schema.relations:
            if relation.partition_bound is not None and relation.inherits:
                self._children.setdefault(relation.inherits[0], []).append(relation)
                self._parent[relation.qualified] = relation.inherits[0]

    def root(self, qualified: str) -> str:
        """The partitioned table that rows of `qualified` are inserted through; itself when it is no partition."""
        while qualified in self._parent:
            qualified = self._parent[qualified]
        return qualified

    def rooms(self, relation: Relation) -> tuple[str, ...]:
        """For each leaf of the partitioned table the CHECK of rows that go there; empty text where any row might."""
        if relation.partition_key is None:
            return ()
        strategy, _, keys = relation.partition_key.partition(" ")
        out: list[str] = []
        for child in self._children.get(relation.qualified, []):
            own = _bound(strategy.upper(), keys.strip(), child.partition_bound or "")
            nested = self.rooms(child) if child.kind == "partitioned table" else ("",)
            out += [" AND ".join(f"({t})" for t in (own, n) if t) for n in nested]
        return tuple(f"({test}) IS TRUE" if test else "" for test in out)  # a NULL key finds no partition


def _bound(strategy: str, keys: str, bound: str) -> str:
    if strategy == "HASH" or bound.strip().upper() == "DEFAULT":
        return ""
    return _in_list(keys, bound) if strategy == "LIST" else _in_range(keys, bound)


def _in_list(keys: str, bound: str) -> str:
    found = _LIST.search(bound)
    values = [v.strip() for v in _ITEM.findall(found.group(1))] if found else []
    key = keys.strip()[1:-1]
    tests = [f"{key} IN ({', '.join(v for v in values if v != 'NULL')})"] if set(values) - {"NULL"} else []
    return " OR ".join(tests + ([f"{key} IS NULL"] if "NULL" in values else []))


def _in_range(keys: str, bound: str) -> str:
    found = _RANGE.search(bound)
    if found is None:
        return ""
    names = [k.strip() for k in _ITEM.findall(keys.strip()[1:-1])]
    tests = []
    for operator, text in ((">=", found.group(1)), ("<", found.group(2))):
        values = [v.strip() for v in _ITEM.findall(text)]
        if values[0] in ("MINVALUE", "MAXVALUE"):
            tests.append(f"{names[0]} IS NOT NULL")
        elif {"MINVALUE", "MAXVALUE"} & set(values) or len(values) == 1:
            tests.append(f"{names[0]} {operator} {values[0]}")
        else:
            tests.append(f"({', '.join(names)}) {operator} ({', '.join(values)})")
    return " AND ".join(tests)
