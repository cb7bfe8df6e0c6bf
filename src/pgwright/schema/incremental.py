"""The next snapshot from the last one: what the markers say changed, what depends on it, and nothing else.

Names stand in the text of other objects: a foreign key names a table, a default names a sequence or an enum label, a
view names everything. So as soon as something that was there before has another name, or its inside has (a column, an
enum label, an attribute), there is no next snapshot from here: `advance` returns None and everything is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pgwright.schema import assemble
from pgwright.schema.assemble import Names, Row, TypeNames
from pgwright.schema.model import Relation, Thing
from pgwright.schema.reading import Reader
from pgwright.schema.snapshot import Known, Markers, Snapshot, snapshot

FIRST_USER_OID = 16384  # FirstNormalObjectId of access/transam.h: what is below came with the server
# Catalogs whose things are read again when their marker changes; a change in any other catalog means everything.
# Oids of catalogs are fixed: pg_type, pg_proc, pg_sequence, pg_publication, pg_event_trigger, pg_statistic_ext.
_GROUPS = {1247: "types", 1255: "functions", 2224: "sequences", 6104: "loose", 3466: "loose", 3381: "loose"}
# Catalogs whose things can depend on relations: pg_proc, pg_statistic_ext, pg_publication_rel.
_DEPENDENT = {1255: "functions", 3381: "loose", 6106: "loose"}
_CATALOG = {"types": 1247, "functions": 1255, "sequences": 2224, "loose": 6104}
_WRITTEN_ELSEWHERE = ("composite type", "range type", "base type")  # what these contain shows in text elsewhere


def changes(owners: dict[int, Row], previous: Snapshot) -> frozenset[int]:
    """The owners whose markers are not what they were, the vanished included."""
    return frozenset(owner for owner, _ in owners.items() ^ previous.markers.owners.items())


def advance(read: Reader, owners: dict[int, Row], changed: frozenset[int], previous: Snapshot) -> Snapshot | None:
    """The snapshot after these changes, or None when everything has to be read."""
    before = previous.markers
    known = before.relations.keys() | changed
    if any(owner not in _GROUPS if owner >= 0 else -owner not in known for owner in changed if owner < FIRST_USER_OID):
        return None
    touched = {owner for owner in changed if owner >= FIRST_USER_OID}
    touched |= {-owner for owner in changed if owner < 0}
    marked = {_GROUPS[owner] for owner in changed if 0 <= owner < FIRST_USER_OID}
    groups = marked | _add_dependents(read, touched, before)
    relations, columns, types = dict(before.relations), dict(before.columns), dict(before.types)
    if touched and not _read_relations(read, touched, relations, columns, types):
        return None
    things = dict(before.things)
    if groups and not _read_things(read, groups, marked, things):
        return None
    return snapshot(read.version, Markers(owners, relations, columns, things, types))


def _add_dependents(read: Reader, touched: set[int], before: Markers) -> set[str]:
    """Relations whose text can change with the touched ones are touched too; returns groups for which that holds."""
    known = touched & before.columns.keys()
    owners = {row[0] for row in read.fetch("dependents", known)} if known and _has_queries(before) else set()
    touched |= {owner for owner in owners if owner >= FIRST_USER_OID}
    return {_DEPENDENT[owner] for owner in owners if owner in _DEPENDENT}


def _has_queries(before: Markers) -> bool:
    """True when some object holds a query: only those tell columns of other relations, and with other aliases then."""
    if any(r.definition or r.rules or r.policies for r in before.relations.values()):
        return True
    routines = (t["definition"] or "" for t, _ in before.things.values() if t.kind in ("function", "procedure"))
    return any("\nAS " not in text for text in routines)  # the body is a query, not a string (prosqlbody)


def _read_relations(
    read: Reader, touched: set[int], relations: dict[int, Relation], columns: dict[int, Names], types: TypeNames
) -> bool:
    """Put the touched relations as they are now; False when one that was there has other names."""
    rows = read.relations(touched, types)
    types.update(rows.types)
    names = assemble.column_names(rows.columns)
    old_names = {oid: columns.pop(oid, {}) for oid in touched}
    columns.update(names)
    found = assemble.relations(rows, columns)
    for oid in touched:
        old, new = relations.pop(oid, None), found.get(oid)
        if _renamed(old_names[oid], names.get(oid, {})) or (old and new and old.qualified != new.qualified):
            return False
        if (old is None) != (new is None) and oid in names and old_names[oid]:
            return False  # it went into an extension, or into a schema that is not read, or came back
        if new is not None:
            relations[oid] = old if old == new else new
    return True


def _read_things(read: Reader, groups: set[str], marked: set[str], things: Known) -> bool:
    """Put the things of some groups as they are now; False when one that was there has other names."""
    found = read.things(" + ".join(sorted(groups)))
    for group in groups:
        catalog = _CATALOG[group]
        old = {key: things.pop(key) for key in list(things) if key[0] == catalog}
        new = {key: value for key, value in found.items() if key[0] == catalog}
        if group in marked and old == new:
            return False  # something changed that is not in the model, such as the name of an extension's function
        if any(_written_elsewhere(old[key], new[key]) for key in old.keys() & new.keys()):
            return False
        things.update((key, old[key] if old.get(key) == value else value) for key, value in new.items())
    return True


def _written_elsewhere(old: tuple[Thing, dict[str, str]], new: tuple[Thing, dict[str, str]]) -> bool:
    """True when this change of a thing can change the text of other objects."""
    if old[0].identity != new[0].identity or _renamed(old[1], new[1]):
        return True
    return old[0].kind in _WRITTEN_ELSEWHERE and old[0] != new[0]


def _renamed(old: Mapping[Any, str], new: Mapping[Any, str]) -> bool:
    return any(new.get(key, name) != name for key, name in old.items())
