"""`pytest --pgwright-record FILE`: texts that SQLAlchemy sends, no value of a parameter, readable by `prove --app-sql`."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

from pgwright.doors.pytest_plugin import append, shape
from pgwright.schema.catalog import capture, settle
from pgwright.shadow.app_sql import read, tried
from pgwright.shadow.server import Server

TESTS = """
import pytest
from sqlalchemy import Column, MetaData, BigInteger, Table, Text, create_engine, insert, select, text

T = Table("orders", MetaData(), Column("id", BigInteger, primary_key=True), Column("mail", Text))

@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
def test_orders(driver):
    with create_engine("postgresql+" + driver + "://{user}@/{database}?host={host}&port={port}").begin() as conn:
        conn.execute(text("CREATE TABLE IF NOT EXISTS orders (id bigserial PRIMARY KEY, mail text)"))
        conn.execute(insert(T), {{"mail": "secret"}})
        for many in (2, 3):
            conn.execute(insert(T).returning(T.c.id, sort_by_parameter_order=True), [{{"mail": "secret"}}] * many)
            conn.execute(select(T).where(T.c.mail.in_(["secret"] * many), T.c.mail.like("%x"))).all()
        conn.execute(text("SELECT id FROM orders WHERE mail = :mail -- by mail"), {{"mail": "secret"}})

def test_elsewhere():
    with create_engine("sqlite://").connect() as conn:
        conn.execute(text("SELECT 'of another database'"))
"""


def test_what_tests_send_is_recorded_without_values(server: Server, database: str, tmp_path: Path) -> None:
    where = {"user": server.user, "database": database, "host": server.host, "port": server.port}
    (tmp_path / "test_it.py").write_text(TESTS.format(**where))
    file = tmp_path / "app.sql"
    words = ["-q", "-p", "no:cacheprovider", "-p", "pgwright.doors.pytest_plugin", f"--pgwright-record={file}", "test_it.py"]
    done = subprocess.run([sys.executable, "-m", "pytest", *words], cwd=tmp_path, capture_output=True, text=True, check=False,
                          env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})  # fmt: skip
    assert done.returncode == 0, done.stdout
    text = file.read_text()
    assert "secret" not in text and "another database" not in text and "CREATE TABLE" not in text
    assert "LIKE %(mail_2)s" in text and "FROM (VALUES (%(mail__0)s" in text
    found = read([("app.sql", file)])
    assert not found.refused and {one.kind for one in found.statements} == {"select", "insert"}
    assert len(found.statements) <= 8  # of two drivers, whatever the number of rows
    with server.connect(database) as conn, server.connect(database) as reader:
        side = tried(conn, capture(settle(reader)).schema, found.statements)
    assert {one.words for one in side.results.values()} == {"works"}, side.results


def test_a_file_gets_each_shape_once(tmp_path: Path) -> None:
    file = tmp_path / "app.sql"
    append(file, ["SELECT a FROM t WHERE b IN (%(b_1)s, %(b_2)s)", "SELECT a FROM t -- all"])
    append(file, ["SELECT a FROM t WHERE b IN (%(b_1)s);", "SELECT c FROM t", "SELECT a FROM t -- all"])
    assert [one.sent for one in read([("app.sql", file)]).statements] == [
        "SELECT a FROM t -- all", "SELECT a FROM t WHERE b IN ($1, $2)", "SELECT c FROM t",
    ]  # fmt: skip


def test_rows_of_an_insert_have_one_shape() -> None:
    one = "INSERT INTO t (a, b) VALUES ($1::INTEGER, $2::TIMESTAMP WITHOUT TIME ZONE)"
    assert shape(one) == shape(f"{one}, ($3::INTEGER, $4::TIMESTAMP WITHOUT TIME ZONE)") != shape(one.replace("b", "c"))


def test_nothing_is_imported_without_the_option(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("import sys\ndef test_it(): assert 'sqlalchemy' not in sys.modules")
    words = ["-q", "-p", "no:cacheprovider", "-p", "pgwright.doors.pytest_plugin", "test_it.py"]
    done = subprocess.run([sys.executable, "-m", "pytest", *words], cwd=tmp_path, capture_output=True, text=True, check=False,
                          env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_pytest_finds_the_plugin() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    module = import_module(project["entry-points"]["pytest11"]["pgwright"])
    assert callable(module.pytest_addoption) and callable(module.pytest_configure)
