"""What rows a partitioned table has room for, as a CHECK over its key columns.

Source: PostgreSQL documentation, CREATE TABLE, "partition_bound_spec". Hash partitions that cover every remainder take
anything; those that do not are left to trial.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

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

    def room(self, relation: Relation) -> str | None:
        """The CHECK that rows of the partitioned table must pass to find a partition; None when all find one."""
        if relation.partition_key is None:
            return None
        strategy, _, keys = relation.partition_key.partition(" ")
        keys = keys.strip()
        children = self._children.get(relation.qualified, [])
        if strategy.upper() == "HASH" and children:
            return None
        parts = [self._part(strategy.upper(), keys, child) for child in children]
        return None if None in parts else _any(p for p in parts if p is not None)

    def _part(self, strategy: str, keys: str, child: Relation) -> str | None:
        bound = child.partition_bound or ""
        if bound.strip().upper() == "DEFAULT":
            own = ""
        elif strategy == "LIST":
            own = _in_list(keys, bound)
        else:
            own = _in_range(keys, bound)
        nested = self.room(child) if child.kind == "partitioned table" else ""
        tests = [t for t in (own, nested) if t]
        return " AND ".join(f"({t})" for t in tests) or None


def _any(parts: Iterable[str]) -> str:
    return f"({' OR '.join(f'({p})' for p in parts) or 'false'}) IS TRUE"  # a NULL key finds no partition


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
