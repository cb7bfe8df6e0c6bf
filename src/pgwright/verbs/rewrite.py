"""rewrite: a hand-written revision that holds up a busy table, taken apart into phased ones that do the same.

That they do the same is seen, not believed: both run on copies of one filled database, and catalog and rows are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pgwright.design.draft import Draft
from pgwright.design.plan import draft
from pgwright.design.request import Request, to_json
from pgwright.design.rewrite import taken_apart
from pgwright.errors import Refusal
from pgwright.event import Event, OnEvent, silent
from pgwright.gate.frozen import frozen
from pgwright.project import Project, find, select
from pgwright.project.history import Written
from pgwright.project.kept import keep
from pgwright.records import Change, PlannedRevision, Task
from pgwright.schema.catalog import Snapshot
from pgwright.schema.diff import describe, diff
from pgwright.shadow.attic import taken
from pgwright.shadow.lineage import BARE, Lineage
from pgwright.shadow.rows import RowDifference, RowState, lost, row_state, seed, touched
from pgwright.shadow.stage import Options, Stage
from pgwright.verbs.approval import outstanding
from pgwright.verbs.history import seal_written
from pgwright.verbs.hooks import bypassed
from pgwright.verbs.refusals import HeadUnreachable
from pgwright.verbs.session import Wish, session
from pgwright.verbs.written import style_of, written

FILLED = "pgwright_filled"


class NotTheHead(Refusal):
    """
    {revision} cannot be taken apart: {why}
    Only the newest revision can, and only while nobody has it: what is shared or applied stays as it is.
    """

    code = "PW-PLAN-05"


class RunsNot(Refusal):
    """
    {revision} does not run on the shadow: {why}
    Correct it first; see: pgwright prove {revision}
    """

    code = "PW-PLAN-06"


class DoesNotTheSame(Refusal):
    """
    taken apart, {revision} would not do the same: {differences}
    Nothing was written: the file is as it was. It is applied as it is, or the part is written another way.
    """

    code = "PW-PLAN-07"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a way through the change came to: the catalog, and the rows of the tables that were filled."""

    before: Snapshot
    after: Snapshot
    given: RowState
    rows: RowState
    statements: tuple[str, ...] = ()


def rewrite(
    project: Project, revision: str, *, wish: Wish | None = None, write: bool = True, on_event: OnEvent = silent
) -> Change:
    """Write what `revision` does as revisions of one phase each, in its place; its file goes to .pgwright/rewritten.

    Raises NotTheHead, RunsNot, CannotTakeApart for a statement without a place in a recipe, and DoesNotTheSame.
    """
    wish = wish or Wish(options=Options())
    old = _newest(project, revision)
    order = project.history().revisions
    with session(project, wish, len(order) - 1, on_event) as (stage, lineage):
        whole = _filled_run(stage, lineage, old, [old.revision])
        requests = taken_apart(whole.before.schema, whole.after.schema, whole.statements)
        style = style_of(stage, whole.before)
        with stage.connected(BARE) as conn:
            kept = taken(conn)
        drafts = draft(requests, whole.before.schema, version=stage.server.version, style=style, kept=kept)
        on_event(Event("design", f"{len(drafts)} revisions: " + ", ".join(d.phase for d in drafts)))
        if not write:
            revisions = written(project, stage, drafts, style, False, on_event)
            return _change(stage, old, requests, revisions, drafts)
    return _replaced(project, wish, old, requests, drafts, whole, on_event)


def _newest(project: Project, text: str) -> Written:
    history = project.history()
    [name] = select(history, text)
    why = ""
    if history.heads != (name,):
        why = f"the head is {', '.join(history.heads)}"
    elif name in (held := frozen(project)).lines:
        why = held.why[name]
    elif len(history.by_id[name].down) != 1:
        why = "it does not follow exactly one revision"
    if why:
        raise NotTheHead(revision=name, why=why)
    return history.by_id[name]


