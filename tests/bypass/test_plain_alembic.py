"""Plain alembic is stopped by the database itself, under both tiers, whatever its version; reading commands go on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from keys import Keys
from scenes import ENVIRONMENT, SIGNERS, connect, signer

from environments import ALEMBIC, environment
from pgwright.gate import guard
from pgwright.gate.install import Installer, install
from pgwright.shadow.server import Server

ENV = """
import os
from alembic import context
from sqlalchemy import create_engine
with create_engine(os.environ["APP_URL"]).connect() as connection:
    context.configure(connection=connection, target_metadata=None, version_table_schema="app")
    with context.begin_transaction():
        context.run_migrations()
"""
REVISION = """
from alembic import op
revision, down_revision = {name!r}, {down!r}
def upgrade():
    op.execute({up!r})
def downgrade():
    op.execute({back!r})
"""
HISTORY = [
    ("a1", None, "CREATE TABLE app.person (id serial PRIMARY KEY, name text)", "DROP TABLE app.person"),
    ("b1", "a1", "ALTER TABLE app.person ADD COLUMN email text", "ALTER TABLE app.person DROP COLUMN email"),
    ("c1", "b1", "UPDATE app.person SET email = 'x'", "UPDATE app.person SET email = NULL"),
]
NEXT = "pgwright request"


@pytest.fixture
def tree(tmp_path: Path, guarded: Server, keys: Keys) -> Iterator[Path]:
    """A project at its second revision of three, in a database that its application's login made."""
    (tmp_path / "migrations/versions").mkdir(parents=True)
    (tmp_path / "migrations/env.py").write_text(ENV)
    (tmp_path / "migrations/script.py.mako").write_text("")
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = migrations\n")
    for name, down, up, back in HISTORY:
        text = REVISION.format(name=name, down=down, up=up, back=back)
        (tmp_path / f"migrations/versions/{name}.py").write_text(text)
    with guarded.connect() as conn:
        conn.execute("DROP ROLE IF EXISTS worker; CREATE ROLE worker LOGIN")
    guarded.create("plain")
    with guarded.connect("plain") as conn:
        conn.execute("CREATE SCHEMA app AUTHORIZATION worker")
    done = alembic(tmp_path, guarded, sys.executable, "upgrade", "b1")
    assert done.returncode == 0, done.stderr
    yield tmp_path
    guarded.drop("plain")


def alembic(
    tree: Path, server: Server, python: str, *arguments: str, user: str = "worker"
) -> subprocess.CompletedProcess[str]:
    url = f"postgresql+psycopg://{user}@/plain?host={server.host}&port={server.port}"
    env = {**os.environ, "APP_URL": url, "PYTHONPATH": ""}
    return subprocess.run(
        [python, "-m", "alembic", *arguments], cwd=tree, capture_output=True, text=True, env=env, check=False
    )


def lay(server: Server, keys: Keys, tier: str) -> None:
    with server.connect("plain") as conn:
        install(Installer(conn, ENVIRONMENT), [signer(keys, one) for one in SIGNERS])
        if tier == "T1":
            guard.unwatch(conn)
            guard.set_tier(conn, "T1")


def stopped(tree: Path, server: Server, python: str, tier: str) -> None:
    """Every writing command fails and changes nothing; every reading one works."""
    for arguments in (["upgrade", "head"], ["downgrade", "-1"], ["stamp", "head"]):
        done = alembic(tree, server, python, *arguments)
        assert done.returncode != 0, (arguments, done.stdout)
        if tier == "T2" or arguments[0] != "downgrade":  # under T1 a command of the revision itself meets PostgreSQL first
            assert NEXT in done.stderr, (arguments, done.stderr[-600:])
    assert alembic(tree, server, python, "upgrade", "head", user="pgwright_runner").returncode != 0
    for arguments in (["current"], ["history"]):
        done = alembic(tree, server, python, *arguments)
        assert "permission denied" not in done.stderr
        assert "pgwright" not in done.stderr
    with connect(server, "plain", "worker") as conn:
        assert conn.execute("SELECT version_num FROM app.alembic_version").fetchall() == [("b1",)]
        conn.execute("INSERT INTO app.person (name, email) VALUES ('x', 'y')")


@pytest.mark.parametrize("tier", ["T1", "T2"])
def test_the_installed_alembic(tree: Path, guarded: Server, keys: Keys, tier: str) -> None:
    lay(guarded, keys, tier)
    stopped(tree, guarded, sys.executable, tier)


@pytest.mark.slow
@pytest.mark.parametrize("tier", ["T1", "T2"])
@pytest.mark.parametrize(("version", "sqlalchemy"), ALEMBIC)
def test_other_versions(tree: Path, guarded: Server, keys: Keys, version: str, sqlalchemy: str, tier: str) -> None:
    lay(guarded, keys, tier)
    stopped(tree, guarded, str(environment(version, sqlalchemy)), tier)


def test_a_superuser_whose_hand_slips_is_told_too(tree: Path, guarded: Server, keys: Keys) -> None:
    lay(guarded, keys, "T2")
    for arguments in (["upgrade", "head"], ["stamp", "head"], ["downgrade", "base"]):
        done = alembic(tree, guarded, sys.executable, *arguments, user="postgres")
        assert done.returncode != 0
        assert NEXT in done.stderr


def test_a_development_database_stays_free(
    tree: Path, guarded: Server, templates: Callable[[str], str]
) -> None:
    """The guard's roles are on this server, but not the guard in this database."""
    templates("T2")
    assert alembic(tree, guarded, sys.executable, "upgrade", "head").returncode == 0
    assert alembic(tree, guarded, sys.executable, "downgrade", "base").returncode == 0
