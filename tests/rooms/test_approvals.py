"""Approvals: signed by real keys, bound to a plan, a database, a time and one run; and every way in which that is missed."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sealed_project import SealedProject, git, make
from ssh_keys import hardware_signature, make_key, public_words, signature_of

from pgwright.doors.cli import cli
from pgwright.errors import Refusal
from pgwright.gate import approval_refusals as refusals
from pgwright.gate.approval import read_text, text_of
from pgwright.gate.guard_refusals import NoExpiryThere
from pgwright.gate.guard_refusals import NoSigners as NobodyCould
from pgwright.gate.judge import Approved, Circumstances, Document, judge
from pgwright.gate.papers import approval_digest, documents, read_document
from pgwright.gate.plan_digest import plan_of
from pgwright.gate.signers import listed, read_signers, signers_of
from pgwright.project.refusals import UnknownEnvironment
from pgwright.shadow.stage import Options
from pgwright.verbs import Wish, prove
from pgwright.verbs.approve import approve, check_approval, circumstances, proof_of, request
from pgwright.verbs.place import place_of

CLUSTER = "7300000000000000001"


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> SealedProject:
    """Sealed and proven once; carol wrote it, alice and bob may sign."""
    root = tmp_path_factory.mktemp("approved")
    project = make(root / "project")
    keys = project.root / "keys"
    keys.mkdir()
    for name in ("alice", "bob", "bob2", "carol", "mallory"):
        make_key(keys / name)
    listed = [("alice", "alice"), ("bob", "bob"), ("bob", "bob2"), ("carol", "carol")]
    lines = [f'{who}@example.org namespaces="pgwright" {public_words(keys / key)}' for who, key in listed]
    (project.root / ".pgwright").mkdir()
    (project.root / ".pgwright/allowed_signers").write_text("# who may sign\n" + "\n".join(lines) + "\n")
    (project.root / "pgwright.toml").write_text('[environments.production]\nurl_env = "PRODUCTION_URL"\n')
    git(project.root, "config", "user.email", "carol@example.org")
    project.commit("who may sign")
    git(project.root, "branch", "-f", "main")
    [_] = prove(project.found, "a3", wish=Wish(options=Options(rows="none")))
    return project


@pytest.fixture
def project(original: SealedProject, tmp_path: Path) -> SealedProject:
    shutil.copytree(original.root, tmp_path / "project", symlinks=True)
    return SealedProject(tmp_path / "project")


def ask(project: SealedProject, **more: Any) -> str:
    place = place_of(project.found, "production", CLUSTER, "clinic")
    return request(project.found, "a3", place, author="carol@example.org", **more).id


def sign(project: SealedProject, id: str, name: str) -> str:
    return approve(project.found, id, project.root / "keys" / name).signer


def check(project: SealedProject, id: str) -> Approved:
    return check_approval(project.found, id, place_of(project.found, "production", CLUSTER, "clinic"))


def rewritten(project: SealedProject, id: str, old: str, new: str) -> None:
    path = project.root / f".pgwright/approvals/{id}.txt"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_asked_signed_and_counted(project: SealedProject) -> None:
    id = ask(project)
    text = (project.root / f".pgwright/approvals/{id}.txt").read_text()
    assert "what: apply a3: drops nothing, rewrites nothing\n" in text
    assert f"cluster: {CLUSTER}\ndatabase: clinic\n" in text
    assert "tier: ARCHITECT (column change)\nauthor: carol@example.org\nquorum: 1\n" in text
    with pytest.raises(refusals.TooFew) as waits:
        check(project, id)
    assert waits.value.exit_status == 3
    assert sign(project, id, "alice") == "alice@example.org"
    assert check(project, id).people == ("alice@example.org",)


def test_what_is_dropped_stands_in_the_first_lines(project: SealedProject) -> None:
    id = ask(project, direction="down")
    text = (project.root / f".pgwright/approvals/{id}.txt").read_text()
    assert "what: undo a3: drops table column public.person.phone\n" in text
    assert "\ndrop: table column public.person.phone\n" in text
    assert "tier: human (a column and its data go, production goes back)\n" in text


def test_anybody_can_check_the_bytes_with_ssh_keygen(project: SealedProject) -> None:
    id = ask(project)
    sign(project, id, "alice")
    [file] = (project.root / ".pgwright/approvals").glob("*.sig")
    command = ["ssh-keygen", "-Y", "verify", "-f", ".pgwright/allowed_signers", "-I", "alice@example.org"]
    text = (project.root / f".pgwright/approvals/{id}.txt").read_bytes()
    done = subprocess.run(
        [*command, "-n", "pgwright", "-s", str(file)], cwd=project.root, input=text, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


# who signed


def test_the_author_cannot_approve(project: SealedProject) -> None:
    id = ask(project)
    with pytest.raises(refusals.AuthorSigned, match="carol"):
        sign(project, id, "carol")
    assert not list((project.root / ".pgwright/approvals").glob("*.sig"))


def test_nobody_who_committed_to_the_file_can_approve_it(project: SealedProject) -> None:
    project.change("migrations/versions/a3_phone.py", '"""A telephone number."""', '"""A number."""')
    git(project.root, "config", "user.email", "alice@example.org")
    git(project.root, "add", "-A")
    subprocess.run(
        ["git", "-C", project.root, "-c", "user.name=a", "-c", "commit.gpgsign=false", "commit", "-qm", "words"],
        check=True,
    )
    id = ask(project)
    with pytest.raises(refusals.AuthorSigned, match="alice"):
        sign(project, id, "alice")
    assert sign(project, id, "bob") == "bob@example.org"


def test_two_keys_of_one_person_are_one_approval(project: SealedProject) -> None:
    (project.root / "pgwright.toml").write_text(
        '[environments.production]\nurl_env = "PRODUCTION_URL"\n[policy]\nquorum = 2\n'
    )
    id = ask(project)
    sign(project, id, "bob")
    text = (project.root / f".pgwright/approvals/{id}.txt").read_bytes()
    second = signature_of(project.root / "keys/bob2", text)
    (project.root / f".pgwright/approvals/{id}.again.sig").write_text(second)
    with pytest.raises(refusals.TooFew, match=r"1 of 2 approvals .* bob@example.org"):
        check(project, id)
    sign(project, id, "alice")
    assert check(project, id).people == ("alice@example.org", "bob@example.org")


def test_a_key_that_is_not_listed_is_refused_also_when_the_work_tree_lists_it(project: SealedProject) -> None:
    id = ask(project)
    with pytest.raises(refusals.NotListed, match="SHA256:"):
        sign(project, id, "mallory")
    with (project.root / ".pgwright/allowed_signers").open("a") as file:
        file.write(f"mallory@example.org {public_words(project.root / 'keys/mallory')}\n")
    project.commit("one more")
    with pytest.raises(refusals.NotListed, match="main branch"):
        sign(project, id, "mallory")


def test_a_signature_for_git_is_none_for_us(project: SealedProject) -> None:
    id = ask(project)
    text = (project.root / f".pgwright/approvals/{id}.txt").read_bytes()
    (project.root / f".pgwright/approvals/{id}.a.sig").write_text(
        signature_of(project.root / "keys/alice", text, "git")
    )
    with pytest.raises(refusals.WrongNamespace, match="git"):
        check(project, id)


def judged(project: SealedProject, id: str, **more: Any) -> Approved:
    """The same with other circumstances."""
    document = read_document(project.found, id)
    wanted = read_text(document.text, id)
    return judge(document, replace(circumstances(project.found, wanted, document), **more))


@pytest.mark.parametrize(("flags", "counts"), [(1, True), (5, True), (0, False), (4, False)])
def test_a_hardware_key_that_nobody_touched_does_not_count(project: SealedProject, flags: int, counts: bool) -> None:
    public, signing = hardware_signature()
    id = ask(project)
    text = (project.root / f".pgwright/approvals/{id}.txt").read_bytes()
    (project.root / f".pgwright/approvals/{id}.token.sig").write_text(signing(text, flags))
    signers = read_signers(f"dora@example.org {public}")
    if counts:
        assert judged(project, id, signers=signers).people == ("dora@example.org",)
    else:
        with pytest.raises(refusals.NotTouched, match="without being touched"):
            judged(project, id, signers=signers)


def test_where_a_touch_is_required_a_key_from_a_file_does_not_do(project: SealedProject) -> None:
    (project.root / "pgwright.toml").write_text(
        '[environments.production]\nurl_env = "PRODUCTION_URL"\n[policy]\ntouch = true\n'
    )
    id = ask(project)
    assert "\ntouch: required\n" in (project.root / f".pgwright/approvals/{id}.txt").read_text()
    with pytest.raises(refusals.NeedsTouch, match="ed25519-sk"):
        sign(project, id, "alice")


@pytest.mark.parametrize(
    ("option", "counts"),
    [('valid-before="20200101"', False), ('valid-after="20990101"', False), ('valid-before="20990101Z"', True)],
)
def test_a_key_counts_while_the_list_says_so(project: SealedProject, option: str, counts: bool) -> None:
    id = ask(project)
    sign(project, id, "alice")
    signers = read_signers(f"alice@example.org {option} {public_words(project.root / 'keys/alice')}")
    if counts:
        assert judged(project, id, signers=signers).people
    else:
        with pytest.raises(refusals.KeyNotValid):
            judged(project, id, signers=signers)


# what was signed


@pytest.mark.parametrize(
    ("old", "new"),
    [("quorum: 1", "quorum: 2"), ("database: clinic", "database: other"), ("author: carol", "author: nobody")],
)
def test_one_changed_byte_voids_it(project: SealedProject, old: str, new: str) -> None:
    id = ask(project)
    sign(project, id, "alice")
    rewritten(project, id, old, new)
    with pytest.raises(refusals.BadSignature, match="a byte of the text changed"):
        judged(project, id, cluster=None, database=None)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("direction: up", "direction: sideways", "direction"),
        ("quorum: 1", "quorum: 0", "quorum"),
        ("quorum: 1", "quorum: one", "one"),
        ("quorum: 1", "quorum: 01", "not written as"),
        ("quorum: 1\n", "quorum: 1\nquorum: 1\n", "twice"),
        ("quorum: 1\n", "quorum: 1\nsay: hello\n", "line"),
        ("author: carol@example.org\n", "", "author"),
        ("format: approval/1", "format: approval/9", "format"),
        ("what: apply", "what: nothing, apply", "not written as"),
        ("expires: 2", "expires: x", "does not match"),
    ],
)
def test_a_text_that_could_be_read_otherwise_is_refused(project: SealedProject, old: str, new: str, why: str) -> None:
    id = ask(project)
    rewritten(project, id, old, new)
    with pytest.raises(refusals.NotAnApproval, match=why):
        check(project, id)


def test_crlf_line_ends_are_named_as_what_they_are(project: SealedProject) -> None:
    id = ask(project)
    sign(project, id, "alice")
    path = project.root / f".pgwright/approvals/{id}.txt"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    with pytest.raises(refusals.LineEnds, match="CRLF"):
        check(project, id)
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n"))
    signature = next((project.root / ".pgwright/approvals").glob("*.sig"))
    signature.write_bytes(signature.read_bytes().replace(b"\n", b"\r\n"))
    assert check(project, id).people  # the armour itself may have any line ends


def test_a_plan_that_changed_is_refused_with_the_statement_that_did(project: SealedProject) -> None:
    id = ask(project)
    sign(project, id, "alice")
    messages = proof_of(project.found, "a3").messages_up
    at = next(i for i, one in enumerate(messages) if "phone" in one.message)
    other = [
        *messages[:at],
        replace(messages[at], message=messages[at].message.replace("TEXT", "INTEGER")),
        *messages[at + 1 :],
    ]
    with pytest.raises(refusals.OtherPlan, match=rf"statement {at + 1} was .*TEXT.* and is now .*INTEGER"):
        judged(project, id, plan=plan_of(other))
    with pytest.raises(refusals.OtherPlan, match="is new"):
        judged(project, id, plan=plan_of([*messages, messages[at]]))
    with pytest.raises(refusals.OtherPlan, match="is gone"):
        judged(project, id, plan=plan_of(messages[:-1]))
    with pytest.raises(refusals.OtherPlan, match="another result"):
        judged(project, id, proof="0" * 64)
    (project.root / f".pgwright/approvals/{id}.plan.json").write_text("{}")
    with pytest.raises(refusals.OtherPlan, match="not the ones that were signed"):
        judged(project, id, plan=plan_of(other))


def test_proving_again_does_not_void_it(project: SealedProject) -> None:
    id = ask(project)
    sign(project, id, "alice")
    prove(project.found, "a3", wish=Wish(options=Options(rows="none")))
    assert check(project, id).people


def test_an_edited_revision_has_no_proof_to_approve(project: SealedProject) -> None:
    id = ask(project)
    sign(project, id, "alice")
    project.change("migrations/versions/a3_phone.py", "sa.Text()", "sa.Integer()")
    with pytest.raises(refusals.NoProof, match="changed after it was proven"):
        check(project, id)
    with pytest.raises(refusals.NoProof):
        ask(project)


# where and when


@pytest.mark.parametrize(("cluster", "database"), [(CLUSTER, "clinic_copy"), ("7300000000000000002", "clinic")])
def test_an_approval_is_for_one_database_of_one_cluster(project: SealedProject, cluster: str, database: str) -> None:
    id = ask(project)
    sign(project, id, "alice")
    with pytest.raises(refusals.MovedDatabase, match=database):
        check_approval(project.found, id, place_of(project.found, "production", cluster, database))


def test_expiry_and_clocks(project: SealedProject) -> None:
    id = ask(project)
    sign(project, id, "alice")
    wanted = read_text(read_document(project.found, id).text, id)
    assert judged(project, id, now=wanted.expires - timedelta(seconds=1)).people
    with pytest.raises(refusals.Expired, match="expired"):
        judged(project, id, now=wanted.expires)
    assert judged(project, id, now=wanted.requested - timedelta(minutes=4)).people
    with pytest.raises(refusals.ClockSkew, match="one of the two clocks is wrong"):
        judged(project, id, now=wanted.requested - timedelta(minutes=6))


def test_of_requests_in_one_second_the_last_written_comes_first(project: SealedProject) -> None:
    """Their texts say whole seconds, their names are random: the order is that of the files."""
    written = [ask(project) for _ in range(6)]
    found = documents(project.found, "a3", "production")
    assert [one.id for one in found] == written[::-1]


def test_an_approval_counts_for_one_run(project: SealedProject) -> None:
    id = ask(project)
    sign(project, id, "alice")
    receipt = project.root / ".pgwright/receipts/production.a3.up.json"
    receipt.parent.mkdir()
    digest = approval_digest(read_document(project.found, id))
    receipt.write_text(json.dumps({"revision": "a3", "state": "waiting_for_lock", "approvals": [digest]}))
    assert check(project, id).people  # cut off: the same approval lets it go on
    receipt.write_text(json.dumps({"revision": "a3", "state": "done", "approvals": [digest]}))
    with pytest.raises(refusals.Replayed, match=r"production\.a3\.up\.json"):
        check(project, id)


def test_a_nonce_is_never_the_same(project: SealedProject) -> None:
    first, second = ask(project), ask(project)
    nonces = {read_text(read_document(project.found, one).text, one).nonce for one in (first, second)}
    assert len(nonces) == 2


# keys that do not sign


def test_a_key_that_is_not_there_or_no_key(project: SealedProject, tmp_path: Path) -> None:
    id = ask(project)
    with pytest.raises(refusals.NotSigned, match="Name a key that is there"):
        approve(project.found, id, tmp_path / "none")
    (tmp_path / "nonsense").write_text("hello\n")
    with pytest.raises(refusals.NotSigned, match="ssh-keygen did not sign"):
        approve(project.found, id, tmp_path / "nonsense")


def test_a_private_key_that_others_can_read(project: SealedProject) -> None:
    id = ask(project)
    (project.root / "keys/alice").chmod(0o644)
    with pytest.raises(refusals.NotSigned, match="chmod 600"):
        sign(project, id, "alice")


def test_a_passphrase_that_nobody_can_type(project: SealedProject, monkeypatch: pytest.MonkeyPatch) -> None:
    id = ask(project)
    key = make_key(project.root / "keys/locked", passphrase="secret")
    monkeypatch.setenv("SSH_ASKPASS", "/bin/false")
    monkeypatch.setenv("SSH_ASKPASS_REQUIRE", "force")
    with pytest.raises(refusals.NotSigned, match="ssh-add"):
        approve(project.found, id, key)


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """An agent of this test's own, without keys."""
    socket = tmp_path / "agent.sock"
    child = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()  # it says where it listens, once it does
    monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
    yield socket
    child.terminate()
    child.communicate()


