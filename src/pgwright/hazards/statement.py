"""A statement where a migration sends it, and the script it stands in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeVar

from pgwright.hazards.acts import Act
from pgwright.hazards.checked import Read

A = TypeVar("A", bound=Act)
Phase = Literal["upgrade", "downgrade"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One command. Two with the same `transaction` stand in one; None is autocommit.

    `message` counts the messages to the server: commands with the same number were sent as one text.
    """

    text: str
    acts: tuple[Act, ...]
    position: int  # in its script, from 0
    transaction: int | None
    message: int = 0
    phase: Phase = "upgrade"
    revision: str | None = None
    file: str | None = None
    line: int | None = None
    operation: str | None = None  # Alembic's class behind it, e.g. "AddColumnOp"

    def of(self, kind: type[A]) -> Iterator[A]:
        """Its acts of that kind."""
        return iter([act for act in self.acts if isinstance(act, kind)])


@dataclass(frozen=True, slots=True)
class Script:
    """One direction of a revision, or one SQL file: its statements in order, and whether that is all of them."""

    statements: tuple[Statement, ...]
    phase: Phase = "upgrade"
    revision: str | None = None
    file: str | None = None
    read: Read = "full"
    reason: str = ""  # why it could not be read to the end
    line: int | None = None  # where it stopped
    raises: str = ""  # what it raises by itself, at `line`: a downgrade that refuses on purpose is read in full
    unparsable: tuple[Broken, ...] = ()

    def after(self, statement: Statement) -> tuple[Statement, ...]:
        """The statements behind it."""
        return self.statements[statement.position + 1 :]

    def in_transaction_of(self, statement: Statement) -> tuple[Statement, ...]:
        """Every statement of the same transaction, itself included; only itself in autocommit."""
        if statement.transaction is None:
            return (statement,)
        return tuple(one for one in self.statements if one.transaction == statement.transaction)


@dataclass(frozen=True, slots=True)
class Broken:
    """A piece of SQL that is none."""

    text: str
    why: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Revision:
    """Both directions of a revision with the file they come from. A SQL file has no way down, or its own."""

    upgrade: Script
    downgrade: Script | None
    revision: str | None = None
    file: str | None = None
    source: str = ""  # the text of the file
    parents: tuple[str, ...] = ()

    @property
    def scripts(self) -> tuple[Script, ...]:
        """Upgrade, then downgrade if there is one."""
        return (self.upgrade,) if self.downgrade is None else (self.upgrade, self.downgrade)
