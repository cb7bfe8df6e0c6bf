"""From the child's plain values to frozen ones."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

from pgwright.interpreter.results import (
    Compiled,
    Context,
    Direction,
    Failure,
    Here,
    Loaded,
    MappedColumn,
    ModelClass,
    Ran,
    Recorded,
    Refused,
    Relationship,
    Revision,
    Sent,
    Statement,
    Target,
    VersionTable,
    Waiting,
    Writing,
)

T = TypeVar("T")


def plain(target: Target) -> dict[str, Any]:
    """The target as the child expects it."""
    return dataclasses.asdict(target)


def _made(kind: type[T], values: dict[str, Any], **extra: Any) -> T:
    """A dataclass from a dictionary: lists become tuples, unknown keys are left out."""
    names = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    known = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items() if name in names}
    return kind(**{**known, **extra})


def here(reply: dict[str, Any], found_by: str) -> Here:
    return _made(Here, reply, found_by=found_by)


def failure(error: dict[str, Any], output: str) -> Failure:
    return _made(Failure, error, output=output)


def refused(reply: dict[str, Any]) -> tuple[Refused, ...]:
    return tuple(_made(Refused, one) for one in reply.get("refused", ()))


def loaded(reply: dict[str, Any], found: Here) -> Loaded:
    return _made(
        Loaded,
        reply,
        revisions=tuple(_made(Revision, one) for one in reply["revisions"]),
        contexts=tuple(_made(Context, one) for one in reply["contexts"]),
        config=_made(Writing, reply["config"]),
        refused=refused(reply),
        here=found,
    )


def ran(reply: dict[str, Any], error: Failure | None) -> Ran:
    return Ran(
        ok=error is None,
        error=error,
        statements=tuple(_made(Statement, one) for one in reply.get("statements", ())),
        versions=tuple(_made(VersionTable, one) for one in reply.get("versions", ())),
        refused=refused(reply),
        seconds=reply["seconds"],
        cpu_seconds=reply["cpu_seconds"],
    )


def waiting(event: dict[str, Any]) -> Waiting:
    return _made(Waiting, event)


def model(one: dict[str, Any]) -> ModelClass:
    return _made(
        ModelClass,
        one,
        columns=tuple(_made(MappedColumn, column) for column in one["columns"]),
        relationships=tuple(_made(Relationship, each) for each in one["relationships"]),
    )


def compiled(revision: str, direction: Direction, answer: dict[str, Any]) -> Compiled:
    sql = tuple(answer["sql"]) if "sql" in answer else None
    reason, why, route = (str(answer.get(name, "")) for name in ("reason", "why", "route"))
    return Compiled(revision, direction, sql, reason, why, route)


def recorded(revision: str, direction: Direction, answer: dict[str, Any]) -> Recorded:
    stopped = answer["stopped"] or {}
    return Recorded(
        revision,
        direction,
        tuple(_made(Sent, one) for one in answer["sent"]),
        answer["transactional"],
        stopped.get("reason", ""),
        stopped.get("why", ""),
        stopped.get("line"),
        answer["route"],
    )
