"""A loop over tenants: one version table each; all of them are read, compared and brought back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pgwright import project, verbs
from pgwright.records import Proof

EXAMPLE = Path(__file__).parents[1] / "examples" / "tenants"
REVISION = """
import sqlalchemy as sa
from alembic import op

revision = {name!r}
down_revision = {before!r}
branch_labels = None
depends_on = None


def is_two():
    return op.get_bind().execute(sa.text("SELECT current_schema()")).scalar() == "two"


def upgrade():
    {up}


def downgrade():
    {down}
"""
INDEX = ('op.create_index("ix_t", "t", ["id"])', 'op.drop_index("ix_t")')


@pytest.fixture(params=["a schema for each table", "by search_path"])
def tenants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """The example with two tenants; its version tables named with their schema, or found by the search_path alone."""
    monkeypatch.setenv("PGWRIGHT_CACHE", str(tmp_path / "cache"))
    root = tmp_path / "project"
    shutil.copytree(EXAMPLE, root)
    if request.param == "by search_path":
        env = root / "migrations" / "env.py"
        env.write_text(env.read_text().replace(", version_table_schema=tenant", ""))
    return root


def proved(root: Path, *revisions: tuple[str, str], whole: bool = True) -> dict[str, Proof]:
    """{revision: proof}, with these revisions (b, c, ...) after the example's own."""
    before = "a1"
    for name, (up, down) in zip("bcd", revisions, strict=False):
        text = REVISION.format(name=name, before=before, up=up, down=down)
        (root / "migrations" / "versions" / f"{name}.py").write_text(text)
        before = name
    found = verbs.prove(project.find(root), None if whole else before, whole=whole)
    return {proof.revision: proof for proof in found}


def test_both_tenants_go_up_and_come_back(tenants: Path) -> None:
    proofs = proved(tenants, INDEX)
    assert {p.verdict for p in proofs.values()} == {"proven"}, [p.reasons for p in proofs.values()]
    assert dict(proofs["b"].seeded).keys() == {"one.t", "two.t"}
    locked = {lock.relation for m in proofs["b"].messages_up for lock in m.locks if lock.mode == "ShareLock"}
    assert {"one.t", "two.t"} <= locked


def test_a_downgrade_that_forgets_the_second_tenant_is_refuted(tenants: Path) -> None:
    proof = proved(tenants, (INDEX[0], "is_two() or op.drop_index('ix_t')"), whole=False)["b"]
    assert proof.verdict == "refuted" and "index two.t.ix_t is extra" in proof.reasons[0].message
    assert "one.t" not in proof.reasons[0].message


def test_an_upgrade_that_fails_in_the_second_tenant_takes_the_first_one_back(tenants: Path) -> None:
    proof = proved(tenants, ("op.create_index('ix_t', 't', ['id']); is_two() and op.execute('SELECT 1/0')", INDEX[1]))[
        "b"
    ]
    assert proof.reasons[0].sqlstate == "22012"
    assert proof.rollback == "went back from one.alembic_version: b; two.alembic_version: a1 to a1"


def test_a_version_table_that_does_not_come_back_refutes(tenants: Path) -> None:
    ghost = "op.drop_index('ix_t'); is_two() and op.execute(\"INSERT INTO two.alembic_version VALUES ('ghost')\")"
    proof = proved(tenants, (INDEX[0], ghost), whole=False)["b"]
    assert proof.reasons[0].code == "down-versions" and "ghost" in proof.reasons[0].message
