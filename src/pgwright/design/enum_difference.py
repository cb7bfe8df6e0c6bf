"""Enum types of the models against those of the database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from pgwright.design.requests.base import Request
from pgwright.design.requests.enum import AddEnumValue, CreateEnum, RemoveEnumValue
from pgwright.schema.model import Schema


@dataclass(frozen=True, slots=True)
class Unplanned:
    """A difference that no recipe takes up, in words that a person can act on."""

    identity: str
    what: str


def enums(database: Schema, models: Schema) -> Iterator[Request | Unplanned]:
    """Types that came, and labels that came or went. A type that went is kept: who else uses it is not known."""
    there = {t.identity: t for t in database.of_kind("enum")}
    for thing in models.of_kind("enum"):
        if thing.identity not in there:
            schema, _, name = thing.identity.rpartition(".")
            yield CreateEnum(name, _labels(thing["labels"]), None if schema in ("", "public") else schema)
        elif thing["labels"] != there[thing.identity]["labels"]:
            yield from _relabelled(thing.identity, _labels(there[thing.identity]["labels"]), _labels(thing["labels"]))


def _relabelled(identity: str, old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[Request | Unplanned]:
    """Labels that came and went; another order of those that stay is nothing that PostgreSQL can do."""
    schema, _, name = identity.rpartition(".")
    where = None if schema in ("", "public") else schema
    if [label for label in old if label in new] != [label for label in new if label in old]:
        yield Unplanned(identity, f"enum labels {json.dumps(old)} -> {json.dumps(new)}: their order changes")
        return
    for number, label in enumerate(new):
        if label not in old:
            place = {"after": new[number - 1]} if number else {"before": old[0]}
            yield AddEnumValue(name, label, **place, schema=where)
    for label in old:
        if label not in new:
            yield RemoveEnumValue(name, label, schema=where)


def _labels(text: str | None) -> tuple[str, ...]:
    return tuple(json.loads(text or "[]"))
