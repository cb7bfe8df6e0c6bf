"""A unit: one revision going one way, as the steps that its Proof recorded.

What the proof saw in one transaction stays one transaction: column, default, trigger and constraint that belong together
must never be seen apart (measured: clients that write in between fail). What ran outside of a transaction is a step of
its own, in a transaction with its journal row wherever PostgreSQL allows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Any, Literal

from pgwright.design.batched import Batches, runs
from pgwright.records import Proof
from pgwright.run import form
from pgwright.step import Lock, Observed

Direction = Literal["up", "down"]
UnitKind = Literal["replay", "backfill", "whole"]
StepKind = Literal["transaction", "alone", "backfill", "whole"]
# Modes that no reader or writer of rows waits for (PostgreSQL documentation, table of conflicting lock modes).
QUIET = frozenset({"AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock"})


@dataclass(frozen=True, slots=True)
class RunStep:
    """One step of a unit: what is committed at once."""

    no: int
    kind: StepKind
    messages: tuple[Observed, ...]
    settings: tuple[str, ...] = ()  # session settings that the revision had made before
    batches: Batches | None = None  # what the runner splits by itself; the message is the whole of it

    @property
    def digest(self) -> str:
        """sha256 over what is sent; the journal compares it before it goes on."""
        told = "\0".join(f"{m.message}\1{m.parameters}" for m in self.messages)
        return sha256(f"{self.kind}\0{told}".encode()).hexdigest()

    @property
    def locks(self) -> tuple[Lock, ...]:
        """The locks that the shadow saw, without those on relations that the step itself makes."""
        return tuple(sorted({lock for m in self.messages for lock in m.locks}))

    @property
    def is_quiet(self) -> bool:
        """True when no reader or writer waits for this step: it may wait longer itself."""
        return bool(self.locks) and all(lock.mode in QUIET for lock in self.locks)


@dataclass(frozen=True, slots=True)
class Unit:
    """One revision, one direction, with what its proof says of before and after."""

    revision: str
    direction: Direction
    kind: UnitKind
    steps: tuple[RunStep, ...]
    heads_before: tuple[str, ...]
    heads_after: tuple[str, ...]
    fingerprint_before: str
    fingerprint_after: str
    proof: Proof
    version_table: str  # as the messages name it
    why_whole: str = ""
    literal: Mapping[str, Any] | None = None
    tenant: str = ""  # whose schema it is about, where env.py loops over tenants
    pattern: str = ""  # the tenant of the shadow that it was written after

    @property
    def digest(self) -> str:
        """sha256 over all steps and the version table's new content."""
        told = [self.revision, self.direction, *self.heads_after, *(s.digest for s in self.steps)]
        told += [repr(sorted(self.literal.items()))] if self.literal else []
        return sha256("\0".join(told).encode()).hexdigest()

    @property
    def messages(self) -> tuple[Observed, ...]:
        """Every message that the proof recorded for this direction: what an approval is for."""
        return self.proof.messages_up if self.direction == "up" else self.proof.messages_down

    def number_of(self, message: Observed) -> int:
        """The number of a message in the plan, from 1; equal messages are told apart."""
        return next(no for no, one in enumerate(self.messages, 1) if one is message)

    @property
    def parent(self) -> str:
        """The recorded revisions to go back to, in words."""
        return ", ".join(self.heads_before) or "base"


def steps_of(messages: Sequence[Observed], blocks: Sequence[Batches] = ()) -> tuple[RunStep, ...]:
    """The steps of a replay: one per recorded transaction, one per message outside of any, and one for each of our batches."""
    found: list[RunStep] = []
    settings: list[str] = []
    folded, whole = _folded(messages, blocks)
    for _, group in groupby(_numbered(folded), key=lambda pair: pair[0]):
        together = tuple(message for _, message in group)
        if id(together[0]) in whole:
            found.append(RunStep(len(found) + 1, "backfill", together, tuple(settings), whole[id(together[0])]))
            continue
        kept = tuple(m for m in together if form.kind(m.message) not in ("session", "timeout") and not _is_idle(m))
        inside = [m.message for m in together if form.kind(m.message) == "session"]
        if kept:
            alone = kept[0].transaction is None and form.kind(kept[0].message) in ("alone", "opaque")
            settings_then = (*settings, *inside)
            found.append(RunStep(len(found) + 1, "alone" if alone else "transaction", kept, settings_then))
        settings += inside
    return tuple(found)


def _folded(messages: Sequence[Observed], blocks: Sequence[Batches]) -> tuple[list[Observed], dict[int, Batches]]:
    """The messages without the parts of batches, and which of them are the whole of one."""
    places = runs([m.message for m in messages], blocks) or ()
    parts = {at for first, last, _ in places for at in range(first, last)}
    whole = {id(messages[last]): block for _, last, block in places if messages[last].transaction is None}
    return [m for at, m in enumerate(messages) if at not in parts], whole


def _numbered(messages: Sequence[Observed]) -> list[tuple[tuple[int, int], Observed]]:
    """Each message with the transaction that it belongs to; outside of one, with a number of its own."""
    return [((m.transaction, 0) if m.transaction is not None else (-1, at), m) for at, m in enumerate(messages)]


def _is_idle(message: Observed) -> bool:
    """What the frame around a revision asks: no line of the revision sent it, and it changes nothing."""
    return message.line is None and form.kind(message.message) == "looks"

