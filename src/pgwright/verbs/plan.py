"""plan: from a task, or from models that changed, to written revisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pgwright.design.difference import requests_from
from pgwright.design.plan import draft
from pgwright.design.request import from_json, to_json
from pgwright.event import Event, OnEvent, silent
from pgwright.interpreter import Loaded, ModelClass
from pgwright.project import Project
from pgwright.project.kept import keep
from pgwright.records import Change, Task
from pgwright.schema.catalog import Snapshot
from pgwright.shadow.attic import taken
from pgwright.shadow.declared import wanted
from pgwright.shadow.lineage import BARE
from pgwright.shadow.stage import Options, Stage
from pgwright.verbs.approval import outstanding
from pgwright.verbs.history import seal_written
from pgwright.verbs.hooks import bypassed
from pgwright.verbs.refusals import Heads, HeadUnreachable, NothingToDo
from pgwright.verbs.session import Wish, session
from pgwright.verbs.written import patches, style_of, written

TaskOf = Callable[[Loaded, Sequence[ModelClass]], Task]


def plan(
    project: Project,
    task_of: TaskOf | None,
    *,
    wish: Wish | None = None,
    message: str = "",
    renames: Mapping[str, str] | None = None,
    write: bool = True,
    on_event: OnEvent = silent,
) -> Change:
    """Design the change that a task asks for, or (without one) that the models ask for, and write its revisions."""
    wish = wish or Wish(options=Options(rows="none", trace=False))
    heads = project.history().heads
    if len(heads) > 1:
        raise Heads(count=len(heads), heads=", ".join(heads), words=" ".join(heads))
    with session(project, wish, len(project.history().revisions), on_event) as (stage, lineage):
        ran = lineage.advance(lineage.order[lineage.at :])
        if ran is not None and ran.error is not None:
            raise HeadUnreachable(why=ran.error.message, file=ran.error.file, line=ran.error.line)
        classes = stage.interpreter.models()
        task, notes = (
            (task_of(stage.loaded, classes), ())
            if task_of
            else _from_models(project, stage, lineage.snapshot, message, renames)
        )
        requests = [from_json(request) for request in task.requests]
        style = style_of(stage, lineage.snapshot)
        with stage.connected(BARE) as conn:
            kept = taken(conn)
        drafts = draft(requests, lineage.snapshot.schema, version=stage.server.version, style=style, kept=kept)
        on_event(
            Event(
                "design",
                f"{len(drafts)} revision{'s' if len(drafts) != 1 else ''}: " + ", ".join(d.phase for d in drafts),
            )
        )
        revisions = written(project, stage, drafts, style, write, on_event)
        change = Change(
            task,
            revisions,
            patches(project, classes, requests, lineage.snapshot),
            (*notes, *bypassed(stage.loaded), *(note for d in drafts for note in d.notes)),
            outstanding(requests),
        )
        if write:
            seal_written(project, stage, {one.revision for one in revisions}, on_event)
    if write:
        keep(project, "changes", revisions[0].revision, change)
    return change


def _from_models(
    project: Project, stage: Stage, head: Snapshot, message: str, renames: Mapping[str, str] | None
) -> tuple[Task, tuple[str, ...]]:
    side = wanted(stage, head.schema, project.settings.objects)
    bare = None if side.models is side.declared else side.models
    found = requests_from(
        head.schema, side.declared, renames=renames, ignore=stage.ignored, bare=bare, kept=side.kept
    )
    notes = (*found.hints, *(f"no recipe yet: {u.identity}: {u.what}" for u in found.unplanned))
    if not found.requests:
        raise NothingToDo()
    return Task(message or "bring the database to the models", tuple(to_json(r) for r in found.requests)), notes
