"""`pgwright check`: which revisions, what they send, what every rule says, what comments accept. No database."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from pgwright.event import Event, OnEvent, silent
from pgwright.hazards import replay
from pgwright.hazards.checked import Allowed, Checked, Error, ReadRevision
from pgwright.hazards.doubt import doubt
from pgwright.hazards.judge import Hit, judge
from pgwright.hazards.known import Known
from pgwright.hazards.recorded import script
from pgwright.hazards.rule import Rule
from pgwright.hazards.settings import Checking
from pgwright.hazards.statement import Revision
from pgwright.hazards.suppression import settle
from pgwright.interpreter import Direction, Recorded
from pgwright.project import History
from pgwright.step import Finding

Recordings = Mapping[tuple[str, Direction], Recorded]


def check_revisions(
    root: Path, history: History, selected: Sequence[str], sent: Recordings, rules: Sequence[Rule], chosen: Checking
) -> Checked:
    """Judge the selected revisions, each on what its ancestors leave behind."""
    collecting = gc.isenabled()
    gc.disable()  # thousands of small values that all stay, and nothing to collect: a tenth of the time
    try:
        return _judged(root, history, selected, sent, rules, chosen)
    finally:
        if collecting:
            gc.enable()


def _judged(
    root: Path, history: History, selected: Sequence[str], sent: Recordings, rules: Sequence[Rule], chosen: Checking
) -> Checked:
    out = _Out(rules, chosen)
    revisions = [_revision(root, history, name, sent) for name, way in sent if way == "up"]
    for major in chosen.majors:
        known = Known(version=major, is_complete=True)
        for one in revisions:
            if one.revision in selected:
                out.take(one, judge(one, known, rules), first=major == chosen.majors[0])
            else:
                replay.play(known, one.upgrade)
            if one.upgrade.read != "full":
                doubt(known, one)
    return out.checked()


def _revision(root: Path, history: History, name: str, sent: Recordings) -> Revision:
    written = history.by_id[name]
    up, down = sent.get((name, "up")), sent.get((name, "down"))
    assert up is not None
    return Revision(
        script(up),
        script(down) if down is not None else None,
        name,
        shown(written.file, root),
        written.file.read_text("utf-8", "replace"),
        written.down,
    )


def check_files(files: Iterable[Path], rules: Sequence[Rule], chosen: Checking, on_event: OnEvent = silent) -> Checked:
    """Judge SQL files in the order given; what one makes, the next one knows."""
    from pgwright.hazards import sqlfile

    out = _Out(rules, chosen)
    knowns = [Known(version=major) for major in chosen.majors]
    for path in files:
        name = str(path)
        try:
            text, problem = sqlfile.decoded(path.read_bytes())
        except OSError as error:
            reason = f"the file cannot be read: {error.strerror}"
            out.fail("PW-HAZARDS-04", name, None, reason, "Name a file that is there.")
            continue
        if problem:
            out.fail("PW-HAZARDS-05", name, None, f"the file is {problem}", "Save it as UTF-8.")
        on_event(Event("read", name))
        revision = sqlfile.read(path, text, name)
        for known in knowns:
            out.take(revision, judge(revision, known, rules), first=known is knowns[0])
    return out.checked()


def shown(file: Path, root: Path) -> str:
    """The path as findings name it: relative to the project where it is inside."""
    return str(file.relative_to(root)) if file.is_relative_to(root) else str(file)


class _Out:
    """Collects what every revision and major gives; the same finding for two majors is told once."""

    def __init__(self, rules: Sequence[Rule], chosen: Checking) -> None:
        self._by_slug, self._chosen = {rule.slug: rule for rule in rules}, chosen
        self._read: list[ReadRevision] = []
        self._hits: dict[str, tuple[Revision, list[Hit]]] = {}
        self._errors: list[Error] = []

    def take(self, revision: Revision, hits: Iterable[Hit], *, first: bool) -> None:
        name = revision.revision or revision.file or ""
        _, kept = self._hits.setdefault(name, (revision, []))
        seen = {_place(hit.finding) for hit in kept}
        kept += [hit for hit in hits if _place(hit.finding) not in seen]
        if first:
            self._tell(name, revision)

    def _tell(self, name: str, revision: Revision) -> None:
        partly = next((one for one in revision.scripts if one.read != "full"), None)
        self._read.append(
            ReadRevision(name, revision.file or "", partly.read if partly else "full", partly.reason if partly else "")
        )
        for one in revision.scripts:
            for piece in one.unparsable:
                message = f"{piece.why} (line {piece.line}, column {piece.column})"
                hint = "This piece is not checked; everything around it is."
                self.fail("PW-HAZARDS-03", revision.file or "", piece.line, message, hint)
        if revision.upgrade.read == "failed":
            hint = "It was not checked. Repair the file, or install what it imports in the project's interpreter."
            self.fail("PW-HAZARDS-06", revision.file or "", revision.upgrade.line, revision.upgrade.reason, hint)

    def fail(self, code: str, file: str, line: int | None, message: str, hint: str) -> None:
        self._errors.append({"code": code, "file": file, "line": line, "message": message, "hint": hint})

    def checked(self) -> Checked:
        findings: list[Finding] = []
        allowed: list[Allowed] = []
        today = date.today()
        for revision, hits in self._hits.values():
            file = revision.file or ""
            weighed = [
                replace(hit, finding=replace(one, file=file, revision=revision.revision))
                for hit in hits
                if (one := self._chosen.weighed(hit.finding)) is not None
            ]
            standing, accepted = settle(weighed, revision.source, file, self._by_slug, today)
            named = revision.revision  # those about comments do not know it yet
            findings += (one if one.revision == named else replace(one, revision=named) for one in standing)
            allowed += accepted
        mine = {one.rule for one in findings}
        approvals = tuple(slug for slug, rule in self._by_slug.items() if slug in mine and not rule.can_be_allowed)
        return Checked(tuple(self._read), tuple(findings), tuple(allowed), tuple(self._errors), approvals)


def _place(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.phase, finding.line, finding.statement, finding.message
