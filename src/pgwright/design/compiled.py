"""What Alembic makes of a piece of migration code: the one source of `Step.sql`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects import postgresql

from pgwright.design.native import Native
from pgwright.design.refusals import Unrenderable
from pgwright.step import Phase, Step


@lru_cache(maxsize=1024)
def statements(code: str) -> tuple[str, ...]:
    """The SQL that the code sends, one entry a statement, by running it on an offline context in this process.

    The code is our own, made from typed requests whose text only ever enters it as Python literals.
    """
    context = MigrationContext.configure(
        dialect_name="postgresql",
        dialect_opts={"paramstyle": "named"},  # else % is doubled for a driver that is not there
        opts={"as_sql": True, "transactional_ddl": False},
    )
    sent: list[str] = []
    context.impl.static_output = lambda text: sent.append(text.removesuffix(";"))  # type: ignore[method-assign]
    names: dict[str, Any] = {"op": Operations(context), "sa": sa, "postgresql": postgresql, "Native": Native}
    exec(compile(code, "<step>", "exec"), names)  # noqa: S102
    return tuple(sent)


def step(
    code: str,
    phase: Phase,
    *,
    undo: tuple[Step, ...] | str | None = (),
    transactional: bool = True,
) -> Step:
    """A step whose SQL is what Alembic makes of `code`; an undo given as code becomes one step of the same kind."""
    if isinstance(undo, str):
        undo = (step(undo, phase, transactional=transactional),)
    sent = statements(code)
    if len(sent) != 1:
        raise Unrenderable(what=code, problem=f"{len(sent)} statements instead of one")
    return Step(code=code, sql=sent[0], phase=phase, undo=undo, transactional=transactional)
