"""From the child's plain values to frozen ones."""

from __future__ import annotations

from typing import Any

from pgwright.interpreter.recorded import Direction, Failure, Here, made, refused
from pgwright.interpreter.results import (
    Compiled,
    Context,
    Entity,
    Loaded,
    MappedColumn,
    ModelClass,
    Ran,
    Relationship,
    Revision,
    Statement,
    VersionTable,
    Waiting,
    Writing,
)


def loaded(reply: dict[str, Any], found: Here) -> Loaded:
    return made(
        Loaded,
        reply,
        revisions=tuple(made(Revision, one) for one in reply["revisions"]),
        contexts=tuple(made(Context, one) for one in reply["contexts"]),
        config=made(Writing, reply["config"]),
        refused=refused(reply),
        here=found,
    )


def ran(reply: dict[str, Any], error: Failure | None) -> Ran:
    return Ran(
        ok=error is None,
        error=error,
        statements=tuple(made(Statement, one) for one in reply.get("statements", ())),
        versions=tuple(made(VersionTable, one) for one in reply.get("versions", ())),
        refused=refused(reply),
        seconds=reply["seconds"],
        cpu_seconds=reply["cpu_seconds"],
    )


def waiting(event: dict[str, Any]) -> Waiting:
    return made(Waiting, event)


def model(one: dict[str, Any]) -> ModelClass:
    return made(
        ModelClass,
        one,
        columns=tuple(made(MappedColumn, column) for column in one["columns"]),
        relationships=tuple(made(Relationship, each) for each in one["relationships"]),
    )


def entity(one: dict[str, Any]) -> Entity:
    return made(Entity, one)


def compiled(revision: str, direction: Direction, answer: dict[str, Any]) -> Compiled:
    sql = tuple(answer["sql"]) if "sql" in answer else None
    reason, why, route = (str(answer.get(name, "")) for name in ("reason", "why", "route"))
    return Compiled(revision, direction, sql, reason, why, route)