def test_an_agent_without_keys_and_one_with(project: SealedProject, agent: Path) -> None:
    id = ask(project)
    lonely = project.root / "keys/only.pub"
    shutil.copy(project.root / "keys/alice.pub", lonely)
    with pytest.raises(refusals.NotSigned, match="ssh-add it"):
        approve(project.found, id, lonely)
    subprocess.run(["ssh-add", "-q", project.root / "keys/alice"], check=True)
    assert approve(project.found, id, lonely).signer == "alice@example.org"


@pytest.mark.parametrize(("kind", "named"), [("rsa", "ssh-rsa"), ("ecdsa", "ecdsa-sha2-nistp256")])
def test_other_kinds_of_keys_are_refused_before_they_sign(project: SealedProject, kind: str, named: str) -> None:
    id = ask(project)
    key = make_key(project.root / f"keys/{kind}", "-t", kind)
    with pytest.raises(refusals.KeyKind, match=named) as refused:
        approve(project.found, id, key)
    assert "ssh-keygen -t ed25519" in refused.value.hint
    key.with_name(f"{kind}.pub").unlink()
    with pytest.raises(refusals.KeyKind, match=kind):
        approve(project.found, id, key)


def test_without_ssh_keygen(project: SealedProject, monkeypatch: pytest.MonkeyPatch) -> None:
    id = ask(project)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(refusals.NoKeygen):
        sign(project, id, "alice")


