"""`check --env`: what a database says about sizes, writes and statements weighs findings; it is only read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from pgwright.doors.cli import cli
from pgwright.hazards.checked import Checked
from pgwright.hazards.target.facts import Relation, Target, look
from pgwright.hazards.target.weigh import weigh
from pgwright.shadow.server import Server
from pgwright.step import Finding
from pgwright.verbs_check import check_sql

MADE = """
CREATE TABLE small (id bigint PRIMARY KEY, a int);
INSERT INTO small SELECT g, g FROM generate_series(1, 50) g;
CREATE TABLE large (id bigint PRIMARY KEY, a int, b text);
INSERT INTO large SELECT g, g, repeat('x', 900) FROM generate_series(1, 22000) g;
CREATE TABLE parted (at date) PARTITION BY RANGE (at);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO parted SELECT '2026-02-01' FROM generate_series(1, 40);
CREATE SCHEMA app; CREATE TABLE app.other (id int);
CREATE PUBLICATION p FOR TABLE small;
ANALYZE;
"""
SQL = "CREATE INDEX i ON {} (a);\n"


@pytest.fixture
def filled(server: Server, database: str) -> Iterator[psycopg.Connection]:
    with server.connect(database) as conn:
        conn.execute(MADE.encode())
        yield conn


def findings(text: str, folder: Path) -> dict[str, Finding]:
    file = folder / "x.sql"
    file.write_text(text)
    return {one.rule: one for one in check_sql([file]).findings}


def test_what_is_read_of_a_server(filled: psycopg.Connection, tmp_path: Path) -> None:
    target = look(filled, "production")
    assert target.relations["large"].rows == 22000 and target.relations["large"].heap > 16 * 1024 * 1024
    assert target.relations["large"].bytes > target.relations["large"].heap
    assert target.relations["small"].published and not target.relations["large"].published
    assert target.relations["parted"].rows == 40 == target.relations["parted_1"].rows
    assert "app.other" in target.relations
    assert target.statements is None  # without the extension
    filled.execute("SET default_transaction_read_only = off")
    filled.execute("CREATE EXTENSION pg_stat_statements")  # its library is not loaded in this server
    assert look(filled, "production").statements is None


def test_the_session_can_write_nothing(filled: psycopg.Connection) -> None:
    look(filled, "production")
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        filled.execute("CREATE TABLE x ()")


def test_sizes_change_how_grave_a_finding_is(filled: psycopg.Connection, tmp_path: Path) -> None:
    target = look(filled, "production")
    small = weigh(findings(SQL.format("small"), tmp_path)["index-blocking"], target)
    large = weigh(findings(SQL.format("large"), tmp_path)["index-blocking"], target)
    assert (small.severity, large.severity) == ("warning", "error")
    assert "On production, small has 50 rows" in small.why and "a second at most" in small.why
    assert "On production, large has 22,000 rows" in large.why


def test_an_unknown_relation_leaves_the_finding_as_it_is(tmp_path: Path) -> None:
    one = findings(SQL.format("elsewhere"), tmp_path)["index-blocking"]
    assert weigh(one, Target("production")) == one


def test_an_old_transaction_makes_a_short_lock_grave(tmp_path: Path) -> None:
    one = findings("DROP INDEX i;", tmp_path)["drop-index-blocking"]
    assert weigh(one, Target("production", oldest=10)).severity == "warning"
    heavy = weigh(one, Target("production", oldest=600))
    assert heavy.severity == "error" and "open there for 10 min" in heavy.why


def test_writers_who_would_wait_are_counted(tmp_path: Path) -> None:
    one = findings(SQL.format("t"), tmp_path)["index-blocking"]
    found = weigh(one, Target("production", {"t": Relation(10**7, 50 * 1024**3, 60 * 1024**3, writes=20.0)}))
    assert "about 17 min, while some 20,480 rows would have been written" in found.why


def test_statements_of_the_running_release_are_counted(tmp_path: Path) -> None:
    one = findings("ALTER TABLE t RENAME COLUMN a TO b;", tmp_path)["rename-column"]
    sent = (('SELECT a FROM "t" WHERE id = $1', 1000), ("UPDATE t SET a = $1", 234), ("SELECT * FROM tt", 9))
    assert "2 statements in pg_stat_statements use t (1,234 calls)" in weigh(one, Target("p", statements=sent)).why
    assert "no statement in pg_stat_statements uses t" in weigh(one, Target("p", statements=sent[2:])).why
    assert weigh(one, Target("p")) == one


def test_no_finding_comes_or_goes(filled: psycopg.Connection, tmp_path: Path) -> None:
    file = tmp_path / "x.sql"
    file.write_text(SQL.format("large") + "ALTER TABLE small RENAME TO tiny;\nDROP TABLE app.other;\n")
    found = check_sql([file])
    from pgwright.hazards.target.weigh import weighed

    after: Checked = weighed(found, look(filled, "production"))
    assert [one.rule for one in after.findings] == [one.rule for one in found.findings]


def test_the_door(server: Server, database: str, filled: psycopg.Connection, tmp_path: Path,
                  monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("pgwright.toml").write_text('[environments.production]\nurl_env = "THE_TARGET"\n')
    Path("x.sql").write_text(SQL.format("small"))
    plain = CliRunner().invoke(cli, ["check", "-q", "--sql", "x.sql", "--json"])
    where = f"postgresql://{server.user}@/{database}?host={server.host}&port={server.port}"
    monkeypatch.setenv("THE_TARGET", where)
    ended = CliRunner().invoke(cli, ["check", "-q", "--sql", "x.sql", "--env", "production", "--json"])
    assert (plain.exit_code, ended.exit_code) == (1, 0)
    assert json.loads(ended.stdout)["findings"][0]["severity"] == "warning"
    assert CliRunner().invoke(cli, ["check", "-q", "--sql", "x.sql", "--env", "elsewhere"]).exit_code == 2
