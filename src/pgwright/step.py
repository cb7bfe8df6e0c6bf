"""A Step: one message to the server, with its way back, and what is known about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal

Phase = Literal["expand", "backfill", "enforce", "switch", "contract"]
Severity = Literal["error", "warning", "info"]
Confidence = Literal["measured", "read"]


@dataclass(frozen=True, slots=True, order=True)
class Lock:
    """A lock mode that the statement took on a relation, both as `pg_locks` names them (`public.orders`, `ShareLock`)."""

    relation: str
    mode: str


@dataclass(frozen=True, slots=True, order=True)
class Rows:
    """Rows that the statement read from and wrote to one relation (pg_stat_xact_all_tables, deltas)."""

    relation: str
    read: int
    written: int


@dataclass(frozen=True, slots=True)
class Observed:
    """What a real server did with a step.

    `message` is the protocol message as the server logged it; `parameters` the bound values, if any, as logged.
    `duration` is in seconds, on a shadow without fsync: an order of magnitude, never a production figure.
    """

    message: str
    parameters: str = ""
    duration: float = 0.0
    locks: tuple[Lock, ...] = ()
    rewrites: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    rows: tuple[Rows, ...] = ()
    transaction: int | None = None  # ordinal of the transaction within its run; None: autocommit
    line: int | None = None  # line of the revision file that sent it, where that is known
    notice: str = ""  # what the server remarked ("... does not exist, skipping")
    error: str = ""  # SQLSTATE, when the server refused it

    def held(self, mode: str, relation: str) -> bool:
        """True when this very statement was seen to take `mode` on `relation`."""
        return Lock(relation, mode) in self.locks


@dataclass(frozen=True, slots=True)
class Step:
    """One statement of a change, with its way back.

    `code` is the Alembic source that sends it and `sql` the text that Alembic makes of it (what was planned).
    What is sealed and signed is `observed.message`, as the server received it: drivers rewrite text, and one message
    may carry several commands.
    """

    code: str
    sql: str
    phase: Phase
    undo: tuple[Step, ...] | None = ()  # None: what it destroys cannot be rebuilt from the schema alone
    transactional: bool = True  # False: CREATE INDEX CONCURRENTLY and its kin
    observed: Observed | None = None  # measured on the shadow; None until then

    @property
    def digest(self) -> str:
        """sha256 of the message, the unit that approvals speak about. Raises ValueError on a step not yet measured."""
        if self.observed is None:
            raise ValueError("only a measured step has a digest")
        return sha256(f"{self.observed.message}\0{self.observed.parameters}".encode()).hexdigest()

    def measured(self, observed: Observed) -> Step:
        """The same step with what the server did."""
        return replace(self, observed=observed)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that could go wrong, or did: one shape for reading, proof and report (DESIGN.md, conventions)."""

    rule: str
    code: str
    severity: Severity
    confidence: Confidence
    message: str
    why: str = ""
    instead: str = ""
    revision: str | None = None
    phase: Literal["upgrade", "downgrade"] | None = None
    file: str | None = None
    line: int | None = None
    statement: str | None = None