def test_a_signature_file_that_is_none(project: SealedProject) -> None:
    id = ask(project)
    (project.root / f".pgwright/approvals/{id}.x.sig").write_text("-----BEGIN PGP SIGNATURE-----\n")
    with pytest.raises(refusals.WrongArmour, match="is not an SSH signature"):
        check(project, id)


def test_an_approval_that_is_not_there(project: SealedProject) -> None:
    with pytest.raises(refusals.UnknownApproval):
        check(project, "a3")
    with pytest.raises(UnknownEnvironment, match="staging"):
        place_of(project.found, "staging", CLUSTER, "clinic")


def test_a_signature_by_somebody_unlisted_is_told_when_it_is_checked(project: SealedProject) -> None:
    """Whoever signs without our command is judged all the same."""
    id = ask(project)
    folder = project.root / ".pgwright/approvals"
    text = (folder / f"{id}.txt").read_bytes()
    (folder / f"{id}.mallory.sig").write_text(signature_of(project.root / "keys/mallory", text))
    with pytest.raises(refusals.NotListed):
        check(project, id)
    (folder / f"{id}.mallory.sig").write_text(signature_of(project.root / "keys/alice", text.replace(b"\n", b"\r\n")))
    with pytest.raises(refusals.LineEnds):
        check(project, id)


