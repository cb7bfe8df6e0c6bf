"""Whatever single check is taken out of the Python half of the approvals, a test turns red."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GATE = ROOT / "src/pgwright/gate"
FILES = ("judge", "approval", "run_approval", "sshsig", "ed25519", "signers", "policy")
TESTS = ("test_ed25519", "test_policy", "test_approvals", "test_run_approvals", "test_supersede")
QUICK = ("ed25519", "policy")  # in every run of the suite, a few; the others with --slow
# What is taken out and changes nothing, with the reason why it stands there.
EQUAL = {
    'facts.get("touch", ["required"]) != ["required"]': "the text is written again and compared: it would differ",
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One file without one of its checks."""

    file: str
    line: int
    check: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.file}-{self.line}"


def mutants() -> Iterator[Mutant]:
    """Every `if` that ends in a refusal or a `return False`, never taken."""
    for file in FILES:
        source = (GATE / f"{file}.py").read_text("utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.If) and _refuses(node.body[-1]):
                yield Mutant(file, node.lineno, ast.get_source_segment(source, node.test) or "", _never(source, node.test))


def _refuses(last: ast.stmt) -> bool:
    says_no = isinstance(last, ast.Return) and isinstance(last.value, ast.Constant) and last.value.value in (False, None)
    return isinstance(last, ast.Raise) or says_no


def _never(source: str, test: ast.expr) -> str:
    """The source with that condition put into `(False and ...)`: every line stays where it was."""
    lines = source.splitlines(keepends=True)
    assert test.end_lineno is not None and test.end_col_offset is not None
    end, start = test.end_lineno - 1, test.lineno - 1
    lines[end] = _spliced(lines[end], test.end_col_offset, "))")
    lines[start] = _spliced(lines[start], test.col_offset, "(False and (")
    return "".join(lines)


def _spliced(line: str, at: int, text: str) -> str:
    raw = line.encode()
    return (raw[:at] + text.encode() + raw[at:]).decode()


ALL = {one.name: one for one in mutants()}
SAMPLE = [name for name, one in ALL.items() if one.file in QUICK][:2]


def test_there_are_checks_to_take_out() -> None:
    assert len(ALL) >= 30


@pytest.mark.parametrize("name", [name if name in SAMPLE else pytest.param(name, marks=pytest.mark.slow) for name in ALL])
def test_taking_out_a_check_turns_a_test_red(tmp_path: Path, name: str) -> None:
    one = ALL[name]
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / f"src/pgwright/gate/{one.file}.py").write_text(one.text, "utf-8")
    first = sorted(TESTS, key=lambda test: one.file not in test)
    for test in first:
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", f"tests/rooms/{test}.py"]
        env = {**os.environ, "PYTHONPATH": str(tmp_path / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        if done.returncode == 1:
            assert one.check not in EQUAL
            return
        assert done.returncode == 0, done.stdout[-2000:]
    assert one.check in EQUAL, f"{one.file}.py line {one.line}: nobody notices that it is gone"
