"""Pieces that several acts are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

ConstraintKind = Literal["primary key", "unique", "foreign key", "check", "exclusion", "not null"]
RelationKind = Literal["table", "view", "materialized view", "foreign table", "sequence", "index"]


class Value:
    """Compared, hashed and printed by its fields, as a dataclass does it; with methods of its own for each of sixty classes,
    loading them would take twice as long, and a check is over in half a second.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return self.__class__ is other.__class__ and _facts(self) == _facts(other)

    def __hash__(self) -> int:
        return hash((self.__class__, _facts(self)))

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)  # type: ignore[attr-defined]
        return f"{self.__class__.__qualname__}({told})"


def _facts(one: Any) -> tuple[object, ...]:
    return tuple([getattr(one, name) for name in one.__match_args__])


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Type(Value):
    """A type as PostgreSQL names it inside: `int4`, `varchar`, `timestamptz`, or the user's own name."""

    name: str
    modifiers: tuple[int, ...] = ()
    array: bool = False

    def __str__(self) -> str:
        modifiers = f"({', '.join(map(str, self.modifiers))})" if self.modifiers else ""
        return f"{self.name}{modifiers}{'[]' if self.array else ''}"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Expression(Value):
    """An expression: its text, the columns and functions it names, the columns that it proves to be not null."""

    text: str
    columns: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    not_null: frozenset[str] = frozenset()
    is_constant: bool = False
    is_null: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Constraint(Value):
    """A constraint as written; `validated` is False for NOT VALID."""

    kind: ConstraintKind
    name: str | None = None
    columns: tuple[str, ...] = ()
    validated: bool = True
    enforced: bool = True
    expression: Expression | None = None  # of a CHECK
    references: str | None = None
    referenced: tuple[str, ...] = ()
    on_delete: str = ""  # "cascade", "set null", "set default", "restrict" or nothing
    using_index: str | None = None
    deferrable: bool = False
    deferred: bool = False  # INITIALLY DEFERRED
    nulls_not_distinct: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Column(Value):
    """A column as written. A serial has its integer type, `serial`, and no default."""

    name: str
    type: Type
    not_null: bool = False
    default: Expression | None = None
    serial: bool = False
    identity: str = ""  # "always" | "by default"
    generated: str = ""  # "stored" | "virtual"
    collation: str | None = None
    constraints: tuple[Constraint, ...] = ()  # written beside the column: REFERENCES, UNIQUE, CHECK, PRIMARY KEY


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Index(Value):
    """An index; `keys` holds column names, and for expressions their text."""

    name: str | None
    table: str
    keys: tuple[str, ...] = ()
    unique: bool = False
    method: str = "btree"
    predicate: Expression | None = None
    expressions: tuple[Expression, ...] = ()
    include: tuple[str, ...] = ()
    nulls_not_distinct: bool = False
    marks: tuple[str, ...] = ()  # of each key, where one has any: operator class, collation, DESC, NULLS FIRST


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Act(Value):
    """Anything that a statement does."""
