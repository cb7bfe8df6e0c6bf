"""What a program that others back up with has to say: its listing, read and never written, and a way to lay a copy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Ask = Callable[[Sequence[str]], Any]  # runs the program with these words and gives the JSON that it printed
Run = Callable[[Sequence[str]], str]  # runs it and gives what it complained of; empty when it went well


@dataclass(frozen=True, slots=True)
class Listed:
    """One backup as its provider lists it. What the provider does not say is empty."""

    id: str
    taken: str  # when it ended, ISO with its zone
    wrong: str = ""  # why the provider itself does not count it as whole
    identifier: str = ""  # the cluster's system identifier
    major: int = 0
    first: str = ""  # the WAL segment from which a copy is recovered
    archived: str = ""  # the newest WAL segment in the provider's archive
    place: str = ""  # where the provider keeps it, in the provider's words


@dataclass(frozen=True, slots=True)
class Laying:
    """A copy to lay: which backup, into which empty folder, and how long a WAL segment of that cluster is."""

    listed: Listed
    name: str
    folder: Path
    segment: int


Lay = Callable[[Run, Laying], str]  # what it complained of; empty when the copy lies there


@dataclass(frozen=True, slots=True)
class Provider:
    """A program that lists backups. `key` is the setting that says which of its clusters is meant; empty: it has one."""

    name: str
    program: str
    key: str
    read: Callable[[Ask, str], tuple[Listed, ...]]
    lay: Lay | None = None  # None: no copy is laid with it


def moment(seconds: float) -> str:
    """Seconds since 1970 as ISO."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def rows(value: Any) -> list[Any]:
    """The value, which has to be a list. Raises ValueError."""
    if not isinstance(value, list):
        raise ValueError("a list was expected")
    return value
