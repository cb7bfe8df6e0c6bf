"""The bench of reading notices a build that is slow."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from check_project import project

BENCH = Path(__file__).parents[2] / "bench" / "check.py"


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_check", BENCH)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_deliberately_slow_build_fails_it(bench: ModuleType, tmp_path: Path) -> None:
    project(tmp_path, 'op.create_table("a", sa.Column("id", sa.Integer()))', "pass")
    facts = {"project": tmp_path, "tree": None, "python": sys.executable, "revision": None, "imports": False}
    taken = bench.measured(argparse.Namespace(**facts, rounds=1, slow=30.0))
    assert {len(values) for values in taken.values()} == {1}
    assert not bench.is_met(bench.ratios(taken))


def test_a_limit_is_kept_only_when_all_are(bench: ModuleType) -> None:
    assert bench.is_met({"first": 1.5, "again": 0.5, "history": 2.0})
    assert not bench.is_met({"first": 1.51, "again": 0.5, "history": 2.0})
    assert not bench.is_met({"first": 1.5, "again": 0.5, "history": 2.01})


def test_ours_is_within_its_limits_on_the_labelled_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH.parent))
    peers = importlib.import_module("peers")
    cases = peers.load()
    graver = [{"warning", "error"} & set(peers.judged(case).values()) for case in cases]
    row = peers.scored("ours", range(len(cases)), {number for number, found in enumerate(graver) if found}, cases, 0.0)
    assert row.precision >= peers.LIMITS["precision"] and row.recall >= peers.LIMITS["recall"]
    assert row.blocking_missed == 0
    blind = peers.scored("blind", range(len(cases)), set(), cases, 0.0)
    assert blind.recall == 0 and blind.blocking_missed == sum(case.blocking for case in cases)


PROVEN = (
    ("locks", "plain index on a table in use"),
    ("failures", "concurrent index without an autocommit block"),
    ("application", "way back to a constraint without a name"),
)


@pytest.mark.parametrize(("topic", "name"), PROVEN)
def test_a_case_is_told_as_a_user_of_both_verbs_is_told(
    topic: str, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """All of them: make bench NAME=check ARGS=--shadow."""
    monkeypatch.syspath_prepend(str(BENCH.parent))
    proven = importlib.import_module("proven_cases")
    (case,) = (one for one in proven.load() if (one.topic, one.name) == (topic, name))
    told = proven.told(case, tmp_path / "case")
    assert set(case.expect) <= set(told.read), "reading in a project is reading in the bench"
    assert told.is_flagged and told.verdict == ("refuted" if case.fails or topic == "application" else "proven")


def test_names_of_files_lead_back_to_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH.parent))
    peers = importlib.import_module("peers")
    assert peers.numbers(["sql/c12.sql", "/x/alembic/versions/c3.py", "c7", "c12.sql", "abc.sql", "env.py"]) == {3, 7, 12}
