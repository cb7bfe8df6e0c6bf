"""An enum type that a table in the attic is of: it can be made anew and taken away all the same.

Which types the attic uses is known only when a revision runs, so the server is asked there, in a DO block.

noted, followed   the type is made anew under its name: the attic's columns follow it, in the same transaction. No row there
                  has a label that came after it was dropped, so every value fits; one that does not refuses the way back
away, back        the type goes: while only the attic uses it, it goes into the attic itself, and comes back from there.
                  It stays the same type, so that the table's own way back finds it as it left it
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from pgwright.design import names
from pgwright.design.attic import SCHEMA
from pgwright.design.compiled import step
from pgwright.design.draft import Surroundings
from pgwright.design.source import execute, qualified, quoted, sql_string
from pgwright.step import Phase, Step

_NAME = re.compile(r"^-- (\w+):.*\n", re.M)


@cache
def _blocks() -> Mapping[str, str]:
    """By name, each on one line: values are put in afterwards, and keep their blanks."""
    text = (files("pgwright.design") / "sql" / "attic_type.sql").read_text(encoding="utf-8")
    parts = _NAME.split(text)
    return {name: " ".join(body.split()) for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def _block(named: str, phase: Phase, said: str, /, **parts: str) -> Step:
    return step(f"# {said}\n" + execute(f"DO {sql_string(_blocks()[named].format(**parts))}"), phase)


def noted(type_: str, phase: Phase) -> Step:
    """Before the type gives its name away. `type_` is SQL."""
    return _block(
        "noted", phase, "How tables in the attic follow the type, should any be of it.", literal=sql_string(type_)
    )


def followed(phase: Phase) -> Step:
    """After another type has taken the name."""
    return _block("followed", phase, "Those in the attic.")


@dataclass(frozen=True, slots=True)
class Leaving:
    """A type on its way out."""

    name: str
    schema: str | None
    kept: str  # what it is called in the attic
    create: str  # CREATE TYPE, as SQL: the way back when the attic did not need it

    @property
    def sql(self) -> str:
        """The type as SQL."""
        return qualified(self.schema, self.name)

    def away(self, phase: Phase, *after: Step) -> Step:
        """Out of sight, with the way back; `after` ends that."""
        here, there = qualified(self.schema, self.kept), qualified(SCHEMA, self.kept)
        parts = {
            "type": self.sql,
            "literal": sql_string(self.sql),
            "name": quoted(self.name),
            "home": quoted(self.schema or "public"),
            "kept": quoted(self.kept),
            "here": here,
            "there": there,
            "there_literal": sql_string(there),
            "taken": sql_string(f"{there} is kept from another change: drop it with what is of it, or keep this type"),
            "create": self.create,
        }
        back = _block("back", phase, "Out of the attic, if it went there.", **parts)
        gone = _block("away", phase, "Into the attic, while only tables there are of it.", **parts)
        return replace(gone, undo=(back, *after))


def leaving(on: Surroundings, name: str, schema: str | None, label: str, create: str) -> Leaving:
    """The type without whose label another takes its name; in the attic that label tells it from others."""
    home = "" if schema in (None, "public") else f"{schema}_"
    return Leaving(name, schema, names.free(f"attic_type_{home}{name}_{label}", on.kept), create)
