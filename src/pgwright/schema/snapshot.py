"""What a capture hands out: the schema, and the markers from which the next capture goes on."""

from __future__ import annotations

from dataclasses import dataclass, field

from pgwright.schema.assemble import Names, Row, TypeNames
from pgwright.schema.model import Relation, Schema, Thing

Known = dict[tuple[int, int], tuple[Thing, dict[str, str]]]  # by catalog and oid, with the names inside (enum labels)


@dataclass(frozen=True, slots=True)
class Markers:
    """What the next capture compares with, by oid. Nothing in here is for other rooms."""

    owners: dict[int, Row]
    relations: dict[int, Relation]
    columns: dict[int, Names]
    things: Known
    types: TypeNames = field(compare=False)  # also of columns that are gone


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was in a database at one moment."""

    schema: Schema
    markers: Markers


def snapshot(version: int, markers: Markers) -> Snapshot:
    """The snapshot of these parts, in name order."""
    relations = sorted(markers.relations.values(), key=lambda r: (r.schema, r.name))
    things = sorted((t for t, _ in markers.things.values()), key=lambda t: (t.kind, t.identity))
    return Snapshot(Schema(tuple(relations), tuple(things), version), markers)