# the list of signers


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("*@example.org {key}", "pattern"),
        ("alice@example.org cert-authority {key}", "cert-authority"),
        ('alice@example.org namespaces="git",no-touch-required {key}', "no-touch-required"),
        ("alice@example.org", "name .options. key-type key"),
        ("alice@example.org ssh-ed25519 #", "base64"),
        ('alice@example.org valid-before="soon" {key}', "soon"),
        ("alice@example.org {key}\nbob@example.org {key}", "one key is one person's"),
    ],
)
def test_a_list_that_says_too_much_or_nothing_is_refused(project: SealedProject, line: str, why: str) -> None:
    with pytest.raises(refusals.BadSigners, match=why):
        read_signers(line.format(key=public_words(project.root / "keys/alice")))


def test_keys_of_other_namespaces_and_comments_are_left_out(project: SealedProject) -> None:
    key = public_words(project.root / "keys/alice")
    assert read_signers(f'# nobody\n\nalice@example.org namespaces="git,file" {key}\n') == ()
    [alice] = read_signers(f'alice@example.org,a@example.org namespaces="git,pgwright" {key} a comment\n')
    assert alice.names == {"alice@example.org", "a@example.org"}


def test_a_list_with_an_rsa_key_names_it(project: SealedProject) -> None:
    key = make_key(project.root / "keys/rsa", "-t", "rsa")
    with pytest.raises(refusals.KeyKind, match="ssh-rsa"):
        read_signers(f"alice@example.org {public_words(key)}")


