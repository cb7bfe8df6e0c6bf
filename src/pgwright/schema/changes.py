"""Whose text has to be read again because another object's name changed.

The server deparses by oid, so a new name shows in every text that quotes the object, without a trace in their own rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Literal

from pgwright.schema.assemble import Read
from pgwright.schema.model import Thing


def quotes_changed(old: Mapping[int, Read], new: Mapping[int, Read]) -> Literal["nowhere", "in queries", "everywhere"]:
    """How far the changes in `new` reach into texts of objects that were not touched themselves.

    A renamed relation, column or index may be quoted anywhere. Columns that come or go change the aliases that views
    and rules need to tell columns apart (ruleutils.c, set_relation_column_names), and ON CONFLICT quotes constraints.
    """
    reach: Literal["nowhere", "in queries"] = "nowhere"
    for oid in old.keys() & new.keys():
        before, after = old[oid], new[oid]
        renamed = before.relation.qualified != after.relation.qualified or before.relation.kind != after.relation.kind
        if renamed or _renamed(before.columns, after.columns) or _renamed(before.indexes, after.indexes):
            return "everywhere"
        if before.columns != after.columns or _renamed(before.constraints, after.constraints):
            reach = "in queries"
    return reach


def dependents(relations: Mapping[int, Read]) -> Iterable[int]:
    """Relations that carry queries: views, and tables with rules or policies."""
    return (oid for oid, r in relations.items() if r.relation.definition or r.relation.rules or r.relation.policies)


def things_changed(old: Mapping[str, Mapping[int, Thing]], new: Mapping[str, Mapping[int, Thing]]) -> bool:
    """True when texts elsewhere may quote a thing that has another name, label or attribute now."""
    pairs = (
        (before, after)
        for family, members in new.items()
        for oid, after in members.items()
        if (before := old.get(family, {}).get(oid)) is not None and before is not after
    )
    return any(
        before.identity != after.identity
        or not _labels(before) <= _labels(after)
        or (before["attributes"] != after["attributes"] and after.kind == "composite type")
        for before, after in pairs
    )


def _labels(what: Thing) -> set[str]:
    return set(json.loads(what["labels"] or "[]"))


def _renamed(before: Mapping[int, str], after: Mapping[int, str]) -> bool:
    return any(after.get(key, name) != name for key, name in before.items())
