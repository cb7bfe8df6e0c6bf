"""`plan --rewrite REV`: the revision's file is replaced by phased ones that were seen to do the same, or stays as it is."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from test_validation import TEMPLATE
from tiny_project import TABLE, Tiny

from pgwright import project, verbs
from pgwright.design.refusals import CannotTakeApart
from pgwright.design.request import AddColumn, Request
from pgwright.verbs.rewrite import NotTheHead, RunsNot

MIXED = (
    "op.add_column('customers', sa.Column('code', sa.Text())); "
    "op.execute(\"UPDATE customers SET code = 'c' || id\"); "
    "op.alter_column('customers', 'code', nullable=False)",
    "op.drop_column('customers', 'code')",
)


@pytest.fixture
def mixed(tiny: Tiny) -> Tiny:
    (tiny.root / "alembic" / "script.py.mako").write_text(TEMPLATE)
    return tiny.add("a1", *TABLE).add("b2", *MIXED)


def files(tiny: Tiny) -> dict[str, bytes]:
    return {f.name: f.read_bytes() for f in (tiny.root / "alembic" / "versions").iterdir() if f.is_file()}


def test_its_file_is_replaced_by_phases_that_do_the_same(mixed: Tiny) -> None:
    old = files(mixed)["b2.py"]
    done = subprocess.run(
        [sys.executable, "-m", "pgwright", "plan", "--rewrite", "b2"], cwd=mixed.root, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "catalog and rows are those of b2" in done.stdout + done.stderr
    assert "b2.py" not in files(mixed) and (mixed.root / ".pgwright/rewritten/b2.py").read_bytes() == old
    history = project.find(mixed.root).history()
    phases = [history.by_id[r].literal["phase"] for r in history.in_order(history.ancestors(history.heads[0])) if r != "a1"]
    assert phases[:2] == ["expand", "backfill"] and set(phases[2:]) == {"enforce"}
    proofs = mixed.prove()
    assert {p.verdict for p in proofs.values()} == {"proven"} and len(proofs) == len(phases) + 1


def test_with_dry_run_nothing_is_written(mixed: Tiny) -> None:
    before = files(mixed)
    change = verbs.rewrite(project.find(mixed.root), "b2", write=False)
    assert [r.phase for r in change.revisions][:2] == ["expand", "backfill"] and files(mixed) == before


def test_what_has_no_place_leaves_the_file_as_it_was(mixed: Tiny) -> None:
    mixed.add("c3", "op.execute(\"INSERT INTO customers (id, mail, code) VALUES (99, 'm', 'c')\")", "pass")
    before = files(mixed)
    with pytest.raises(CannotTakeApart, match="only an UPDATE"):
        verbs.rewrite(project.find(mixed.root), "c3")
    assert files(mixed) == before


def test_what_would_do_something_else_leaves_the_file_as_it_was(mixed: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(mixed)
    module = sys.modules["pgwright.verbs.rewrite"]
    honest = module.taken_apart
    monkeypatch.setattr(module, "taken_apart", lambda *given: tuple(map(_with_another_value, honest(*given))))
    with pytest.raises(module.DoesNotTheSame, match="code"):
        verbs.rewrite(project.find(mixed.root), "b2")
    assert files(mixed) == before


def _with_another_value(request: Request) -> Request:
    return replace(request, using="'another'") if isinstance(request, AddColumn) else request


def test_only_the_newest_that_runs_can_be_taken_apart(mixed: Tiny) -> None:
    with pytest.raises(NotTheHead, match="the head is b2"):
        verbs.rewrite(project.find(mixed.root), "a1")
    mixed.add("c3", "op.drop_table('missing')", "pass")
    with pytest.raises(RunsNot, match="missing"):
        verbs.rewrite(project.find(mixed.root), "c3")
    assert "c3.py" in files(mixed)
