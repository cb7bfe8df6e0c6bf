"""One sha256 for a schema: two are equal exactly when `diff` finds nothing that refutes.

Extensions are the exception: they are no part of it, since one that a downgrade left behind refutes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from hashlib import sha256
from operator import attrgetter
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
        relation.digested.append(sha256(repr(_told(_RELATION(relation))).encode()).digest())
    return relation.digested[0]


def _values(kind: Any, but: frozenset[str] = frozenset()) -> Callable[[Any], tuple[Any, ...]]:
    """A function that gives the values of a record's fields, but for those that do not count."""
    return attrgetter(*(f.name for f in fields(kind) if f.name not in WEIGHTS and f.name not in but and f.compare))


_RELATION = _values(Relation)
_INSIDE = {
    Column: _values(Column),
    Constraint: _values(Constraint, BORROWED["constraint"]),
    Index: _values(Index, BORROWED["index"]),
}


def _told(values: tuple[Any, ...]) -> list[Any]:
    """The values as lists; a record that is only in part what it stands for becomes the list of the values that count."""
    return [
        _told(value) if (kind := value.__class__) is tuple else _told(_INSIDE[kind](value)) if kind in _INSIDE else value
        for value in values
    ]
