"""What can become of a sealed history, each as a project of its own; `history_play.py` says what the gate tells of it.

Nothing is compiled: what a revision would render to is made up of what it reads, so that scenes cost no interpreter.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from history_play import render
from sealed_project import EXAMPLE, SealedProject, git
from ssh_keys import make_key, public_words

from pgwright.gate.inputs import read_inputs
from pgwright.gate.policy import policy_of
from pgwright.gate.seal import line_of, seal
from pgwright.gate.sign import sign
from pgwright.gate.sums import line_text, read_sums, sums_text
from pgwright.gate.supersede import write_supersede
from pgwright.verbs.approve import approve

VERSIONS = "migrations/versions"
Act = Callable[[SealedProject], None]


def base(root: Path) -> SealedProject:
    """The example, sealed on main, on a branch."""
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("__pycache__"))
    (root / ".gitignore").write_text("__pycache__/\nkeys/\n")
    (root / "keys").mkdir()
    (root / ".pgwright").mkdir()
    signers = [f"{name} {public_words(make_key(root / 'keys' / name))}\n" for name in ("alice", "carol")]
    (root / ".pgwright/allowed_signers").write_text("".join(signers))
    made = SealedProject(root)
    made.sums.unlink(missing_ok=True)
    git(root, "init", "-q", "-b", "main")
    made.commit("as it was")
    sealed(made)
    made.commit("sealed")
    git(root, "switch", "-qc", "work")
    return made


def sealed(project: SealedProject) -> None:
    seal(project.found, lambda names: render(project.root, names))


def at(name: str, old: str, new: str) -> Act:
    return lambda project: (project.change(name, old, new), None)[1]


def each(*acts: Act) -> Act:
    def act(project: SealedProject) -> None:
        for one in acts:
            one(project)

    return act


def commit(project: SealedProject) -> None:
    project.commit()


def add(name: str, down: str = "a4", body: str = "pass") -> Act:
    return lambda project: (project.add(name, down, body), None)[1]


def forged(revision: str, **changes: object) -> Act:
    """A line of migrations.sum rewritten, with a head line that fits."""

    def act(project: SealedProject) -> None:
        sums = read_sums(project.sums.read_text())
        lines = [replace(one, **changes) if one.revision == revision else one for one in sums.lines]  # type: ignore[arg-type]
        project.sums.write_text(sums_text(lines, sums.convention))

    return act


def without(*revisions: str) -> Act:
    def act(project: SealedProject) -> None:
        sums = read_sums(project.sums.read_text())
        project.sums.write_text(sums_text([one for one in sums.lines if one.revision not in revisions], sums.convention))

    return act


def rows(change: Callable[[list[str]], list[str]]) -> Act:
    """The file of sums by its rows, the head line as it was."""
    return lambda project: (project.sums.write_text("".join(change(project.sums.read_text().splitlines(True)))), None)[1]


def gone(name: str) -> Act:
    return lambda project: (project.root / name).unlink()


def written(name: str, text: str) -> Act:
    def act(project: SealedProject) -> None:
        (project.root / name).parent.mkdir(parents=True, exist_ok=True)
        (project.root / name).write_text(text)

    return act


def receipt(content: object) -> Act:
    text = content if isinstance(content, str) else json.dumps(content)
    later = at(f"{VERSIONS}/b1.py", "pass", "print()")
    return each(add("b1"), sealed, written(".pgwright/receipts/r.json", text), commit, later)


def superseded(*, signed: bool = True, quorum: int = 1, **line: object) -> Act:
    """a3 edited, and a text for its new record; `line` changes the file of the new line afterwards."""

    def act(project: SealedProject) -> None:
        EDIT(project)
        _, inputs = read_inputs(project.found)
        was = read_sums(project.sums.read_text()).by_revision["a3"]
        now = line_of(inputs["a3"], render(project.root, ["a3"])["a3"])
        path = write_supersede(project.found, was, now, "carol", replace(policy_of({}), quorum=quorum))
        if signed:
            approve(project.found, path.name.removesuffix(".txt"), project.root / "keys/alice")
        path.with_suffix(".line").write_text(line_text(replace(now, **line)) + "\n")  # type: ignore[arg-type]

    return act


def of_another_line(project: SealedProject) -> None:
    """Signed from a line that main never had."""
    forged("a3", made_with="something")(project)
    superseded()(project)


def edited_with_its_line(project: SealedProject) -> None:
    """As if it had been sealed like that."""
    EDIT(project)
    _, inputs = read_inputs(project.found)
    forged("a3", ast=inputs["a3"].ast, text=inputs["a3"].text)(project)


def receipt_touched(project: SealedProject) -> None:
    """Applied, then edited, sealed and committed together with its receipt."""
    each(receipt({"revision": "b1"}), sealed)(project)
    now = read_inputs(project.found)[1]["b1"]
    forged("b1", ast=now.ast, text=now.text)(project)
    written(".pgwright/receipts/r.json", '{"revision": "b1", "more": 1}')(project)
    project.commit()


def otherwise_written(project: SealedProject) -> None:
    """Signed, in another order than pgwright writes."""
    superseded(signed=False)(project)
    [path] = (project.root / ".pgwright/approvals").glob("*.txt")
    rows_of = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*rows_of[:2], rows_of[3], rows_of[2], *rows_of[4:]]))
    signature = sign(path.read_bytes(), project.root / "keys/alice", lambda line: None)
    path.with_suffix(".alice.sig").write_text(signature)


def no_git(project: SealedProject) -> None:
    shutil.rmtree(project.root / ".git")


def new_git(project: SealedProject) -> None:
    no_git(project)
    git(project.root, "init", "-q", "-b", "main")


def never_sealed(project: SealedProject) -> None:
    new_git(project)
    project.sums.unlink()
    project.commit()


def not_on_main(project: SealedProject) -> None:
    never_sealed(project)
    git(project.root, "switch", "-qc", "work")
    sealed(project)


def no_main(project: SealedProject) -> None:
    git(project.root, "branch", "-D", "-q", "main")


def conflict(*markers: str) -> Act:
    return each(add("b1"), sealed, rows(lambda all_: [markers[0], *all_[:-1], markers[1], all_[-1], markers[2]]))


EDIT = at(f"{VERSIONS}/a3_phone.py", '"phone"', '"telephone"')
KINDS = at("app/values.py", '"lab"', '"laboratory"')
LONG = "b" * 33
ROOT = "revision = 'z1'\ndown_revision = None\n\n\ndef upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n"
USES, SA = "from app.values import KINDS\n", "import sqlalchemy as sa"

SCENES: dict[str, Act] = {
    "as-sealed": lambda project: None,
    "formatting": at(f"{VERSIONS}/a1_person.py", "def upgrade():", "# why\ndef upgrade():"),
    "edited": EDIT,
    "edited-and-sealed-again": each(EDIT, forged("a3", ast="0" * 64)),
    "edited-with-its-line": edited_with_its_line,
    "edited-committed": each(EDIT, commit),
    "renamed": each(
        at(f"{VERSIONS}/a3_phone.py", 'revision = "a3"', 'revision = "c3"'), at(f"{VERSIONS}/a4_count.py", '"a3"', '"c3"')
    ),
    "rewired": each(add("a2b", "a2"), at(f"{VERSIONS}/a3_phone.py", '"a2"', '"a2b"')),
    "deleted": gone(f"{VERSIONS}/a4_count.py"),
    "deleted-and-another-added": each(gone(f"{VERSIONS}/a4_count.py"), add("b1", "a3")),
    "moved": lambda project: (project.versions / "a3_phone.py").rename(project.versions / "a3_tel.py") and None,
    "line-dropped": without("a3"),
    "all-lines-dropped": without("a1", "a2", "a3", "a4"),
    "sums-deleted": gone("migrations/migrations.sum"),
    "conflict": conflict("<<<<<<< HEAD\n", "=======\n", ">>>>>>> main\n"),
    "conflict-of-three": conflict("<<<<<<< HEAD\n", "||||||| base\n", ">>>>>>> main\n"),
    "line-twice": rows(lambda all_: [*all_, all_[-1]]),
    "line-twice-with-its-head": lambda project: project.sums.write_text(_twice(project)) and None,
    "two-head-lines": rows(lambda all_: [all_[0], *all_]),
    "wrong-head-line": rows(lambda all_: [all_[0][:-9] + "00000000\n", *all_[1:]]),
    "no-head-line": rows(lambda all_: all_[1:]),
    "no-convention-line": rows(lambda all_: [all_[0], *all_[2:]]),
    "garbage": rows(lambda all_: [*all_, "hello\n"]),
    "unknown-field": rows(lambda all_: [*all_[:-1], f"{all_[-1].rstrip()} more=1\n"]),
    "field-missing": rows(lambda all_: [*all_[:-1], all_[-1].replace("text=", "up=", 1)]),
    "blank-lines": rows(lambda all_: [*all_, "\n", "\n"]),
    "new": add("b1"),
    "new-of-two": each(add("b1"), add("b2", "b1")),
    "new-and-sealed": each(add("b1"), sealed),
    "new-sealed-and-edited": each(add("b1"), sealed, at(f"{VERSIONS}/b1.py", "pass", "print()")),
    "new-sealed-and-formatted": each(add("b1"), sealed, at(f"{VERSIONS}/b1.py", "pass", "pass  # why")),
    "new-sealed-and-rewired": each(add("b1"), add("b2", "b1"), sealed, at(f"{VERSIONS}/b2.py", '"b1"', '"a4"')),
    "new-sealed-and-moved": each(add("b1"), sealed, lambda p: (p.versions / "b1.py").rename(p.versions / "b9.py") and None),
    "new-sealed-and-deleted": each(add("b1"), sealed, gone(f"{VERSIONS}/b1.py")),
    "new-forged": each(add("b1"), sealed, forged("b1", ast="0" * 64)),
    "new-compiles-otherwise": each(add("b1", "a4", "print(KINDS)"), at(f"{VERSIONS}/b1.py", SA, USES + SA), sealed, KINDS),
    "id-too-long": add(LONG),
    "id-long-after-a-wider-column": each(add("b1", "a4", 'op.alter_column("alembic_version", "version_num")'), add(LONG, "b1")),
    "id-long-on-main": each(add(LONG), sealed, commit, lambda project: git(project.root, "branch", "-f", "main") and None),
    "orphan": add("b1", "nobody"),
    "syntax": each(add("b1"), at(f"{VERSIONS}/b1.py", "pass", "pass)")),
    "declared-twice": each(add("b1"), lambda p: (p.versions / "b2.py").write_text((p.versions / "b1.py").read_text()) and None),
    "two-heads": each(add("b1"), add("b2")),
    "three-heads": each(add("b1"), add("b2"), add("b3", "a3")),
    "two-trees": written(f"{VERSIONS}/z1.py", ROOT),
    "import-harmless": at("app/values.py", "KINDS =", "OTHERS = []\nKINDS ="),
    "import-changed": KINDS,
    "import-changed-and-orphan": each(KINDS, add("b1", "nobody")),
    "import-changed-and-edited": each(KINDS, at(f"{VERSIONS}/a2_kinds.py", "def upgrade", "X = 1\n\n\ndef upgrade")),
    "convention-changed": at("app/base.py", '"uq_%(table_name)s_%(column_0_name)s"', '"%(table_name)s_%(column_0_name)s_key"'),
    "convention-changed-unseen": written("names.txt", "others"),
    "other-change-beside-the-convention": at("app/base.py", "metadata =", "OTHER = 1\nmetadata ="),
    "other-versions": written("made.txt", "alembic-9,sqlalchemy-9"),
    "meaning-changed-unseen": written("more.txt", "something behind the imports"),
    "applied": receipt({"revision": "b1"}),
    "applied-several": receipt({"revisions": ["b1", 7]}),
    "applied-and-deleted": each(receipt({"revision": "b1"}), gone(".pgwright/receipts/r.json"), commit),
    "applied-edited-and-receipt-touched": receipt_touched,
    "applied-what-is-on-main": each(written(".pgwright/receipts/r.json", '{"revision": "a3"}'), commit),
    "applied-what-was-not-sealed": each(add("b1"), written(".pgwright/receipts/r.json", '{"revision": "b1"}'), commit),
    "receipt-damaged": receipt("{"),
    "receipt-of-nothing": receipt([1]),
    "outside-git": no_git,
    "outside-git-edited": each(no_git, EDIT),
    "no-commit": new_git,
    "never-sealed": never_sealed,
    "sealed-here-only": not_on_main,
    "no-main": no_main,
    "unknown-base": lambda project: None,
    "base-before-the-seal": EDIT,
    "superseded": superseded(),
    "superseded-and-sealed": each(superseded(), sealed),
    "superseded-unsigned": superseded(signed=False),
    "superseded-otherwise-written": otherwise_written,
    "superseded-by-too-few": each(superseded(), written("pgwright.toml", "[policy]\nquorum = 2\n")),
    "superseded-another-line": superseded(made_with="else"),
    "superseded-another-revision": superseded(revision="a2"),
    "superseded-from-another-line": each(of_another_line),
    "superseded-line-missing": each(superseded(), lambda p: next((p.root / ".pgwright/approvals").glob("*.line")).unlink()),
    "superseded-and-edited-again": each(superseded(), at(f"{VERSIONS}/a3_phone.py", "telephone", "tel")),
}


def _twice(project: SealedProject) -> str:
    sums = read_sums(project.sums.read_text())
    return sums_text([*sums.lines, sums.lines[-1]], sums.convention)


def build(root: Path, names: Collection[str]) -> None:
    """Those scenes, each as a project below `root`."""
    first = base(root / "base")
    for name in names:
        shutil.copytree(first.root, root / name, symlinks=True)
        SCENES[name](SealedProject(root / name))
