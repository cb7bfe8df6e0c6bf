"""`prove --app-sql`: what the application sends works before and after each revision, or is a finding with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tiny_project import Tiny

from pgwright import project, verbs
from pgwright.desk.report import migration_report
from pgwright.doors.cli import cli
from pgwright.records import Proof
from pgwright.schema.catalog import capture, settle
from pgwright.shadow.app_sql import Side, read, tried
from pgwright.shadow.app_sql.placeholders import masked, numbered
from pgwright.shadow.app_sql.statements import NoAppSql
from pgwright.shadow.server import Server
from pgwright.verbs.app_sql import app_sql_of

TABLES = """
CREATE TYPE mood AS ENUM ('calm', 'tense');
CREATE TABLE sites (id bigint PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE visits (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, site bigint NOT NULL REFERENCES sites, code text,
  note text, amount integer NOT NULL DEFAULT 0 CHECK (amount >= 0), mood mood, at timestamptz NOT NULL DEFAULT now());
CREATE TABLE plans (site bigint PRIMARY KEY REFERENCES sites, text text);
CREATE VIEW busy AS SELECT site, count(*) AS visits FROM visits GROUP BY site;
"""
NEWS = {
    "r2_drop": ('op.drop_column("visits", "note")', 'op.add_column("visits", sa.Column("note", sa.Text()))'),
    "r3_rename": ('op.alter_column("visits", "code", new_column_name="label")',
                  'op.alter_column("visits", "label", new_column_name="code")'),
    "r4_harmless": ('op.alter_column("visits", "amount", type_=sa.BigInteger()); '
                    'op.create_check_constraint("ck", "visits", "amount < 1000000"); '
                    'op.execute("CREATE TABLE doors (id int PRIMARY KEY, site bigint NOT NULL REFERENCES sites)")',
                    'op.drop_table("doors"); op.drop_constraint("ck", "visits"); '
                    'op.alter_column("visits", "amount", type_=sa.Integer())'),
    "r5_required": ('op.execute("ALTER TABLE sites ADD z int NOT NULL DEFAULT 0; ALTER TABLE sites ALTER z DROP DEFAULT")',
                    'op.drop_column("sites", "z")'),
}  # fmt: skip
SENT = """-- what the release sends
SELECT visits.id, visits.note FROM visits WHERE visits.site = %(site_1)s::BIGINT AND visits.note LIKE 'a%%';
INSERT INTO sites (id, name) VALUES (:id, :name) RETURNING *;
UPDATE visits SET amount = amount + $1 WHERE code = $2;

INSERT INTO visits (site, code, mood) SELECT p0::BIGINT, p1::TEXT, p2::mood FROM (VALUES
  (%(a0)s, %(b0)s, %(c0)s, 0), (%(a1)s, %(b1)s, %(c1)s, 1)) AS imp_sen(p0, p1, p2, n) ORDER BY n;
SELECT * FROM busy WHERE site = ANY($1) LIMIT $2;
SELECT v.amount, s.name FROM visits v JOIN sites s ON s.id = v.site WHERE v.amount > %s AND ($1 IS NULL OR s.name = $1);
DELETE FROM sites WHERE id = $1;
SELECT label FROM visits;
SELECT site FROM doors;
INSERT INTO plans VALUES ($1, $2);
"""


@pytest.fixture(scope="module")
def proofs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Proof]:
    """The news, each proven with the statements."""
    root = tmp_path_factory.mktemp("app")
    down = 'op.execute("DROP TABLE visits, plans, sites CASCADE; DROP TYPE mood")'
    tiny = Tiny(root).add("r1_tables", f"op.execute({TABLES!r})", down)
    for name, (up, down) in NEWS.items():
        tiny.add(name, up, down)
    (root / "app.sql").write_text(SENT)
    (root / "pgwright.toml").write_text('app_sql = ["app.sql"]\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGWRIGHT_CACHE", str(root / "cache"))
        found = verbs.prove(project.find(root), "r1_tables..head")
    return {one.revision: one for one in found}


def broken(proof: Proof) -> dict[int, str]:
    """{line: message}."""
    return {f.line: f.message for f in proof.findings if f.rule == "release-breaks" and f.file == "app.sql" and f.line}


def test_a_dropped_column_breaks_the_statement_that_reads_it(proofs: dict[str, Proof]) -> None:
    refuted = {p.revision: [r.code for r in p.reasons] for p in proofs.values() if p.verdict != "proven"}
    assert refuted == {"r2_drop": ["down-rows"]}  # its values are gone, which has nothing to do with the application
    found = broken(proofs["r2_drop"])
    assert found == {2: "app.sql:2 worked before r2_drop and does not after it: 42703: column visits.note does not exist"}
    (one,) = (f for f in proofs["r2_drop"].findings if f.rule == "release-breaks")
    assert one.severity == "warning" and one.statement and one.statement.startswith("SELECT visits.id")
    matrix = {t.statement: (t.before, t.after) for t in proofs["r2_drop"].application}
    assert matrix["app.sql:3"] == matrix["app.sql:4"] == matrix["app.sql:6"] == ("works", "works")
    assert matrix["app.sql:11"][0].startswith("42703") and matrix["app.sql:11"][1] == "-"


def test_a_rename_breaks_what_names_the_column_and_mends_what_waits_for_it(proofs: dict[str, Proof]) -> None:
    assert set(broken(proofs["r3_rename"])) == {4, 6}
    tried = {t.statement: t.before for t in proofs["r4_harmless"].application}
    assert tried["app.sql:11"] == "works"


def test_a_wider_type_another_table_and_a_check_break_nothing(proofs: dict[str, Proof]) -> None:
    assert not broken(proofs["r4_harmless"])


def test_a_required_column_breaks_the_insert(proofs: dict[str, Proof]) -> None:
    found = broken(proofs["r5_required"])
    assert set(found) == {3} and '23502: null value in column "z"' in found[3]


def test_what_does_not_work_before_is_told_and_not_counted(proofs: dict[str, Proof]) -> None:
    (told,) = (f for f in proofs["r2_drop"].findings if f.rule == "statement-not-usable")
    assert told.severity == "info" and told.message.startswith("2 of 10 statements do not work before r2_drop: app.sql:11")


def test_the_report_says_what_stopped(proofs: dict[str, Proof]) -> None:
    report = migration_report(None, list(proofs.values()))
    assert "Statements of the application, phase by phase" in report
    assert "| r3_rename | - | app.sql:4 | public.visits | works | 42703: " in report
    assert "| r4_harmless | - | 6 of 10 | " in report


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("SELECT a FROM t WHERE b = %(b)s::INTEGER AND c = %(b)s", "SELECT a FROM t WHERE b = $1::INTEGER AND c = $1"),
        ("UPDATE t SET a = %s WHERE b LIKE '%%x' AND c = %s", "UPDATE t SET a = $1 WHERE b LIKE '%x' AND c = $2"),
        ("SELECT ':no', \":no\", a[1:n], b::text, $q$ :no $q$ /* :no */ FROM t WHERE c = :yes -- :no",
         "SELECT ':no', \":no\", a[1:n], b::text, $q$ :no $q$ /* :no */ FROM t WHERE c = $1 -- :no"),
        ("SELECT a % 3 FROM t WHERE b = $2 OR c = :x LIMIT $1", "SELECT a % 3 FROM t WHERE b = $2 OR c = $3 LIMIT $1"),
    ],
)  # fmt: skip
def test_placeholders_of_drivers_become_the_servers(text: str, server: str) -> None:
    assert numbered(text) == server
    assert len(masked(text)) == len(text)


def test_what_is_no_statement_of_an_application_is_named_and_the_rest_used(tmp_path: Path) -> None:
    file = tmp_path / "app.sql"
    file.write_text(
        "SELECT 1;\nBEGIN;\nDROP TABLE x;\nSELEC 2 FROM :x;\nCOPY t FROM stdin;\nSELECT a INTO b FROM c;\n"
        "SET x = 1;\nDELETE FROM t\n WHERE a = %(long_name)s;\nSELECT 'open"
    )
    found = read([("app.sql", file)])
    assert [(one.place, one.kind) for one in found.statements] == [("app.sql:1", "select"), ("app.sql:8", "delete")]
    told = [one.message for one in found.refused]
    assert [text.partition(" is not")[0] for text in told if "is not a statement" in text] == [
        "app.sql, line 2: BEGIN", "app.sql, line 3: DROP TABLE", "app.sql, line 5: COPY", "app.sql, line 6: SELECT INTO",
        "app.sql, line 7: SET",
    ]  # fmt: skip
    assert [(one.code, one.line) for one in found.refused if one.code == "PW-PROVE-03"] == [
        ("PW-PROVE-03", 4), ("PW-PROVE-03", 10),
    ]  # fmt: skip
    assert "line 4, column 1:" in told[2]


@pytest.mark.parametrize("text", ["", "-- nothing\n;\n", None])
def test_a_file_without_statements_is_refused(tmp_path: Path, text: str | None) -> None:
    tiny = Tiny(tmp_path).add("a1", "pass", "pass")
    if text is not None:
        (tmp_path / "app.sql").write_text(text)
    with pytest.raises(NoAppSql, match="holds no statement" if text is not None else "No such file"):
        app_sql_of(project.find(tiny.root), [tmp_path / "app.sql"])


def test_the_door_ends_with_2_when_a_part_was_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGWRIGHT_CACHE", str(tmp_path / "cache"))
    Tiny(tmp_path).add("a1", "op.execute('CREATE TABLE t (a int)')", "op.execute('DROP TABLE t')")
    (tmp_path / "app.sql").write_text("SELECT a FROM t;\nVACUUM t;\n")
    words = ["-C", str(tmp_path), "prove", "a1", "--app-sql", str(tmp_path / "app.sql"), "-q", "--json"]
    ended = CliRunner().invoke(cli, words)
    said = json.loads(ended.stdout)
    assert ended.exit_code == 2 and said["revisions"][0]["verdict"] == "proven"
    assert [(e["code"], e["file"], e["line"]) for e in said["errors"]] == [("PW-PROVE-04", "app.sql", 2)]


def test_a_constraint_that_stood_before_refuses_a_row_and_a_new_one_the_statement(
    server: Server, database: str, tmp_path: Path
) -> None:
    (tmp_path / "app.sql").write_text("DELETE FROM p WHERE id = $1")
    statements = read([("app.sql", tmp_path / "app.sql")]).statements
    words = []
    side: Side | None = None
    with server.connect(database) as conn, server.connect(database) as reader:
        session = settle(reader)
        for change in (
            "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int CONSTRAINT fk REFERENCES p); "
            "INSERT INTO p VALUES (1), (2), (3); INSERT INTO c VALUES (1, 2)",
            "UPDATE c SET p = 1",
            "ALTER TABLE c DROP CONSTRAINT fk, ADD CONSTRAINT fk2 FOREIGN KEY (p) REFERENCES p",
        ):
            conn.execute(change.encode())
            found = tried(conn, capture(session).schema, statements, side)
            side = side or found
            words += [one.words for one in found.results.values()]
    assert words[:2] == ["works", "works"] and words[2].startswith("23503")
