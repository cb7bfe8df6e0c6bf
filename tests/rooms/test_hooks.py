"""What a user copies: the hooks for pre-commit and the file for GitHub name commands that exist and do what is said."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from check_project import project
from click.testing import CliRunner

from pgwright.doors.cli import cli
from pgwright.interpreter.python import find

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how-to/check-in-ci.md").read_text("utf-8")
HOOKS: dict[str, Any] = {one["id"]: one for one in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
MADE = 'op.create_table("orders", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("a", sa.Text()))'


def blocks() -> list[Any]:
    return [yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```", PAGE, re.M | re.S)]


def call(text: str) -> Any:
    """A command line of the page or of a hook, as far as pgwright's part goes."""
    words = shlex.split(text.partition(">")[0])
    assert words[0] == "pgwright"
    return CliRunner().invoke(cli, words[1:])


def test_the_hooks_of_the_page_are_there() -> None:
    named = re.findall(r"- id: (\S+)", PAGE)
    assert set(named) == set(HOOKS)


def test_the_page_says_what_triggers_the_hook() -> None:
    wanted = re.compile(HOOKS["pgwright-check"]["files"])
    assert wanted.search("backend/alembic/versions/4b9d21_x.py") and wanted.search("versions/2026/x.py")
    assert not wanted.search("app/models.py")


def test_hooks_find_what_they_are_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path, MADE, 'op.create_index("i", "orders", ["a"])')
    monkeypatch.chdir(tmp_path)
    ended = call(HOOKS["pgwright-check"]["entry"])
    assert ended.exit_code == 1 and "index-blocking" in ended.stdout
    Path("x.sql").write_text("CREATE INDEX i ON orders (a);")
    ended = call(HOOKS["pgwright-check-sql"]["entry"] + " x.sql")
    assert ended.exit_code == 1 and "index-blocking" in ended.stdout


def test_the_commands_for_github_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path, MADE)
    monkeypatch.chdir(tmp_path)
    (workflow,) = (one for one in blocks() if isinstance(one, dict) and "jobs" in one)
    runs = [step["run"] for step in workflow["jobs"]["check"]["steps"] if "run" in step]
    ours = [one for one in runs if one.startswith("pgwright")]
    assert len(ours) == 2
    for one in ours:
        assert call(one).exit_code == 0, one


def test_in_a_hook_the_environment_of_the_hook_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = project(tmp_path, MADE)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    assert find(found).found_by == "$VIRTUAL_ENV"
    monkeypatch.setenv("PRE_COMMIT", "1")
    assert find(found).command == (str(tmp_path / ".venv" / "bin" / "python"),)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pre-commit") is None, reason="pre-commit is not installed")
def test_with_real_pre_commit(tmp_path: Path) -> None:
    """A commit with a blocking index is refused with its finding; the corrected one goes through."""
    source = tmp_path / "pgwright"
    run(tmp_path, "git", "clone", "-q", str(ROOT), str(source))
    there = tmp_path / "app"
    project(there, MADE)
    (there / ".venv").symlink_to(sys.prefix)
    (there / ".gitignore").write_text(".venv\n.pgwright\n__pycache__\n")
    rev = run(source, "git", "rev-parse", "HEAD").stdout.strip()
    config = {"repos": [{"repo": str(source), "rev": rev, "hooks": [{"id": name} for name in HOOKS]}]}
    (there / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    run(there, "git", "init", "-q", "-b", "main")
    run(there, "git", "add", "-A")
    run(there, "git", "commit", "-q", "-m", "first")
    run(there, "git", "switch", "-q", "-c", "change")
    run(there, "pre-commit", "install")
    project(there, MADE, 'op.create_index("i", "orders", ["a"])')
    (there / "x.sql").write_text("SELECT 1;\n")
    run(there, "git", "add", "-A")
    refused = run(there, "git", "commit", "-m", "blocks", status=1)
    assert "index-blocking" in refused.stdout + refused.stderr
    online = 'with op.get_context().autocommit_block():\n    op.execute("DROP INDEX CONCURRENTLY IF EXISTS i")\n'
    online += '    op.create_index("i", "orders", ["a"], postgresql_concurrently=True)'
    project(
        there,
        MADE,
        (
            online,
            'with op.get_context().autocommit_block():\n    op.drop_index("i", "orders", postgresql_concurrently=True)',
        ),
    )
    run(there, "git", "add", "-A")
    run(there, "git", "commit", "-m", "does not")


def run(where: Path, *command: str, status: int = 0) -> subprocess.CompletedProcess[str]:
    names = {f"GIT_{who}_{what}": "a@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | names
    done = subprocess.run(command, cwd=where, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done
