"""The record of a frozen revision changes with a signature of somebody else, and in no other way."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from sealed_project import SealedProject, git, make
from ssh_keys import make_key, public_words

from pgwright.doors.cli import cli
from pgwright.gate import approval_refusals as refusals
from pgwright.gate.refusals import NotChanged, NotFrozen
from pgwright.gate.supersede import check_supersede
from pgwright.verbs.approve import approve
from pgwright.verbs.history import history_supersede


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> SealedProject:
    """Sealed on main with its signers; carol has edited a frozen revision on the branch."""
    project = make(tmp_path_factory.mktemp("superseded") / "project")
    keys = project.root / "keys"
    keys.mkdir()
    lines = [f"{name}@example.org {public_words(make_key(keys / name))}\n" for name in ("alice", "carol")]
    (project.root / ".pgwright").mkdir()
    (project.root / ".pgwright/allowed_signers").write_text("".join(lines))
    project.commit("who may sign")
    git(project.root, "branch", "-f", "main")
    project.change("migrations/versions/a3_phone.py", "sa.Text()", "sa.String(20)")
    return project


@pytest.fixture
def project(original: SealedProject, tmp_path: Path) -> SealedProject:
    shutil.copytree(original.root, tmp_path / "project", symlinks=True)
    return SealedProject(tmp_path / "project")


def asked(project: SealedProject) -> str:
    path = history_supersede(project.found, "a3", author="carol@example.org")
    return path.name.removesuffix(".txt")


def test_an_edit_is_refused_until_somebody_else_signed_it(project: SealedProject) -> None:
    assert "edited" in project.read()
    id = asked(project)
    assert "edited" in project.read()
    with pytest.raises(refusals.AuthorSigned):
        approve(project.found, id, project.root / "keys/carol")
    assert approve(project.found, id, project.root / "keys/alice").missing == ""
    assert project.read() == {}
    before = project.sums.read_text()
    assert project.seal().superseded == ("a3",)
    assert project.seal().superseded == ()
    assert project.sums.read_text() != before
    assert project.read() == {}
    assert check_supersede(project.found, id)[1] == ("alice@example.org",)


def test_a_signature_is_for_one_edit(project: SealedProject) -> None:
    id = asked(project)
    approve(project.found, id, project.root / "keys/alice")
    project.change("migrations/versions/a3_phone.py", "sa.String(20)", "sa.String(10)")
    assert "edited" in project.read()


def test_a_changed_text_or_line_does_not_count(project: SealedProject) -> None:
    id = asked(project)
    approve(project.found, id, project.root / "keys/alice")
    line = project.root / f".pgwright/approvals/{id}.line"
    kept = line.read_text()
    line.write_text(kept.replace("revision=a3", "revision=a1"))
    assert "edited" in project.read()
    line.write_text(kept)
    text = project.root / f".pgwright/approvals/{id}.txt"
    text.write_text(text.read_text().replace("author: carol", "author: nobody"))
    assert "edited" in project.read()
    with pytest.raises(refusals.BadSignature):
        check_supersede(project.found, id)


def test_what_is_not_frozen_needs_none(project: SealedProject) -> None:
    project.add("b1", "a4")
    with pytest.raises(NotFrozen):
        history_supersede(project.found, "b1")
    project.change("migrations/versions/a1_person.py", "def upgrade", "# why\ndef upgrade")
    with pytest.raises(NotChanged, match="a1 says what its record says"):
        history_supersede(project.found, "a1")


def test_the_commands(project: SealedProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    told = CliRunner().invoke(cli, ["history", "supersede", "a3", "--author", "carol@example.org", "--json"])
    made = json.loads(told.stdout)
    assert "what: replace the record of a3, which is frozen\n" in made["text"]
    waits = CliRunner().invoke(cli, ["approve", made["id"], "--check", "--json"])
    assert waits.exit_code == 3
    assert CliRunner().invoke(cli, ["approve", made["id"], "--key", "keys/alice"]).exit_code == 0
    assert CliRunner().invoke(cli, ["approve", made["id"], "--check"]).stdout.strip().endswith("signed by alice@example.org")
