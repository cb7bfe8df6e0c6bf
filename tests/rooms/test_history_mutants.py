"""Whatever check is taken out of the sealed history, what is told of some scene is other than `tests/golden/history/`."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from accepted import GOLDEN, check
from history_scenes import SCENES, build

ROOT = Path(__file__).parents[2]
GATE = ROOT / "src/pgwright/gate"
FILES = ("sums", "seal", "verify", "compare", "frozen", "structure", "supersede", "superseded")
EXPECTED = GOLDEN / "history/scenes.json"
A_FEW = 6  # every sixth scene where not all are asked for, and those that the sample of mutants needs
NEEDED = ("conflict", "edited")
SAMPLE = ("verify-sums.has_conflict", "compare-now.ast != line.ast")  # in every run of the suite; the others with --slow
# What is taken out and changes nothing that is told, with the reason why it stands there.
EQUAL = {
    'verify-one.severity == "error"': "before anything is compiled there are only errors",
    "frozen-isinstance(one, str)": "what is no text is the name of no line",
}
# Checks that are no condition: file, what is there, what stands in its place.
OTHERS = (
    ("sums", "is_whole = not conflict and len(lines) == len(rest) - 1 and heads == [_head(rest)]", "is_whole = not conflict"),
    ("sums", "len(lines) == len(rest) - 1 and ", ""),
    ("sums", " and heads == [_head(rest)]", ""),
    ("seal", "{**old, **fixed, **fresh}", "{**fixed, **old, **fresh}"),
    ("seal", "fixed = {**held.lines, **signed}", "fixed = dict(held.lines)"),
    ("seal", "fixed = {**held.lines, **signed}", "fixed = dict(signed)"),
    ("seal", '"labels", "text", "ast", "imports")', '"labels", "ast", "imports")'),
    ("seal", '"labels", "text", "ast", "imports")', '"labels")'),
    ("verify", "return {**lines, **held.lines, **signed}, found", "return {**held.lines, **lines, **signed}, found"),
    ("verify", "return {**lines, **held.lines, **signed}, found", "return {**lines, **held.lines}, found"),
    ("verify", "read_inputs(project, held.lines.values())", "read_inputs(project, sums.lines)"),
    ("verify", "        *structure(history, inputs, held),\n", ""),
    ("verify", "        *rewritten,\n", ""),
    ("compare", "return line.imports != now.imports", "return False"),
    ("compare", 'yield _gone(line, trusted, inputs, held.why[name]) if in_git else finding("no-file", name)', "pass"),
    ("compare", '"its code": line.ast == now.ast,', '"its code": True,'),
    ("compare", '"its parents": (line.down, line.depends) == (now.down, now.depends),', '"its parents": True,'),
    ("compare", '"its file name": line.file == now.file,', '"its file name": True,'),
    ("frozen", "f\"{commit}..HEAD\"", "f\"{commit}..{commit}\""),
    ("frozen", '"--diff-filter=A", ', ""),
    ("frozen", "then = _sums_at(project, repository, added)", "then = sums"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """One file without one of its checks."""

    name: str
    file: str
    text: str


def mutants() -> Iterator[Mutant]:
    """Every `if` never taken, every condition of a comprehension always true, and the others."""
    for file in FILES:
        source = (GATE / f"{file}.py").read_text("utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.If):
                yield _changed(file, source, node.test, "(False and (")
            elif isinstance(node, ast.comprehension):
                for test in node.ifs:
                    yield _changed(file, source, test, "(True or (")
    for number, (file, old, new) in enumerate(OTHERS, 1):
        source = (GATE / f"{file}.py").read_text("utf-8")
        assert source.count(old) == 1, f"{file}: {old} is not there once"
        yield Mutant(f"{file}-other-{number}", file, source.replace(old, new))


def _changed(file: str, source: str, test: ast.expr, before: str) -> Mutant:
    lines = source.splitlines(keepends=True)
    assert test.end_lineno is not None and test.end_col_offset is not None
    lines[test.end_lineno - 1] = _spliced(lines[test.end_lineno - 1], test.end_col_offset, "))")
    lines[test.lineno - 1] = _spliced(lines[test.lineno - 1], test.col_offset, before)
    return Mutant(f"{file}-{' '.join((ast.get_source_segment(source, test) or '').split())}", file, "".join(lines))


def _spliced(line: str, at: int, text: str) -> str:
    raw = line.encode()
    return (raw[:at] + text.encode() + raw[at:]).decode()


ALL = {one.name: one for one in mutants()}


@pytest.fixture(scope="session")
def scenes(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """The scenes as projects: all of them with --slow."""
    root = tmp_path_factory.mktemp("scenes")
    every = request.config.getoption("--slow") or os.environ.get("PGWRIGHT_ACCEPT") == "1"
    build(root, [name for at, name in enumerate(SCENES) if every or name in NEEDED or at % A_FEW == 0])
    return root


def played(scenes: Path, source: Path, *expected: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, str(Path(__file__).with_name("history_play.py")), str(scenes), *expected]
    return subprocess.run(command, cwd=scenes, env=env, capture_output=True, text=True, check=False)


def test_what_is_told_of_each_scene(scenes: Path) -> None:
    done = played(scenes, ROOT / "src")
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    if len(found) == len(SCENES):
        check("history/scenes.json", json.dumps(found, indent=1) + "\n")
    expected = json.loads(EXPECTED.read_text())
    assert found == {name: expected[name] for name in found}
    assert set(expected) == set(SCENES)


def test_every_story_is_told_in_a_scene() -> None:
    told = EXPECTED.read_text()
    from pgwright.gate.stories import STORIES

    assert [one.name for one in STORIES if f" {one.name} " not in told] == []


@pytest.mark.parametrize("name", [name if name in SAMPLE else pytest.param(name, marks=pytest.mark.slow) for name in ALL])
def test_taking_out_a_check_changes_what_is_told(scenes: Path, tmp_path: Path, name: str) -> None:
    one = ALL[name]
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / f"src/pgwright/gate/{one.file}.py").write_text(one.text, "utf-8")
    done = played(scenes, tmp_path / "src", str(EXPECTED))
    assert (done.returncode == 0) == (name in EQUAL), "nobody notices that it is gone" if done.returncode == 0 else done.stdout


def test_the_tables_name_what_is_there() -> None:
    assert set(SAMPLE) | set(EQUAL) <= set(ALL)
    assert len(ALL) >= 70
