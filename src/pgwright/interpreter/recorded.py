"""What the child says about itself and about revisions that it rendered: all that `check` needs, light to import."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

Direction = Literal["up", "down"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Here:
    """The user's interpreter, and which layers keep its code from the network (DESIGN.md, "nothing leaves")."""

    python: str
    executable: str
    alembic: str
    sqlalchemy: str
    layers: tuple[str, ...]
    found_by: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that the user's code tried to reach and was kept from, swallowed by its own `except` or not."""

    kind: Literal["socket", "name", "program", "libpq"]
    what: str
    where: str | None = None  # "file:line" in the user's code


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call failed. `exception` is the root cause; `file` and `line` the deepest place in the user's code."""

    exception: str
    message: str
    code: str | None = None  # "env", "revisions", or None: a step failed
    sqlstate: str | None = None
    detail: str | None = None
    statement: str | None = None
    file: str | None = None
    line: int | None = None
    revision: str | None = None  # the revision whose file that is
    raised_there: bool = False  # by a `raise` on that very line, not by a library it called
    trace: str = ""
    output: str = ""  # the end of what the user's code printed and logged
    missing: tuple[str, ...] = ()  # settings that the code seems to want


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that a revision would send; `operation` is Alembic's class behind it (`AddColumnOp`), if any."""

    sql: str
    file: str | None
    line: int | None
    operation: str | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a direction of a revision would send. With a `reason` it stopped there, and what it sent before is all.

    `BEGIN` and `COMMIT` messages mark autocommit blocks; the first message is inside a transaction if `transactional`.
    """

    revision: str
    direction: Direction
    sent: tuple[Sent, ...]
    transactional: bool = True
    reason: str = ""  # "reads-data", "raises" or "cannot-import"
    why: str = ""
    line: int | None = None
    route: str = "env.py"


@dataclass(frozen=True, slots=True)
class Rendered:
    """Many recordings, the project's files that were imported for them, and what the guard refused on the way."""

    recorded: tuple[Recorded, ...]
    imported: tuple[str, ...]
    refused: tuple[Refused, ...] = ()


def made(kind: type[T], values: dict[str, Any], **extra: Any) -> T:
    """A dataclass from a dictionary: lists become tuples, unknown keys are left out."""
    names = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    known = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items() if name in names}
    return kind(**{**known, **extra})


def here(reply: dict[str, Any], found_by: str) -> Here:
    return made(Here, reply, found_by=found_by)


def failure(error: dict[str, Any], output: str) -> Failure:
    return made(Failure, error, output=output)


def refused(reply: dict[str, Any]) -> tuple[Refused, ...]:
    return tuple(made(Refused, one) for one in reply.get("refused", ()))


def recorded(revision: str, direction: Direction, answer: dict[str, Any]) -> Recorded:
    stopped = answer["stopped"] or {}
    return Recorded(
        revision,
        direction,
        tuple(Sent(one["sql"], one["file"], one["line"], one["operation"]) for one in answer["sent"]),
        answer["transactional"],
        stopped.get("reason", ""),
        stopped.get("why", ""),
        stopped.get("line"),
        answer["route"],
    )
