"""Traits of public projects that once gave no answer, or a wrong one: each in a tiny project of its own."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tiny_project import ENV, TABLE, Tiny

from environments import environment
from pgwright import project
from pgwright.interpreter import Interpreter, Target
from pgwright.interpreter.recorded import Failure
from pgwright.interpreter.refusals import EnvFailed
from pgwright.shadow.outside import wanted

# where the tree and the application are


def test_an_ini_file_inside_the_package_that_it_names(tmp_path: Path) -> None:
    inside = tmp_path / "src" / "shop"
    (inside / "database" / "core" / "versions").mkdir(parents=True)
    (inside / "__init__.py").touch()
    (inside / "database" / "core" / "env.py").write_text(ENV)
    (inside / "alembic.ini").write_text("[core]\nscript_location = shop:database/core\n")
    found = project.find(inside)
    assert (found.root, found.tree.name) == (inside, "alembic.ini:core")
    assert found.tree.cwd == tmp_path / "src", "where the package can be imported"


def test_a_module_of_the_projects_own_is_found(tmp_path: Path, server: Any, database: str) -> None:
    tiny = Tiny(tmp_path).add("a1", *TABLE)
    (tmp_path / "src" / "clinic").mkdir(parents=True)
    (tmp_path / "src" / "clinic" / "__init__.py").touch()
    (tmp_path / "alembic" / "env.py").write_text("import clinic\n" + ENV)
    target, found = Target(str(server.host), server.port, server.user, database), project.find(tiny.root)
    with Interpreter(found, sys.executable) as child, pytest.raises(EnvFailed, match='PYTHONPATH = "src"'):
        child.load(target)
    told = replace(found, settings=replace(found.settings, env={"PYTHONPATH": "src"}))
    with Interpreter(told, sys.executable) as child:
        assert child.load(target).heads == ("a1",)


# what runs


@pytest.mark.slow
def test_a_session_left_open_under_an_old_sqlalchemy(tmp_path: Path, server: Any, database: str) -> None:
    """`Engine.dispose(close=False)` came with SQLAlchemy 1.4.33."""
    tiny = Tiny(tmp_path).add("a1", *TABLE)
    (tmp_path / "alembic" / "env.py").write_text(ENV.replace("+psycopg:", "+psycopg2:"))
    (tmp_path / "left_open.py").write_text(
        "from sqlalchemy import create_engine\n"
        'connection = create_engine("postgresql+psycopg2://app:x@db.invalid/app").connect()\n'
    )
    tiny.add("b2", "sa.text(__import__('left_open').connection.execute('SELECT 1').scalar() and '')", "pass")
    target, python = (
        Target(str(server.host), server.port, server.user, database),
        environment("1.8.1", "1.4.27", driver="psycopg2-binary"),
    )
    told = project.find(tiny.root)
    told = replace(told, settings=replace(told.settings, env={"PYTHONPATH": "."}))
    with Interpreter(told, str(python)) as child:
        child.load(target)
        ran = child.step(target, [("up", "a1"), ("up", "b2")])
        assert ran.ok, ran.error
        assert child.step(target, [("down", "b2")]).ok


def test_models_are_stamped_where_env_py_keeps_the_versions(tmp_path: Path) -> None:
    """A search_path set by env.py, to a schema that set-up SQL makes (Netflix/dispatch)."""
    tiny = Tiny(tmp_path).add("a1", 'op.execute("SELECT 1 FROM made_elsewhere")', "pass").add("b2", *TABLE)
    models = 'm = MetaData()\nTable("customers", m, Column("id", Integer, primary_key=True), Column("mail", Text))\n'
    connected = "connection.exec_driver_sql('SET search_path TO core'); connection.commit()\n    "
    env = ENV.replace("import MetaData", "import Column, Integer, MetaData, Table, Text")
    env = env.replace("engine =", models + "engine =").replace("target_metadata=MetaData()", "target_metadata=m")
    (tmp_path / "alembic" / "env.py").write_text(env.replace("context.configure", connected + "context.configure"))
    (tmp_path / "core.sql").write_text("CREATE SCHEMA core;")
    (tmp_path / "pgwright.toml").write_text('setup_sql = ["core.sql"]\n[baseline]\nmode = "models"\n')
    proof = tiny.prove("b2", whole=False)["b2"]
    assert proof.verdict == "proven", proof.reasons
    assert [finding.rule for finding in proof.findings] == ["baseline"]


# what a first refutation says


SETTING = (
    "import os; raise RuntimeError('SHOP__APP_KEY must be set to run this') if 'SHOP__APP_KEY' not in os.environ else 0"
)


def test_a_setting_that_a_revision_wants_is_named(tmp_path: Path) -> None:
    tiny = Tiny(tmp_path).add("a1", SETTING, "pass")
    (reason,) = tiny.prove("a1", whole=False, rows="none")["a1"].reasons
    assert "SHOP__APP_KEY" in reason.cause and "set it under [env]" in reason.repair


@pytest.mark.parametrize(
    ("statement", "extension"),
    [
        ("CREATE TABLE t (v vector(3))", "vector"),
        ("CREATE TABLE t (v public.citext)", "citext"),
        ("CREATE TABLE t (v text); CREATE INDEX ON t USING gin (v gin_trgm_ops)", "pg_trgm"),
        ("CREATE TABLE t (v text); CREATE INDEX ON t USING gin (v)", "btree_gin"),
        ("CREATE TABLE t (v text); CREATE INDEX ON t USING hnsw (v)", "vector"),
        ("SELECT uuid_generate_v4()", "uuid-ossp"),
        ("SELECT crypt('a', gen_salt('bf'))", "pgcrypto"),
        ("CREATE TABLE t (v mood)", None),
        ("SELECT made_by_hand()", None),
    ],
)
def test_an_extension_that_somebody_else_creates_is_named(
    server: Any, database: str, statement: str, extension: str
) -> None:
    with server.connect(database) as conn, pytest.raises(psycopg.Error) as raised:
        conn.execute(statement)
    found = wanted(Failure("psycopg.Error", str(raised.value), sqlstate=raised.value.sqlstate))
    assert (f'CREATE EXTENSION IF NOT EXISTS "{extension}";' in found.repair) if found else extension is None


def test_a_schema_that_somebody_else_creates_is_named(server: Any, database: str) -> None:
    with server.connect(database) as conn, pytest.raises(psycopg.Error) as raised:
        conn.execute("SET search_path TO tenant; CREATE TABLE t ()")
    found = wanted(Failure("psycopg.Error", str(raised.value), sqlstate=raised.value.sqlstate))
    assert found is not None and "search_path" in found.cause and "CREATE SCHEMA" in found.repair


def test_no_address_of_an_object_in_a_proof(tmp_path: Path) -> None:
    """`Can't emit DROP CONSTRAINT for constraint ForeignKeyConstraint(<… object at 0x7f2b9e114310>`: new in each run."""
    tiny = (
        Tiny(tmp_path).add("a1", *TABLE).add("b2", "pass", 'op.drop_constraint(None, "customers", type_="foreignkey")')
    )
    (reason,) = tiny.prove("b2", whole=False, rows="none")["b2"].reasons
    assert reason.code == "down-unnamed-constraint" and "object>" in reason.message and "0x" not in reason.message


def test_the_repair_of_a_lost_sequence_and_a_renamed_key(tmp_path: Path) -> None:
    """letta: a primary key that takes its index along to another name, and the sequence of a serial column dropped."""
    up = (
        'op.execute("ALTER TABLE customers RENAME CONSTRAINT customers_pkey TO pk"); '
        'op.execute("ALTER TABLE customers ALTER COLUMN id DROP DEFAULT"); op.execute("DROP SEQUENCE customers_id_seq")'
    )
    tiny = Tiny(tmp_path).add("a1", *TABLE).add("b2", up, "pass")
    reason = tiny.prove("b2", whole=False, rows="none")["b2"].reasons[0]
    repair = [line[1:] for line in reason.repair.splitlines() if line.startswith("+    ")]
    file = tmp_path / "alembic" / "versions" / "b2.py"
    file.write_text(file.read_text().replace("    pass", "\n".join(repair)))
    proof = tiny.prove("b2", whole=False, rows="none")["b2"]
    assert proof.verdict == "proven", proof.reasons
