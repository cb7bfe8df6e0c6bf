"""Acts on tables, their columns, constraints, indexes and partitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pgwright.hazards.acts.parts import Act, Column, Constraint, Expression, Index, Type


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CreateTable(Act):
    table: str
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    if_not_exists: bool = False
    temporary: bool = False
    unlogged: bool = False
    partition_of: str | None = None
    partition_default: bool = False  # the DEFAULT partition
    partition_key: tuple[str, ...] = ()
    inherits: tuple[str, ...] = ()
    like: tuple[str, ...] = ()
    from_query: bool = False  # CREATE TABLE AS


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AddColumn(Act):
    table: str
    column: Column
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DropColumn(Act):
    table: str
    column: str
    cascade: bool = False
    if_exists: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AlterType(Act):
    table: str
    column: str
    type: Type
    using: Expression | None = None
    collation: str | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SetNotNull(Act):
    table: str
    column: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DropNotNull(Act):
    table: str
    column: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SetDefault(Act):
    """`default` is None for DROP DEFAULT."""

    table: str
    column: str
    default: Expression | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SetIdentity(Act):
    """ADD GENERATED, SET GENERATED, and DROP IDENTITY ("")."""

    table: str
    column: str
    identity: str
    added: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SetGenerated(Act):
    """SET EXPRESSION of a generated column; `expression` is None for DROP EXPRESSION."""

    table: str
    column: str
    expression: Expression | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AddConstraint(Act):
    table: str
    constraint: Constraint


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ValidateConstraint(Act):
    table: str
    name: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DropConstraint(Act):
    table: str
    name: str
    cascade: bool = False
    if_exists: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CreateIndex(Act):
    index: Index
    concurrently: bool = False
    if_not_exists: bool = False
    only: bool = False  # ON ONLY: the parent of partitions alone

    @property
    def table(self) -> str:
        return self.index.table


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Reindex(Act):
    kind: str  # "index" | "table" | "schema" | "database" | "system"
    name: str
    concurrently: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AttachPartition(Act):
    table: str
    partition: str
    default: bool = False
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DetachPartition(Act):
    table: str
    partition: str
    concurrently: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AttachIndex(Act):
    index: str
    partition: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Rewrite(Act):
    """A statement that writes the relation anew whatever is in it: `how` is "vacuum full", "cluster", "set unlogged", ..."""

    table: str
    how: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AlterTable(Act):
    """Any other ALTER TABLE command: `what` is PostgreSQL's own name of it, e.g. `AT_ReplicaIdentity`, `AT_SetStatistics`."""

    table: str
    what: str
    name: str = ""
    node: Any = None
