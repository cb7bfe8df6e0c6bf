"""One sha256 for a schema: two are equal exactly when `diff` finds nothing that refutes.

Extensions are the exception: they are no part of it, since one that a downgrade left behind refutes nothing.
"""

from __future__ import annotations

from dataclasses import fields
from hashlib import sha256
from typing import Any

from pgwright.schema.diff import BORROWED, REPORTED, WEIGHTS, Ignored, ignored
from pgwright.schema.model import Column, Constraint, Index, Relation, Schema, Thing


def fingerprint(schema: Schema, *, ignore: Ignored = frozenset()) -> str:
    """sha256 of all that refutes when it differs: names count, the order of columns and names of NOT NULL do not."""
    digest = sha256()
    for relation in sorted(schema.relations, key=lambda r: r.qualified):
        if relation.qualified not in ignore:
            digest.update(_digest(relation))
    for thing in sorted(schema.things, key=lambda t: (t.kind, t.identity)):
        if thing.kind not in REPORTED and not ignored(thing, ignore):
            digest.update(_thing(thing))
    return digest.hexdigest()


def _thing(thing: Thing) -> bytes:
    if not thing.digested:
        told = [(name, text) for name, text in thing.properties if text is not None]
        thing.digested.append(repr((thing.kind, thing.identity, sorted(told))).encode())
    return thing.digested[0]


def _digest(relation: Relation) -> bytes:
    """A relation's own sha256, kept with it: snapshots share the relations that did not change."""
    if not relation.digested:
        relation.digested.append(sha256(repr(_told(relation, _RELATION)).encode()).digest())
    return relation.digested[0]


def _names(kind: Any, but: frozenset[str] = frozenset()) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind) if f.name not in WEIGHTS and f.name not in but and f.compare)


_RELATION = _names(Relation)
_INSIDE = {
    Column: _names(Column),
    Constraint: _names(Constraint, BORROWED["constraint"]),
    Index: _names(Index, BORROWED["index"]),
}


def _told(record: Any, names: tuple[str, ...]) -> list[Any]:
    return [_value(getattr(record, name)) for name in names]


def _value(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_value(part) for part in value]
    return _told(value, _INSIDE[type(value)]) if type(value) in _INSIDE else value
