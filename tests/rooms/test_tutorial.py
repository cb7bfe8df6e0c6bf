"""The tutorial, done as it is written: every command behind a `$` runs, and prints what the page says."""

from __future__ import annotations

import difflib
import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```\n", re.M | re.S)
HOME = "/home/you/shop"  # what a reader sees in the place of this test's folder
CHANGES = (
    (re.compile(r"(?<![0-9a-zA-Z])[0-9a-f]{12}(?![0-9a-zA-Z])"), "4f1c20d9a3b7"),  # revision ids are drawn at random
    (re.compile(r"\d+(\.\d+)? (ms|s)\b"), "100 ms"),
    (re.compile(r"(python|alembic|sqlalchemy|PostgreSQL) \d+(\.\d+)+"), r"\1 X"),
    (re.compile(r"nothing leaves .*"), "nothing leaves"),  # depends on what the kernel allows
    (re.compile(r" {2,}"), "  "),  # columns are as wide as the figures in them
)


def test_the_tutorial_works_as_written(tmp_path: Path) -> None:
    """PGWRIGHT_ACCEPT=1 writes what the commands print into the page."""
    root = tmp_path / "shop"
    root.mkdir()
    env = _environment(tmp_path)
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=root, env=env, check=True)

    def done(block: re.Match[str]) -> str:
        if block[1] == "python":
            _write(root, block[2])
            return block[0]
        commands = [line for line in block[2].splitlines() if line.startswith("$ ")]
        return "```console\n" + "".join(f"{line}\n{_printed(line[2:], root, env)}" for line in commands) + "```\n"

    text = PAGE.read_text("utf-8")
    found = BLOCK.sub(done, text)
    if os.environ.get("PGWRIGHT_ACCEPT"):
        PAGE.write_text(found, "utf-8")
        return
    different = list(difflib.unified_diff(_plain(text), _plain(found), "docs/tutorial.md", "what is printed", n=1))
    assert not different, "\n".join(different)


def _environment(folder: Path) -> dict[str, str]:
    """A shell in which `pgwright`, `alembic` and `python` are those of this test run."""
    programs = folder / "venv" / "bin"
    programs.mkdir(parents=True)
    for name, words in (("python", ""), ("pgwright", "-m pgwright"), ("alembic", "-m alembic")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        (programs / name).chmod(0o755)
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("PGWRIGHT", "GIT_", "PG")) and k != "DATABASE_URL"}
    who = {f"GIT_{role}_{what}": "you@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return {
        **keep, **who, "PATH": f"{programs}:{os.environ['PATH']}", "VIRTUAL_ENV": str(folder / "venv"), "COLUMNS": "120",
        "PGWRIGHT_CACHE": str(folder / "cache"),
    }  # fmt: skip


def _write(root: Path, text: str) -> None:
    """A whole file, or its end from `upgrade()` on, as the block's first line says."""
    first, _, body = text.partition("\n")
    name, _, part = first.removeprefix("# ").partition(", ")
    before = (root / name).read_text().partition("def upgrade")[0] if part else ""
    (root / name).write_text(before + body)


def _printed(command: str, root: Path, env: dict[str, str]) -> str:
    done = subprocess.run(["bash", "-c", f"{{ {command}; }} 2>&1"], cwd=root, env=env, capture_output=True, text=True)
    assert done.returncode == 0, (command, done.stdout)
    return done.stdout.replace(sys.executable, f"{HOME}/.venv/bin/python").replace(str(root), HOME)


def _plain(text: str) -> list[str]:
    for pattern, plain in CHANGES:
        text = pattern.sub(plain, text)
    return [line.rstrip() for line in text.splitlines()]
