"""Which properties make two objects the same: the one list behind both the difference and the fingerprint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from pgwright.schema.model import Column, Constraint, Index, Policy, Relation, Rule, Trigger

Part = Column | Constraint | Index | Trigger | Policy | Rule

# Parts of a relation: the attribute that holds them, and what one of them is called.
PARTS = {
    "columns": "column",
    "constraints": "constraint",
    "indexes": "index",
    "triggers": "trigger",
    "policies": "policy",
    "rules": "rule",
}

# Position is order only; PostgreSQL 18 makes up NOT NULL names; kind and plain name of the type follow from the type.
_NOT_COMPARED = {Column: {"position", "not_null_name", "type_kind", "type_oid_name"}, Relation: set(PARTS)}

COMPARED: dict[type, tuple[str, ...]] = {
    cls: tuple(f.name for f in fields(cls) if f.name not in {"name", "schema", *_NOT_COMPARED.get(cls, ())})
    for cls in (Relation, Column, Constraint, Index, Trigger, Policy, Rule)
}


def parts(relation: Relation, attribute: str) -> Iterable[Part]:
    """The parts of one kind, in name order."""
    found: Iterable[Part] = getattr(relation, attribute)
    return found
