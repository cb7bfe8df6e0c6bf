"""env.py files that the plain alembic command cannot run: their application brings along what is missing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from tiny_project import TABLE, Tiny

from environments import environment
from pgwright.interpreter import Interpreter, Target
from pgwright.interpreter.refusals import NotPostgres
from pgwright.project import find

FROM_THE_INI = """
from alembic import context
from sqlalchemy import MetaData, engine_from_config, pool

section = context.config.get_section(context.config.config_ini_section)
with engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool).connect() as connection:
    context.configure(connection=connection, target_metadata=MetaData())
    with context.begin_transaction():
        context.run_migrations()
"""
ASYNC = """
import asyncio
from alembic import context
from sqlalchemy import MetaData, pool
from sqlalchemy.ext.asyncio import async_engine_from_config

def work(connection):
    context.configure(connection=connection, target_metadata=MetaData())
    with context.begin_transaction():
        context.run_migrations()

async def main():
    section = context.config.get_section(context.config.config_ini_section)
    async with async_engine_from_config(section, poolclass=pool.NullPool).connect() as connection:
        await connection.run_sync(work)

asyncio.run(main())
"""
WORKER = """
import anyio.from_thread
from alembic import context
from sqlalchemy import MetaData, pool
from sqlalchemy.ext.asyncio import create_async_engine

def work(connection):
    context.configure(connection=connection, target_metadata=MetaData())
    with context.begin_transaction():
        context.run_migrations()

async def main():
    url = "postgresql+psycopg://app:x@db.invalid/app"
    async with create_async_engine(url, poolclass=pool.NullPool).connect() as connection:
        await connection.run_sync(work)

anyio.from_thread.run(main)
"""
LOCATIONS = """
from pathlib import Path
from alembic import context
context.script.version_locations = [str(Path(context.script.dir) / "versions" / "postgresql")]
"""
PLACEHOLDERS = ("", '""', "driver://user:pass@localhost/dbname", None)


def up(tiny: Tiny, server: Any, database: str, python: str = sys.executable) -> tuple[str, ...]:
    """Loads the tree; its revision up, down and up again; the heads at the end."""
    target = Target(str(server.host), server.port, server.user, database)
    with Interpreter(find(tiny.root), python) as child:
        child.load(target)
        for steps in ([("up", "a1")], [("down", "a1")], [("up", "a1")]):
            ran = child.step(target, steps, trace=True)  # type: ignore[arg-type]  # a list of literals
            assert ran.ok, ran.error
    return ran.heads_after


def with_env(tiny: Tiny, env: str, ini: str = "") -> Tiny:
    """The project with one revision, this env.py, and these lines at the end of its ini file."""
    (tiny.root / "alembic" / "env.py").write_text(env)
    with (tiny.root / "alembic.ini").open("a") as file:
        file.write(ini)
    return tiny.add("a1", *TABLE)


@pytest.mark.parametrize("url", PLACEHOLDERS)
def test_a_url_that_is_none_is_made_up(tiny: Tiny, server: Any, database: str, url: str | None) -> None:
    """The application sets it before it calls Alembic; the ini file has nothing, or the words of a template."""
    with_env(tiny, FROM_THE_INI, "" if url is None else f"sqlalchemy.url = {url}\n")
    assert up(tiny, server, database) == ("a1",)


def test_an_async_env_gets_a_driver_that_can(tiny: Tiny, server: Any, database: str) -> None:
    with_env(tiny, ASYNC, "sqlalchemy.url = driver://user:pass@localhost/dbname\n")
    assert up(tiny, server, database) == ("a1",)


def test_a_url_of_another_database_stays_what_it_is(tiny: Tiny, server: Any, database: str) -> None:
    with_env(tiny, FROM_THE_INI, "sqlalchemy.url = sqlite://\n")
    with pytest.raises(NotPostgres, match="sqlite"):
        up(tiny, server, database)


@pytest.mark.slow
def test_an_env_for_a_worker_thread_of_an_event_loop(tiny: Tiny, server: Any, database: str) -> None:
    python = environment("1.20.1", "2.0.45", "anyio")
    with_env(tiny, WORKER)
    assert up(tiny, server, database, str(python)) == ("a1",)


def test_a_history_by_dialect(tiny: Tiny, server: Any, database: str) -> None:
    """`versions` holds a folder per dialect, and env.py chooses by what it is connected to."""
    env = (tiny.root / "alembic" / "env.py").read_text()
    with_env(tiny, LOCATIONS + env)
    versions = tiny.root / "alembic" / "versions"
    for name in ("postgresql", "sqlite"):
        (versions / name).mkdir()
    (versions / "sqlite" / "z9.py").write_text((versions / "a1.py").read_text().replace("a1", "z9"))
    (versions / "a1.py").rename(versions / "postgresql" / "a1.py")
    assert find(tiny.root).history().heads == ("a1",)
    assert up(tiny, server, database) == ("a1",)


def test_a_location_with_several_colons_below_a_package(tmp_path: Path) -> None:
    """`alembic` splits at each colon; the ini file may lie inside the package that it names."""
    inner = tmp_path / "shop" / "server" / "database"
    (inner / "_migrations" / "versions").mkdir(parents=True)
    (inner / "_migrations" / "env.py").touch()
    for package in (tmp_path / "shop", inner.parent, inner):
        (package / "__init__.py").touch()
    (inner / "alembic.ini").write_text("[alembic]\nscript_location = shop:server:database:_migrations\n")
    for start in (tmp_path, inner):
        assert find(start).tree.directory == inner / "_migrations"
