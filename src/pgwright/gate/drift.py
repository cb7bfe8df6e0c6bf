"""A database against what its recorded revisions make and what the models say: each difference under its likely story.

Reading only, and nothing is repaired: what would bring the two together is a new revision, proven and approved as any.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pgwright.records import Proof
from pgwright.schema.diff import describe, diff
from pgwright.schema.fingerprint import fingerprint
from pgwright.schema.model import Column, Constraint, Difference, Relation, Schema

Ignored = frozenset[str]
LIKELY = {
    "stamped-but-absent": "the database was stamped without running the revision, or comes from an older backup",
    "made-outside": "it was made by hand or by another tool; no revision here makes it",
    "ghost-column": "a revision made it and was deleted afterwards; a NOT NULL column that nobody fills refuses every INSERT",
    "missing-foreign-key": "it was dropped by hand, or a restore went on after errors",
    "check-differs": "the constraint was changed by hand, or by a revision that was edited after it ran",
    "differs": "it was changed by hand, or by a revision that was edited after it ran",
    "never-migrated": "the model was written and its revision was not",
    "ahead-of-stamp": "the backup or the stamp is older than the schema: alembic would run again what is there already",
}


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference and the story that it tells."""

    story: str
    object: str
    identity: str
    message: str
    likely: str


def drift(
    expected: Schema, actual: Schema, models: Schema | None = None, *, ignore: Ignored = frozenset()
) -> tuple[Drift, ...]:
    """Three ways: what the recorded revisions make, what is there, and (with `models`) what the application expects."""
    found = [
        _told(_story(one, expected, actual), one, describe(one))
        for one in diff(expected, actual, ignore=ignore)
        if one.refutes
    ]
    if models is not None:
        found += [
            _told("never-migrated", one, f"the models have {one.object} {one.identity}, and no revision makes it")
            for one in diff(expected, models, ignore=ignore)
            if one.kind == "extra" and one.object in ("table", "partitioned table", "column")
        ]
    return tuple(found)


def stands_at(actual: Schema, proofs: Sequence[Proof]) -> tuple[str, ...]:
    """The revisions after which a proof saw exactly this schema, whatever the database's stamp says."""
    seen = fingerprint(actual)
    return tuple(one.revision for one in proofs if one.fingerprint_after == seen)


def stamp_drift(stamp: str, actual: Schema, proofs: Sequence[Proof]) -> Iterator[Drift]:
    """A database whose schema is that of another revision than the one it says."""
    found = stands_at(actual, proofs)
    if found and stamp not in found:
        message = f"the database says {stamp}, and its schema is the one after {', '.join(found)}"
        yield Drift("ahead-of-stamp", "revision", stamp, message, LIKELY["ahead-of-stamp"])


def _told(story: str, one: Difference, message: str) -> Drift:
    return Drift(story, one.object, one.identity, message, LIKELY[story])


def _story(one: Difference, expected: Schema, actual: Schema) -> str:
    if one.object == "constraint":
        part = _constraint(expected if one.kind != "extra" else actual, one.identity)
        if part is not None and part.kind == "foreign key" and one.kind == "missing":
            return "missing-foreign-key"
        if part is not None and part.kind == "check":
            return "check-differs"
    if one.kind == "missing":
        return "stamped-but-absent"
    if one.kind == "extra":
        column = _column(actual, one.identity) if one.object == "column" else None
        return "ghost-column" if column is not None and column.not_null and column.default is None else "made-outside"
    return "differs"


def _relation(schema: Schema, identity: str) -> tuple[Relation | None, str]:
    """The relation of a part, and the part's own name; names may hold dots."""
    for one in schema.relations:
        if identity.startswith(f"{one.qualified}."):
            return one, identity[len(one.qualified) + 1 :]
    return None, ""


def _constraint(schema: Schema, identity: str) -> Constraint | None:
    relation, name = _relation(schema, identity)
    return next((one for one in relation.constraints if one.name == name), None) if relation else None


def _column(schema: Schema, identity: str) -> Column | None:
    relation, name = _relation(schema, identity)
    return next((one for one in relation.columns if one.name == name), None) if relation else None
