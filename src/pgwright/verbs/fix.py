"""The verb behind `check --fix`: calls in revisions that nobody has applied yet, in their corrected form.

Each correction is written, the revision is read again, and what brings another finding is taken back.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pgwright.errors import Refusal
from pgwright.event import Event, OnEvent, silent
from pgwright.gate.frozen import RECEIPTS, frozen
from pgwright.gate.refusals import NoBase
from pgwright.hazards.checked import Checked
from pgwright.hazards.fixing.env import opens_transaction
from pgwright.hazards.fixing.forms import FORMS
from pgwright.hazards.fixing.source import corrected
from pgwright.hazards.settings import Checking
from pgwright.project import Project, new_against_main
from pgwright.step import Finding
from pgwright.verbs_check import check

BLOCK = "autocommit_block"


class Released(Refusal):
    """
    {revision} is not rewritten: {why}.
    Databases have run it as it is. What it left to do belongs into a new revision: pgwright plan.
    """

    code = "PW-HAZARDS-07"


@dataclass(frozen=True, slots=True)
class Fixed:
    """A finding that `--fix` met: corrected, or left with the reason."""

    rule: str
    revision: str
    file: str
    line: int
    left: str = ""  # why it stands as it was


def fix(
    project: Project,
    what: Sequence[str] = (),
    *,
    python: str | None = None,
    chosen: Checking | None = None,
    on_event: OnEvent = silent,
) -> tuple[Checked, tuple[Fixed, ...]]:
    """Correct what has a form, and say what `check` finds afterwards. Raises Released before anything is written."""
    before = check(project, what, python=python, chosen=chosen, on_event=on_event)
    wanted = [one for one in before.findings if one.rule in FORMS and one.phase == "upgrade" and one.revision]
    names = list(dict.fromkeys(one.revision for one in wanted if one.revision))
    _require_unreleased(project, names)
    done: list[Fixed] = []
    for name in names:
        done += _revision(project, name, [one for one in wanted if one.revision == name], python, chosen, on_event)
    if not any(not one.left for one in done):
        return before, tuple(done)
    return check(project, what, python=python, chosen=chosen, on_event=on_event), tuple(done)


def _require_unreleased(project: Project, names: Sequence[str]) -> None:
    """Raises Released for the first revision that the main branch has, that is sealed there, or that a Receipt names."""
    new = {one.revision: one.why for one in new_against_main(project)}
    try:
        held = frozen(project).why
    except NoBase:
        held = {}
    for name in names:
        if name in held:
            raise Released(revision=name, why=held[name])
        if new.get(name) not in ("added", "head"):
            raise Released(revision=name, why="the main branch has it")
        if receipt := _receipt(project, name):
            raise Released(revision=name, why=f"it was applied ({receipt})")


def _receipt(project: Project, revision: str) -> str:
    """The first Receipt in the work tree that says that the revision was applied."""
    for path in sorted((project.root / RECEIPTS).rglob("*.json")):
        told = json.loads(path.read_text("utf-8"))
        if revision in (told.get("revision"), *(told.get("revisions") or ())):
            return str(path.relative_to(project.root))
    return ""


def _revision(
    project: Project, name: str, wanted: list[Finding], python: str | None, chosen: Checking | None, on_event: OnEvent
) -> list[Fixed]:
    """From the last line to the first, so that lines above stay where they were."""
    file = project.history(heads_only=True).by_id[name].file
    lines = Counter((one.rule, one.line) for one in wanted)
    out: list[Fixed] = []
    counted: Counter[str] | None = None  # of the file as it stands; each reading replays the whole history
    for one in sorted(wanted, key=lambda each: -(each.line or 0)):
        if lines[one.rule, one.line] > 1:
            left = "one line stands for several statements"
        else:
            left, counted = _try(project, file, one, python, chosen, counted)
        out.append(Fixed(one.rule, name, one.file or "", one.line or 0, left))
        said = f"{one.file}:{one.line} {one.rule}" + (f" left: {left}" if left else "")
        on_event(Event("left" if left else "fixed", said, level="note" if left else "good"))
    return out[::-1]


def _try(
    project: Project,
    file: Path,
    one: Finding,
    python: str | None,
    chosen: Checking | None,
    counted: Counter[str] | None,
) -> tuple[str, Counter[str] | None]:
    """Why it was left, empty when the file holds the corrected form now; and what is found in it as it stands."""
    source = file.read_bytes()
    new = corrected(source.decode("utf-8"), one)
    if new is None:
        return "there is no simple corrected form for the call as it stands", counted
    if new.count(BLOCK) > source.count(BLOCK.encode()) and (line := _opens(project)):
        return f"it needs an autocommit block, and env.py opens the transaction itself (line {line})", counted
    assert one.revision is not None
    before = _counted(check(project, [one.revision], python=python, chosen=chosen)) if counted is None else counted
    kept = False
    try:
        file.write_bytes(new.encode("utf-8"))
        found = check(project, [one.revision], python=python, chosen=chosen)
        after = _counted(found)
        brought = sorted(after - before)
        kept = not brought and not found.errors and after[one.rule] < before[one.rule]
    finally:
        if not kept:
            file.write_bytes(source)
    if kept:
        return "", after
    why = f"the corrected form would bring {brought[0]}" if brought else "the corrected form would not be read in full"
    return why, before


def _opens(project: Project) -> int | None:
    """The line of env.py after which no autocommit block works."""
    try:
        return opens_transaction((project.tree.directory / "env.py").read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None


def _counted(found: Checked) -> Counter[str]:
    return Counter(one.rule for one in found.findings if one.severity != "info")
