"""Findings in every format against golden text; SARIF keeps its fingerprints; the door ends with its statuses."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as xml

import pytest
from accepted import check
from click.testing import CliRunner

from pgwright.doors.check_output import check_status
from pgwright.doors.cli import cli
from pgwright.hazards.checked import Allowed, Checked, ReadRevision
from pgwright.step import Finding
from pgwright.verbs_check import check_sql

FORMATS = ("text", "sarif", "github", "markdown", "junit")
SQL = """-- pgwright: allow[index-blocking] reason="ten rows, <b>tiny</b>"
CREATE INDEX i ON orders (a);
ALTER TABLE orders RENAME COLUMN a TO b; ALTER TABLE orders ADD COLUMN c uuid DEFAULT gen_random_uuid();
ALTER TABLE orders ADD COLUMN d text DEFAULT `tick`;
ALTER TABLE orders ADD COLUMN e text DEFAULT own_function('100%');
"""


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checked:
    monkeypatch.chdir(tmp_path)
    Path("V1__x.sql").write_text(SQL)
    found = check_sql([Path("V1__x.sql")])
    partly = ReadRevision("4b9d21", "versions/4b9d21_x.py", "needs-shadow", "it looks at the scalar of a statement")
    return Checked((*found.revisions, partly), found.findings, found.allowed, found.errors, found.approvals)


@pytest.mark.parametrize("form", FORMATS)
def test_golden(checked: Checked, form: str) -> None:
    check(f"check/{form}.txt", import_module(f"pgwright.doors.show.findings.{form}").shown(checked, Path()))


def test_the_text_shows_the_file_as_it_is_now(checked: Checked) -> None:
    text = import_module("pgwright.doors.show.findings.text")
    assert " orders RENAME COLUMN a TO b; ALTER TABLE" in text.shown(checked, Path())
    Path("V1__x.sql").write_text(SQL.replace("RENAME COLUMN a TO b", "RENAME COLUMN a TO c"))
    assert " orders RENAME COLUMN a TO c; ALTER TABLE" in text.shown(checked, Path())


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_found(form: str) -> None:
    nothing = Checked((ReadRevision("r1", "r1.py", "full"),), ())
    check(f"check/nothing_{form}.txt", import_module(f"pgwright.doors.show.findings.{form}").shown(nothing, Path()))


def sarif(checked: Checked) -> dict[str, Any]:
    text = import_module("pgwright.doors.show.findings.sarif").shown(checked, Path())
    run: dict[str, Any] = json.loads(text)["runs"][0]
    return run


def finding(line: int, statement: str = "DROP TABLE a") -> Finding:
    return Finding("drop-table", "PW306", "error", "read", "m", revision="r", phase="upgrade", file="f.py", line=line,
                   statement=statement)  # fmt: skip


def prints(*findings: Finding) -> list[str]:
    results = sarif(Checked((), findings))["results"]
    return [one["partialFingerprints"]["pgwright/v1"] for one in results]


def test_fingerprints_stay_when_lines_move_and_tell_equals_apart() -> None:
    assert prints(finding(3)) == prints(finding(90))
    assert prints(finding(3, "DROP  TABLE\n a")) == prints(finding(3))
    first, second = prints(finding(3), finding(4))
    assert first != second
    assert prints(finding(3)) == [first]


def test_sarif_names_each_rule_once_and_marks_what_is_accepted() -> None:
    run = sarif(Checked((), (finding(1), finding(2)), (Allowed(finding(3), "why", ""),)))
    assert [one["id"] for one in run["tool"]["driver"]["rules"]] == ["drop-table"]
    assert [one["ruleIndex"] for one in run["results"]] == [0, 0, 0]
    assert [one.get("suppressions") for one in run["results"]] == [
        None, None, [{"kind": "inSource", "justification": "why"}]
    ]  # fmt: skip


def test_junit_takes_what_xml_cannot_write() -> None:
    odd = Finding("drop-table", "PW306", "error", "read", "a\x00b\x1b\ud800]]>", file="f.py", line=1)
    text = import_module("pgwright.doors.show.findings.junit").shown(Checked((), (odd,)), Path())
    assert xml.fromstring(text.encode()).find(".//failure") is not None


def test_annotations_cannot_be_forged() -> None:
    odd = Finding("drop-table", "PW306", "error", "read", "a\n::set-output name=x::y", file="a,b:c.py", line=1)
    text = import_module("pgwright.doors.show.findings.github").shown(Checked((), (odd,)), Path())
    assert text.count("\n") == 1
    assert text.startswith("::error file=a%2Cb%3Ac.py,line=1,title=")


ERROR = {"code": "PW-HAZARDS-03", "file": "f", "line": 1, "message": "m", "hint": ""}
WARNING = Finding("rls-weakened", "PW702", "warning", "read", "m")


@pytest.mark.parametrize(
    ("found", "level", "status"),
    [
        (Checked((), ()), "error", 0),
        (Checked((), (finding(1),)), "error", 1),
        (Checked((), (WARNING,)), "error", 0),
        (Checked((), (WARNING,)), "warning", 1),
        (Checked((), (WARNING,), approvals=("rls-weakened",)), "error", 3),
        (Checked((), (WARNING, finding(1)), approvals=("rls-weakened",)), "error", 1),
        (Checked((), (finding(1),), errors=(ERROR,)), "error", 2),
    ],
)
def test_statuses(found: Checked, level: Any, status: int) -> None:
    assert check_status(found, level) == status


def call(*arguments: str) -> Any:
    return CliRunner().invoke(cli, ["check", "-q", *arguments])


def test_the_door_reads_sql_files_without_a_project(checked: Checked) -> None:
    ended = call("--sql", "V1__x.sql", "--json")
    out = json.loads(ended.stdout)
    assert (ended.exit_code, out["format"]) == (2, "check/1")
    assert [one["rule"] for one in out["findings"]] == ["rename-column", "add-column-rewrite", "add-column-rewrite"]
    assert [one["code"] for one in out["errors"]] == ["PW-HAZARDS-03"]
    assert call("--sql", "V1__x.sql", "--format", "json").stdout == ended.stdout


def test_settings_are_read_beside_sql_files(checked: Checked) -> None:
    Path("pgwright.toml").write_text('[check.severity]\nrename-column = "off"\nadd-column-rewrite = "info"\n')
    Path("V1__x.sql").write_text(
        "ALTER TABLE a RENAME COLUMN a TO b; ALTER TABLE a ADD c uuid DEFAULT gen_random_uuid();"
    )
    assert call("--sql", "V1__x.sql").exit_code == 0
    assert call("--sql", "V1__x.sql", "--fail-on", "info").exit_code == 1


@pytest.mark.parametrize("arguments", [["--sql"], ["--sql", "--all", "x.sql"], ["r1", "--all"], ["--format", "yaml"]])
def test_bad_usage(arguments: list[str]) -> None:
    assert call(*arguments).exit_code == 2
