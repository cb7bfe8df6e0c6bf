"""A Draft: one revision before it has an id, and the surroundings that a recipe draws it in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from textwrap import fill
from typing import Any

from pgwright.schema.model import Relation, Schema
from pgwright.step import Phase, Step


@dataclass(frozen=True, slots=True)
class Style:
    """How the project writes its revisions."""

    naming_convention: Mapping[str, str] = field(default_factory=dict)  # MetaData.naming_convention, texts only
    batch: bool = False  # render_as_batch: the project also runs SQLite
    revision_ids: tuple[str, ...] = ()  # the project's latest ids, newest last
    version_width: int = 32  # of alembic_version.version_num, as the target has it


@dataclass(frozen=True, slots=True)
class Limits:
    """What one change may be."""

    backfill_pages: int = 100  # of 8 kB in one batch: some thousand rows, tens of milliseconds
    steps: int = 20  # more than that is flagged for review


@dataclass(frozen=True, slots=True)
class Validation:
    """A query that returns one count, which must be 0, and what it counts."""

    label: str
    sql: str


@dataclass(frozen=True, slots=True)
class Draft:
    """One revision: one phase, its steps, and how to see that it worked."""

    phase: Phase
    subject: str
    steps: tuple[Step, ...]
    why: str = ""
    change: str = ""  # kind of the request that it comes from
    locks: tuple[str, ...] = ()
    validations: tuple[Validation, ...] = ()
    notes: tuple[str, ...] = ()
    backfill: Mapping[str, Any] | None = None  # table, set, where, key
    alone: bool = False  # its request's revisions come after all others, not between them
    keeps: tuple[str, ...] = ()  # names that it takes in the attic
    joins: str = ""  # drafts of equal phase and equal, filled `joins` become one revision

    @property
    def validation(self) -> tuple[str, ...]:
        """SQL, each returning one row with one count that must be 0."""
        return tuple(v.sql for v in self.validations)

    @property
    def literal(self) -> dict[str, Any]:
        """The one literal `pgwright = {...}` of the revision."""
        return {"change": self.change, "phase": self.phase, **(self.backfill or {}), "validate": list(self.validation)}

    @property
    def message(self) -> str:
        """The docstring: subject, why, phase, locks, validation and notes; safe between triple quotes."""
        parts = [self.subject]
        if self.why:
            parts.append(_wrapped(self.why))
        lines = [f"Phase: {self.phase}"]
        lines += [_wrapped(f"Locks: {'; '.join(self.locks)}", "       ")] if self.locks else []
        parts.append("\n".join(lines))
        if self.validations:
            checks = [f"  -- {v.label}\n  {v.sql}" for v in self.validations]
            parts.append("\n".join(["Validation: each count must be 0", *checks]))
        if self.notes:
            parts.append("\n".join(["Notes:", *(_wrapped(f"- {n}", "  ") for n in self.notes)]))
        return "\n\n".join(parts).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def _wrapped(text: str, later: str = "") -> str:
    return fill(text, 88, subsequent_indent=later, break_long_words=False, break_on_hyphens=False)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a recipe may look at: the database as it will be when this request's turn comes, and the project's ways."""

    database: Schema
    version: int  # server_version_num
    style: Style = Style()
    limits: Limits = Limits()
    new_tables: frozenset[str] = frozenset()  # created in the same change: empty, and nobody uses them yet
    started: Schema = field(default_factory=Schema)  # the database before the change
    kept: frozenset[str] = frozenset()  # names that are taken in the attic; no schema model has them

    @property
    def major(self) -> int:
        """18 for PostgreSQL 18.x."""
        return self.version // 10000

    def table(self, name: str, schema: str | None) -> Relation:
        """The table; the plan has refused unknown ones before any recipe runs."""
        found = self.database.relation(key(name, schema))
        if found is None:
            raise LookupError(name)
        return found

    def is_new(self, name: str, schema: str | None) -> bool:
        """True when the table is created in the same change."""
        return key(name, schema) in self.new_tables

    def seeing(self, database: Schema) -> Surroundings:
        """The same, one request later."""
        return replace(self, database=database)

    def keeping(self, drafts: Iterable[Draft]) -> Surroundings:
        """The same, with what these drafts take in the attic."""
        return replace(self, kept=self.kept.union(*(d.keeps for d in drafts)))


def key(name: str, schema: str | None) -> str:
    """The identity of a relation in the schema model; without a schema it is `public`."""
    return f"{schema or 'public'}.{name}"
