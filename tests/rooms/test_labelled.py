"""The labelled cases of the bench: enough of them, named once, and each does on a real server what its label says."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from pgwright.shadow.server import Server

BENCH = Path(__file__).parents[2] / "bench"


def _cases() -> list[Any]:
    spec = importlib.util.spec_from_file_location("labelled_cases", BENCH / "labelled_cases.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    cases: list[Any] = module.load()
    return cases


CASES = _cases()
RUN = [one for one in CASES if not one.unrun]
EVERY = 12  # of these is tried in each run of the suite; all with --slow


def test_there_are_enough_and_enough_of_them_are_safe() -> None:
    assert len(CASES) >= 150
    assert len({(one.topic, one.name) for one in CASES}) == len(CASES)
    assert sum(one.is_safe for one in CASES) >= 0.4 * len(CASES)
    assert {one.form for one in CASES} == {"alembic", "sql"}
    assert not [one.name for one in CASES if one.is_safe and (one.blocking or one.fails)]


@pytest.mark.parametrize(
    "case",
    [pytest.param(one, id=f"{one.topic}: {one.name}", marks=[] if at % EVERY == 0 else [pytest.mark.slow])
     for at, one in enumerate(RUN)],
)  # fmt: skip
def test_a_case_runs_unless_its_label_says_that_it_fails(case: Any, server: Server, database: str) -> None:
    with server.connect(database) as conn:
        conn.execute(case.before.encode())
    if case.major < server.major and case.expect == ("unsupported-on-version",):
        return  # this server can; the older one that the case is for is tried by the rule's own test
    if case.form == "sql":
        error = _psql(server, database, case.text)
    else:
        error = next(_steps(server, database, case, ("up",)), "")
        if not case.fails and not error and case.is_safe:
            error = next(_steps(server, database, case, ("down", "up")), "")
    assert bool(error) is case.fails, error


def _psql(server: Server, database: str, text: str) -> str:
    """Statement by statement, as psql does; the error that ends it."""
    from pgwright.hazards.reading import commands

    with server.connect(database) as conn:
        for one in commands(text):
            try:
                conn.execute(one.text.encode())
            except psycopg.Error as error:
                return str(error)
    return ""


def _steps(server: Server, database: str, case: Any, steps: tuple[str, ...]) -> Iterator[str]:
    """The error of each direction that has one."""
    where = {"host": str(server.host), "port": server.port, "user": server.user, "dbname": database}
    engine = sa.create_engine("postgresql+psycopg://", connect_args=where, poolclass=sa.NullPool)
    module: dict[str, Any] = {"__name__": "case"}
    exec(compile(case.example.source, "case.py", "exec"), module)  # noqa: S102 - our own cases
    for step in steps:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection=connection, opts={"transaction_per_migration": True})
            with Operations.context(context):
                try:
                    with context.begin_transaction(_per_migration=True):
                        module["upgrade" if step == "up" else "downgrade"]()
                except sa.exc.DBAPIError as error:
                    yield f"{step}: {error.orig}"