# the text and the commands


def test_every_text_reads_back(project: SealedProject) -> None:
    wanted = read_text(read_document(project.found, ask(project)).text, "it")
    for drops in ((), ("table public.x", 'table column public."a b: c".d')):
        assert read_text(text_of(replace(wanted, drops=drops)), "it") == replace(wanted, drops=drops)
    with pytest.raises(refusals.NotAnApproval, match="not printable"):
        text_of(replace(wanted, drops=("table public.x\nquorum: 1",)))


def test_judging_needs_the_number_of_people_that_the_text_says() -> None:
    with pytest.raises(Refusal):
        judge(Document("x", "", ()), Circumstances((), datetime.now().astimezone()))


def test_the_commands(project: SealedProject, database: str, server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    monkeypatch.setenv(
        "PRODUCTION_URL", f"postgresql+psycopg://postgres@/{database}?host={server.host}&port={server.port}"
    )
    explained = CliRunner().invoke(cli, ["explain-policy", "a3", "--env", "production"])
    assert explained.stdout.splitlines()[0] == "a3: ARCHITECT (column change)"
    asked = json.loads(CliRunner().invoke(cli, ["request", "a3", "--env", "production", "--json"]).stdout)
    assert f"database: {database}\n" in asked["text"]
    waits = CliRunner().invoke(cli, ["approve", asked["id"], "--check", "--json"])
    assert (waits.exit_code, json.loads(waits.stdout)["errors"][0]["code"]) == (3, "PW-GATE-34")
    signed = CliRunner().invoke(cli, ["approve", asked["id"], "--key", "keys/alice", "--json"])
    assert json.loads(signed.stdout)["missing"] == "", signed.output
    counts = CliRunner().invoke(cli, ["approve", asked["id"], "--check", "--env", "production", "--json"])
    assert json.loads(counts.stdout)["approved_by"] == ["alice@example.org"]
    monkeypatch.delenv("PRODUCTION_URL")
    lost = CliRunner().invoke(cli, ["request", "a3", "--env", "production", "--json"])
    assert json.loads(lost.stdout)["errors"][0]["code"] == "PW-GATE-48"


def test_without_a_list_nobody_can_sign(project: SealedProject) -> None:
    shutil.rmtree(project.root / ".git")
    (project.root / ".pgwright/allowed_signers").unlink()
    with pytest.raises(refusals.NoSigners, match="allowed_signers"):
        signers_of(project.found)


def test_what_a_guarded_database_would_list(tmp_path: Path) -> None:
    """Its list knows no namespaces and no last day: what is not ours stays out, what ends is refused."""
    key = public_words(make_key(tmp_path / "one"))
    other = public_words(make_key(tmp_path / "two"))
    old = public_words(make_key(tmp_path / "three"))
    lines = f'alice {key}\nbob namespaces="git" {other}\ncarol valid-before="20200101" {old}\n'
    [one] = listed(read_signers(lines))
    assert (one.principal, f"{one.kind} {one.key}", one.touch) == ("alice", key, False)
    with pytest.raises(NoExpiryThere, match="bob is valid until 2999-01-01"):
        listed(read_signers(f'alice {key}\nbob valid-before="29990101" {other}\n'))
    with pytest.raises(NobodyCould, match="no key that is valid now"):
        listed(read_signers(f'alice valid-after="29990101" {key}\n'))
