"""One signature for several revisions: what the text lists, in its order, each once, by nobody who wrote a part."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sealed_project import SealedProject, git
from ssh_keys import make_key, public_words
from test_approvals import CLUSTER
from test_approvals import original as single

from pgwright.gate import approval_refusals as refusals
from pgwright.gate.approval_refusals import NotAnApproval
from pgwright.gate.judge import Approved
from pgwright.gate.papers import approval_digest, documents, read_document
from pgwright.gate.run_approval import read_run, run_text, wanted_of
from pgwright.shadow.stage import Options
from pgwright.verbs import Wish, prove
from pgwright.verbs.approve import approve, check_approval, request
from pgwright.verbs.place import place_of

__all__ = ["single"]


@pytest.fixture(scope="module")
def original(single: SealedProject, tmp_path_factory: pytest.TempPathFactory) -> SealedProject:
    """Three revisions that are proven; dave wrote a4."""
    root = tmp_path_factory.mktemp("several") / "project"
    shutil.copytree(single.root, root, symlinks=True)
    project = SealedProject(root)
    make_key(root / "keys/dave")
    listed = root / ".pgwright/allowed_signers"
    listed.write_text(f"{listed.read_text()}dave@example.org {public_words(root / 'keys/dave')}\n")
    project.change("migrations/versions/a4_count.py", "\n\n\ndef upgrade", "\n\n\n\ndef upgrade")
    git(root, "add", "-A")
    git(root, "-c", "user.email=dave@example.org", "commit", "-qm", "said better")
    git(root, "branch", "-f", "main")
    assert len(prove(project.found, "a1..a4", wish=Wish(options=Options(rows="none")))) == 3
    return project


@pytest.fixture
def project(original: SealedProject, tmp_path: Path) -> SealedProject:
    shutil.copytree(original.root, tmp_path / "project", symlinks=True)
    return SealedProject(tmp_path / "project")


def ask(project: SealedProject, *revisions: str, direction: str = "up") -> str:
    place = place_of(project.found, "production", CLUSTER, "clinic")
    return request(project.found, revisions or ("a1..a4",), place, direction=direction, author="carol@example.org").id


def sign(project: SealedProject, id: str, name: str) -> str:
    return approve(project.found, id, project.root / "keys" / name).signer


def check(project: SealedProject, id: str) -> Approved:
    return check_approval(project.found, id, place_of(project.found, "production", CLUSTER, "clinic"))


def text(project: SealedProject, id: str) -> str:
    return (project.root / f".pgwright/approvals/{id}.txt").read_text()


def resigned(project: SealedProject, id: str, old: str, new: str) -> None:
    """Another text under the same name, with a signature of its own."""
    path = project.root / f".pgwright/approvals/{id}.txt"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_one_text_one_signature(project: SealedProject) -> None:
    id = ask(project)
    assert id.startswith("a2-to-a4.production.")
    lines = text(project, id).splitlines()
    assert lines[0] == "format: run/1"
    assert lines[1] == "what: apply 3 revisions, a2 to a4: drops nothing, rewrites nothing"
    assert [line.split()[3] for line in lines if line.startswith("part: ")] == ["a2", "a3", "a4"]
    assert "wrote: dave@example.org" in lines
    assert len([line for line in lines if not line.startswith(("part: ", "wrote: "))]) == 12
    assert sign(project, id, "alice") == "alice@example.org"
    assert check(project, id).people == ("alice@example.org",)
    for revision in ("a2", "a3", "a4"):
        [document] = documents(project.found, revision, "production")
        assert wanted_of(document.text, "it", revision).revision == revision
    assert documents(project.found, "a1", "production") == ()


def test_one_revision_is_asked_for_as_ever(project: SealedProject) -> None:
    assert text(project, ask(project, "a2..a3")).startswith("format: approval/1\n")
    with pytest.raises(refusals.NothingToSign):
        ask(project, "a4..a4")


def test_the_way_down_goes_the_other_way(project: SealedProject) -> None:
    lines = text(project, ask(project, "a3", "a2", direction="down")).splitlines()
    assert lines[1].startswith("what: undo 2 revisions, a3 to a2: drops table column public.person.phone")
    assert [line.split()[3] for line in lines if line.startswith("part: ")] == ["a3", "a2"]
    assert any(line.startswith("tier: human (") and "production goes back" in line for line in lines)


def test_nobody_who_wrote_a_part_can_approve(project: SealedProject) -> None:
    id = ask(project)
    for name in ("carol", "dave"):
        with pytest.raises(refusals.AuthorSigned):
            sign(project, id, name)
    git(project.root, "config", "--unset", "user.email")
    resigned(project, id, "wrote: dave@example.org", "wrote: bob@example.org")
    with pytest.raises(refusals.AuthorSigned):  # what the text says counts beside what git says
        sign(project, id, "bob")


def test_an_edit_of_one_of_them_is_told_with_its_statement(project: SealedProject) -> None:
    id = ask(project)
    sign(project, id, "alice")
    project.change("migrations/versions/a3_phone.py", "sa.Text()", "sa.String(20)")
    prove(project.found, "a3", wish=Wish(options=Options(rows="none")))
    with pytest.raises(refusals.OtherPlan, match=r"statement . was `ALTER TABLE person ADD COLUMN phone TEXT`"):
        check(project, id)


def test_each_of_them_is_used_up_by_its_own_receipt(project: SealedProject) -> None:
    id = ask(project)
    sign(project, id, "alice")
    digest = approval_digest(read_document(project.found, id))
    receipts = project.root / ".pgwright/receipts"
    receipts.mkdir()
    for name, counts in (("a2", True), ("a3", True), ("a4", False)):
        body = f'{{"revision": "{name}", "state": "done", "approvals": ["{digest}"]}}'
        (receipts / f"production.{name}.up.json").write_text(body)
        if counts:
            assert check(project, id).people
        else:
            with pytest.raises(refusals.Replayed, match=r"production\.a4"):
                check(project, id)


def test_another_order_than_the_one_of_the_history_does_not_count(project: SealedProject) -> None:
    id = ask(project, "a2", "a3")
    run = read_run(text(project, id), "it")
    turned = run_text(type(run)(run.parts[::-1], *(getattr(run, name) for name in list(run.__slots__)[1:])))
    (project.root / f".pgwright/approvals/{id}.txt").write_text(turned)
    with pytest.raises(refusals.OutOfTurn, match="was signed for a3 before a2"):
        sign(project, id, "alice")


def test_a_revision_that_is_not_listed_has_none(project: SealedProject) -> None:
    document = read_document(project.found, ask(project))
    with pytest.raises(refusals.NotAPart, match="does not list a1"):
        wanted_of(document.text, "it", "a1")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("quorum: 1", "quorum: 0", "is not what it should be"),
        ("quorum: 1", "quorum: many", "invalid literal"),
        ("direction: up", "direction: aside", "is not what it should be"),
        ("nonce: ", "nonce: 1:", "is not what it should be"),
        ("part: ", "part: 1", "it has the part"),
        (" a3\n", " a2\n", "it lists a revision twice"),
        (" a3\n", " \n", "it has the part"),
        ("what: apply 3", "what: apply 2", "not written as pgwright request writes it"),
        ("tier: ", "touch: maybe\ntier: ", "touch can only be required"),
        ("tier: ", "plan: x\ntier: ", "it has the line"),
        ("author: ", "author: x\nauthor: ", "it says author twice"),
        ("quorum: 1\n", "", "it does not say quorum"),
        ("format: run/1", "format: run/2", "its format is run/2"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(original: SealedProject, old: str, new: str, why: str) -> None:
    with pytest.raises(NotAnApproval, match=why):
        read_run(text(original, ask(original)).replace(old, new, 1), "it")
