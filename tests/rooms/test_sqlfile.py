"""SQL files of other tools: what runs in a transaction, what does not parse, what is only data."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgwright.hazards.acts import Insert
from pgwright.hazards.sqlfile import decoded, read
from pgwright.verbs_check import check_sql

CIC = "CREATE INDEX CONCURRENTLY i ON t (a);"
ADD = "ALTER TABLE t ADD COLUMN b int;"


@pytest.mark.parametrize(
    ("name", "text", "transactions"),
    [
        ("V1__two.sql", f"{ADD}\n{ADD}", [1, 1]),
        ("V1.2__alone.sql", CIC, [None]),
        ("V2__mixed.sql", f"{CIC}\n{ADD}", [1, 1]),
        ("R__again.sql", ADD, [1]),
        ("20240101_add/migration.sql", CIC, [None]),
        ("20240101_add/migration.sql", f"{ADD}\n{CIC}", [1, 1]),
        ("db.sql", f"-- migrate:up\n{ADD}", [1]),
        ("db.sql", f"-- migrate:up transaction:false\n{CIC}", [None]),
        ("db.sql", f"-- migrate:up transaction:false\n{CIC}\n{ADD}", [1, 1]),
        ("goose.sql", f"-- +goose Up\n{ADD}", [1]),
        ("goose.sql", f"-- +goose NO TRANSACTION\n-- +goose Up\n{CIC}\n{ADD}", [None, None]),
        ("deploy/x.sql", f"-- Deploy app:x to pg\nBEGIN;\n{ADD}\nCOMMIT;\n{CIC}", [1, None]),
        ("plain.sql", f"{ADD}\n{CIC}", [None, None]),
        ("plain.sql", f"BEGIN;\n{ADD}\nROLLBACK;\nSTART TRANSACTION;\n{ADD}\nCOMMIT;", [1, 2]),
    ],
)
def test_the_transactions_of_each_tool(name: str, text: str, transactions: list[int | None]) -> None:
    assert [one.transaction for one in read(Path(name), text).upgrade.statements] == transactions


def test_flyway_settings_beside_the_file_are_honoured(tmp_path: Path) -> None:
    file = tmp_path / "V1__x.sql"
    file.with_name("V1__x.sql.conf").write_text("executeInTransaction=false\n")
    assert [one.transaction for one in read(file, f"{ADD}\n{CIC}").upgrade.statements] == [None, None]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("db.sql", "-- migrate:up\nCREATE TABLE a ();\n\n-- migrate:down\nDROP TABLE a;"),
        ("goose.sql", "-- +goose Up\nCREATE TABLE a ();\n\n-- +goose Down\nDROP TABLE a;"),
    ],
)
def test_the_way_down_is_the_downgrade_with_its_own_lines(name: str, text: str) -> None:
    found = read(Path(name), text)
    assert found.downgrade is not None
    assert [(one.text, one.line) for one in found.upgrade.statements] == [("CREATE TABLE a ()", 2)]
    assert [(one.text, one.line) for one in found.downgrade.statements] == [("DROP TABLE a", 5)]


@pytest.mark.parametrize(("name", "phase"), [("U1__x.sql", "downgrade"), ("revert/x.sql", "downgrade")])
def test_files_that_undo(name: str, phase: str) -> None:
    found = read(Path(name), "DROP TABLE a;")
    assert found.downgrade is not None
    assert (len(found.upgrade.statements), len(found.downgrade.statements)) == (0, 1)


def test_what_does_not_parse_is_told_with_its_place_and_the_rest_is_read() -> None:
    text = "CREATE TABLE é (a int);\n  selec 1;\nALTER TABLE t ADD COLUMN b int;\nSELECT 'never closed"
    found = read(Path("x.sql"), text).upgrade
    assert [(one.line, one.text) for one in found.statements] == [
        (1, "CREATE TABLE é (a int)"),
        (3, "ALTER TABLE t ADD COLUMN b int"),
    ]
    assert [(one.line, one.column, one.why.split(" at or near")[0]) for one in found.unparsable] == [
        (2, 3, "syntax error"),
        (4, 8, "unterminated quoted string"),
    ]


def test_semicolons_inside_bodies_end_nothing() -> None:
    body = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END;"
    found = read(Path("x.sql"), f"{body}\nselec;\nDO $$ BEGIN PERFORM 1; END $$;").upgrade
    assert [type(one.acts[0]).__name__ for one in found.statements] == ["CreateFunction", "DoBlock"]


def test_rows_of_copy_and_commands_of_psql_are_not_sql() -> None:
    text = "\\set ON_ERROR_STOP 1\nCOPY t (a) FROM stdin;\nit's; here\n\\.\nALTER TABLE t ADD COLUMN b int;"
    found = read(Path("dump.sql"), text).upgrade
    assert [one.line for one in found.statements] == [2, 5]
    assert found.unparsable == ()


def test_a_dump_of_five_megabytes_is_read() -> None:
    rows = ",\n".join(f"({number}, 'some text; with a semicolon {number}')" for number in range(110_000))
    found = read(Path("dump.sql"), f"INSERT INTO t (a, b) VALUES\n{rows};\n{ADD}").upgrade
    assert [type(one.acts[0]) for one in found.statements[:1]] == [Insert]
    assert [one.line for one in found.statements] == [1, 110_002]
    assert found.unparsable == ()


@pytest.mark.parametrize(
    ("data", "text", "problem"),
    [
        (b"SELECT 1", "SELECT 1", ""),
        (b"\xef\xbb\xbfSELECT 1", "SELECT 1", ""),
        ("SELECT 'é'".encode("utf-16"), "SELECT 'é'", ""),
        (b"SELECT '\xe9'", "SELECT 'é'", "not UTF-8 at byte 8; read as Latin-1"),
    ],
)
def test_encodings(data: bytes, text: str, problem: str) -> None:
    assert decoded(data) == (text, problem)


def test_files_are_checked_in_their_order(tmp_path: Path) -> None:
    first, second, third = (tmp_path / f"V{n}__x.sql" for n in (1, 2, 3))
    first.write_text("CREATE TABLE t (id bigint PRIMARY KEY, a int DEFAULT 1);\nCREATE INDEX i ON t (a);")
    second.write_text("ALTER TABLE t ALTER a SET NOT NULL;\nselec;")
    found = check_sql([first, second, third])
    assert [(one.rule, one.file, one.line) for one in found.findings] == [("set-not-null-scan", str(second), 1)]
    assert [one["code"] for one in found.errors] == ["PW-HAZARDS-03", "PW-HAZARDS-04"]
    assert [(one.revision, one.read) for one in found.revisions] == [(str(first), "full"), (str(second), "full")]
