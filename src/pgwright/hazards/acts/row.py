"""Acts on rows, settings and transactions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pgwright.hazards.acts.parts import Act, Expression


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Insert(Act):
    table: str
    columns: tuple[str, ...] = ()
    values: tuple[tuple[str, ...], ...] = ()  # literals as text, row by row; empty for INSERT ... SELECT
    reads: tuple[str, ...] = ()
    on_conflict: tuple[str, ...] = ()  # columns of the conflict target
    functions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Update(Act):
    table: str
    columns: tuple[str, ...]
    where: Expression | None = None
    reads: tuple[str, ...] = ()
    limited: bool = False  # by a LIMIT somewhere in it: a batch
    values: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Delete(Act):
    table: str
    where: Expression | None = None
    reads: tuple[str, ...] = ()
    limited: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Truncate(Act):
    table: str
    cascade: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Copy(Act):
    table: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LockTable(Act):
    table: str
    mode: str  # as pg_locks names it: AccessExclusiveLock


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Select(Act):
    """A query, DO block's inside not included: the functions it calls and the relations it reads."""

    functions: tuple[str, ...]
    reads: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DoBlock(Act):
    body: str
    language: str = "plpgsql"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Set(Act):
    """SET and RESET; `value` is None for RESET and DEFAULT."""

    name: str
    value: str | None
    local: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Transaction(Act):
    """BEGIN, COMMIT, ROLLBACK, SAVEPOINT, ... in lower case; PREPARE TRANSACTION too."""

    what: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Maintain(Act):
    """VACUUM, ANALYZE, CHECKPOINT, ALTER SYSTEM, CREATE DATABASE and their kin: `what` in lower case."""

    what: str
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Other(Act):
    """Anything else; `kind` is PostgreSQL's node name (`comment_stmt`, `create_stats_stmt`, ...)."""

    kind: str
    node: Any = None
