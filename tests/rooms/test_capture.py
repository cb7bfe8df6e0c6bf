"""`pgwright capture`: what a database was sent becomes a file for `prove --app-sql`, without a value in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from pgwright.doors.cli import cli
from pgwright.schema.catalog import capture, settle
from pgwright.shadow.app_sql import read, tried
from pgwright.shadow.app_sql.captured import NoStatements, captured, without_values
from pgwright.shadow.binaries import find
from pgwright.shadow.server import Server, start

TABLE = """
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mail text, at timestamptz NOT NULL DEFAULT now());
"""
MADE = """
CREATE SCHEMA seen; CREATE EXTENSION pg_stat_statements SCHEMA seen; CREATE ROLE app LOGIN; CREATE SCHEMA pgwright;
CREATE TABLE alembic_version (version_num text); CREATE TABLE pgwright.step (no int); GRANT ALL ON orders TO app;
"""
SENT = """
SELECT seen.pg_stat_statements_reset()
INSERT INTO orders (mail) VALUES ('secret@example.org') /* user='secret' */
SELECT extract(year FROM at), count(*) FROM orders WHERE mail LIKE 'secret%' GROUP BY 1 ORDER BY 1
SELECT id::numeric(10, 2) FROM orders WHERE at > now() - interval '3 days' AND mail IN ('secret', 'b', 'c') LIMIT 5
WITH old AS (DELETE FROM orders WHERE id = 77 RETURNING id) SELECT * FROM old
SELECT * FROM alembic_version
SELECT no FROM pgwright.step
SELECT relname FROM pg_class
SELECT 'secret'
CREATE TABLE other (a int)
"""


@pytest.fixture(scope="module")
def busy() -> Iterator[Server]:
    """A server that counts statements, and was sent some."""
    with start(find(), more={"shared_preload_libraries": "pg_stat_statements"}) as running:
        with running.connect() as conn:
            conn.execute((TABLE + MADE).encode())
            for one in SENT.strip().splitlines():
                conn.execute(one.encode())
        yield running


def test_only_statements_of_its_own_relations_and_no_value(
    busy: Server, server: Server, database: str, tmp_path: Path
) -> None:
    with busy.connect() as conn:
        found = captured(conn, "production")
        text = ";\n".join(found.statements)
        assert "secret" not in text and "77" not in text and len(found.statements) == 4, text
        assert "date_part($1, at)" in text and "numeric(10, 2)" in text
        left_out = dict(found.left_out)
        assert left_out["of other relations"] >= 4 and left_out["no SELECT, INSERT, UPDATE, DELETE or MERGE"] >= 1
    (tmp_path / "app.sql").write_text(text)
    statements = read([("app.sql", tmp_path / "app.sql")]).statements
    with server.connect(database) as conn, server.connect(database) as reader:
        conn.execute(TABLE.encode())
        side = tried(conn, capture(settle(reader)).schema, statements)
    assert {one.words for one in side.results.values()} == {"works"} and len(side.results) == 4


def test_the_door_writes_a_file_that_prove_reads(busy: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "alembic/versions").mkdir(parents=True)
    (tmp_path / "alembic/env.py").write_text("")
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = alembic\n")
    (tmp_path / "pgwright.toml").write_text('[environments.production]\nurl_env = "THE_TARGET"\n')
    monkeypatch.setenv("THE_TARGET", f"postgresql://{busy.user}@/postgres?host={busy.host}&port={busy.port}")
    words = ["-C", str(tmp_path), "capture", "--env", "production"]
    ended = CliRunner().invoke(cli, [*words, "-q"])
    assert ended.exit_code == 0 and ended.stdout.startswith("-- 4 statements of production")
    (tmp_path / "app.sql").write_text(ended.stdout)
    assert len(read([("app.sql", tmp_path / "app.sql")]).statements) == 4
    nobody = json.loads(CliRunner().invoke(cli, [*words, "--role", "app", "--json"]).stdout)
    assert (nobody["format"], nobody["statements"], nobody["errors"]) == ("capture/1", [], [])
    with busy.connect() as conn:
        (written,) = conn.execute("SELECT current_setting('transaction_read_only')").fetchone() or ("",)
    assert written == "off"


def test_a_database_without_the_extension_says_so(server: Server, database: str) -> None:
    with server.connect(database) as conn:
        with pytest.raises(NoStatements, match="the extension is not there"):
            captured(conn, "staging")
        conn.execute("CREATE EXTENSION pg_stat_statements")  # its library is not loaded in this server
        with pytest.raises(NoStatements, match="must be loaded"):
            captured(conn, "staging")


def test_another_role_may_not_read_the_texts(busy: Server) -> None:
    with busy.connect() as conn:
        conn.execute("GRANT USAGE ON SCHEMA seen TO app; SET ROLE app")
        with pytest.raises(NoStatements, match="may not read the statements of others"):
            captured(conn, "production")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("SELECT a FROM t WHERE pin = 1234", "with values in them"),  # the entry was thrown out while it ran
        ("SELECT a FROM t WHERE b = $1 ORDER BY 'x'", "with values in them"),
        ("SELECT a::varchar(10) FROM s.t WHERE b = $1 GROUP BY 1 ORDER BY 1", ""),
        ("SELECT a FROM s.t, elsewhere.u", "of other relations"),
        ("WITH t2 AS (SELECT 1) SELECT * FROM t2", "of other relations"),
        ("SELECT interval($1 FROM", "not to be parsed"),
    ],
)
def test_what_is_left_out(text: str, why: str) -> None:
    assert without_values(text, {("s", "t")})[0] == why
