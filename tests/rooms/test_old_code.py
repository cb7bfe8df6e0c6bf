"""`prove --old-code`: what the release before and the next one can do in each phase is in the Proof and in the report."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pgwright import project, verbs
from pgwright.desk.report import migration_report
from pgwright.records import Proof
from pgwright.verbs.releases import NoOldCode

CLINIC = Path(__file__).parents[2] / "examples/clinic"
REVISION = """
import sqlalchemy as sa
from alembic import op

revision = {name!r}
down_revision = {before!r}
branch_labels = None
depends_on = None
pgwright = {literal!r}


def upgrade():
    {up}


def downgrade():
    {down}
"""
RENAME = ('op.alter_column("payments", "reference", new_column_name="remark")',
          'op.alter_column("payments", "remark", new_column_name="reference")')  # fmt: skip
REQUIRED = ('op.add_column("sites", sa.Column("zone", sa.Text(), nullable=False, server_default="x")); '
            'op.alter_column("sites", "zone", server_default=None)', 'op.drop_column("sites", "zone")')  # fmt: skip


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The clinic, committed, with its next release in the work tree: a column renamed, another one required."""
    monkeypatch.setenv("PGWRIGHT_CACHE", str(tmp_path / "cache"))
    root = tmp_path / "clinic"
    shutil.copytree(CLINIC, root, ignore=shutil.ignore_patterns("__pycache__"))
    who = ["-c", "user.name=a", "-c", "user.email=a@example.invalid", "-c", "init.defaultBranch=main"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "before"]):
        subprocess.run(["git", *who, *words], cwd=root, check=True)
    models = root / "backend/app/models"
    for name, old, new in (
        ("payment.py", "    reference: Mapped", "    remark: Mapped"),
        ("site.py", "    name: Mapped", "    zone: Mapped[str]\n    name: Mapped"),
    ):
        text = (models / name).read_text()
        assert old in text
        (models / name).write_text(text.replace(old, new, 1))
    before = "20250303_person_email"
    for name, (up, down), phase in (("r1_rename", RENAME, "switch"), ("r2_required", REQUIRED, "contract")):
        text = REVISION.format(name=name, before=before, up=up, down=down, literal={"phase": phase})
        (root / "backend/alembic/versions" / f"{name}.py").write_text(text)
        before = name
    return root


def proved(root: Path, ref: str) -> dict[str, Proof]:
    found = verbs.prove(project.find(root), wish=verbs.Wish(old_code=ref))
    return {proof.revision: proof for proof in found}


def of(proof: Proof, table: str) -> dict[tuple[str, str], tuple[str, str]]:
    """{(release, statement): (before, after)}."""
    return {(t.release, t.statement): (t.before, t.after) for t in proof.application if t.table == table}


def test_both_releases_are_tried_in_every_phase(clinic: Path) -> None:
    proofs = proved(clinic, "base")
    assert {p.verdict for p in proofs.values()} == {"proven"}, [p.reasons for p in proofs.values()]
    rename = of(proofs["r1_rename"], "public.payments")
    assert rename[("old", "select")][0] == rename[("new", "select")][1] == "works"
    assert "reference" in rename[("old", "select")][1] and "remark" in rename[("new", "select")][0]
    assert rename[("old", "delete")] == ("works", "works")
    required = of(proofs["r2_required"], "public.sites")
    assert "zone" in required[("old", "insert")][1] and required[("old", "update")][1] == "works"
    assert {required[("new", name)][1] for name in ("select", "insert", "update", "delete")} == {"works"}
    told = {(f.revision, f.severity) for p in proofs.values() for f in p.findings if f.rule == "release-breaks"}
    assert told == {("r1_rename", "warning"), ("r2_required", "info")}
    report = migration_report(None, list(proofs.values()))
    assert "Old and new release, phase by phase" in report
    assert "| r2_required | - | old | public.sites | works | fails (worked before):" in report


def test_without_a_commit_to_compare_with_it_is_refused(clinic: Path) -> None:
    with pytest.raises(NoOldCode, match="git knows no commit nowhere"):
        proved(clinic, "nowhere")
    shutil.rmtree(clinic / ".git")
    with pytest.raises(NoOldCode, match="not in git"):
        verbs.prove(project.find(clinic), "r2_required", wish=verbs.Wish(old_code="base"))