def _filled_run(stage: Stage, lineage: Lineage, old: Written, revisions: Sequence[str]) -> Outcome:
    """The revisions on a copy of the parent's state with rows in the tables that the old file names."""
    ran = lineage.advance([r for r in lineage.order[lineage.at :] if r not in revisions])
    if ran is not None and ran.error is not None:
        raise HeadUnreachable(why=ran.error.message, file=ran.error.file, line=ran.error.line)
    before, text = lineage.snapshot, _text(stage, old)
    stage.clone(FILLED, template=BARE)
    tables = frozenset(touched(text, before.schema)) - stage.ignored
    with stage.connected(FILLED) as conn:
        filled = [t for t, _ in seed(conn, before.schema, None, tables, profile="plain", source=text).filled]
        given = row_state(conn, before.schema, filled)
    statements: list[str] = []
    for name in revisions:
        ran, messages = stage.run(FILLED, [("up", name)])
        if ran.error is not None:
            raise RunsNot(revision=name, why=ran.error.message)
        statements += [m.message for m in messages if m.line is not None]
    after = stage.capture(FILLED)
    with stage.connected(FILLED) as conn:
        rows = row_state(conn, after.schema, filled)
    stage.drop(FILLED)
    return Outcome(before, after, given, rows, tuple(statements))


def _text(stage: Stage, old: Written) -> str:
    """The old revision's text: it decides on the rows, also when its file is out of the way."""
    kept = _aside(old)
    return (old.file if old.file.is_file() else kept).read_text(encoding="utf-8", errors="replace")


def _aside(old: Written) -> Path:
    """Where the old file waits while the new ones are tried: beside it, under a name that Alembic does not read."""
    return old.file.with_suffix(".py.taken-apart")


def _replaced(
    project: Project,
    wish: Wish,
    old: Written,
    requests: Sequence[Request],
    drafts: Sequence[Draft],
    whole: Outcome,
    on_event: OnEvent,
) -> Change:
    """The new files in the place of the old one, or everything as it was and DoesNotTheSame."""
    made: list[Path] = []

    def note(event: Event) -> None:
        if event.stage == "written":
            made.append(project.root / event.text)
        on_event(event)

    old.file.rename(_aside(old))
    try:
        with session(find(project.root), wish, len(project.history().revisions), on_event) as (stage, lineage):
            style = style_of(stage, whole.before)
            revisions = written(project, stage, drafts, style, True, note)
            apart = _filled_run(stage, lineage, old, [r.revision for r in revisions])
            if differences := _differences(stage, whole, apart):
                raise DoesNotTheSame(revision=old.revision, differences="; ".join(differences))
            seal_written(project, stage, {one.revision for one in revisions}, on_event)
            change = _change(stage, old, requests, revisions, drafts)
    except BaseException:
        for file in made:
            file.unlink(missing_ok=True)
        _aside(old).rename(old.file)
        raise
    kept = project.root / ".pgwright" / "rewritten" / old.file.name
    kept.parent.mkdir(parents=True, exist_ok=True)
    _aside(old).rename(kept)
    told = f"catalog and rows are those of {old.revision}, kept in {kept.relative_to(project.root)}"
    on_event(Event("same", told, level="good"))
    keep(project, "changes", revisions[0].revision, change)
    return change


def _differences(stage: Stage, whole: Outcome, apart: Outcome) -> list[str]:
    """What the two ways did differently."""
    catalogs = diff(whole.after.schema, apart.after.schema, ignore=stage.ignored)
    told = [describe(d) for d in catalogs if d.refutes]
    return told + [str(d) for d in lost(whole.rows, apart.rows) if not _is_drawn(whole, d)]


def _is_drawn(whole: Outcome, one: RowDifference) -> bool:
    """True for a new column whose default draws another value each time."""
    given, table = whole.given.table(one.table), whole.rows.table(one.table)
    return table is not None and one.column in table.volatile - set(given.columns if given else ())


def _change(
    stage: Stage, old: Written, requests: Sequence[Request], revisions: tuple[PlannedRevision, ...], drafts: Sequence[Draft]
) -> Change:
    task = Task(f"take {old.revision} apart", tuple(to_json(r) for r in requests))
    notes = (*bypassed(stage.loaded), *(note for d in drafts for note in d.notes))
    return Change(task, revisions, "", notes, outstanding(requests))
