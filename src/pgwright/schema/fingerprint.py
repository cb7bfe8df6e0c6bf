"""One sha256 over all that `diff` weighs as semantic or name: equal if and only if nothing of that differs.

Extensions are left out: one that a downgrade leaves behind is reported, not refuted.
"""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256

from pgwright.schema.diff import COLUMN, PARTS, RELATION
from pgwright.schema.model import Index, Relation, Schema


def fingerprint(schema: Schema, *, ignore: Collection[str] = frozenset()) -> str:
    """The schema's fingerprint; column order, NOT NULL names and extensions are no part of it."""
    digest = sha256()
    for relation in schema.relations:
        if relation.qualified not in ignore:
            digest.update(_relation(relation).encode())
    for thing in schema.things:
        if thing.kind != "extension":
            digest.update(f"{thing.kind}\0{thing.identity}\0{thing.properties!r}\0".encode())
    return digest.hexdigest()


def _relation(relation: Relation) -> str:
    lines = [relation.qualified, *(repr(getattr(relation, name)) for name in RELATION)]
    for column in sorted(relation.columns, key=lambda c: c.name):
        lines.append(f"{column.name} {[getattr(column, name) for name in COLUMN]!r}")
    for part in PARTS:
        if part != "columns":
            parts = sorted(getattr(relation, part), key=lambda p: p.name)
            lines += [repr(p) for p in parts if not (isinstance(p, Index) and p.constraint is not None)]
    return "\n".join(lines) + "\0"
