"""What plan writes: revision files in the project's own style, and the model edits that go with them as a patch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pgwright.design.draft import Draft, Style
from pgwright.design.model_edit import patch
from pgwright.design.render import downgrade_body, imports, upgrade_body
from pgwright.design.request import AddColumn, Request
from pgwright.design.revision_id import revision_id
from pgwright.event import Event, OnEvent
from pgwright.interpreter import ModelClass
from pgwright.project import Project
from pgwright.records import PlannedRevision
from pgwright.schema.catalog import Snapshot
from pgwright.shadow.stage import Stage
from pgwright.step import Step


def style_of(stage: Stage, head: Snapshot) -> Style:
    """How the project names things: conventions, batch mode, its revision ids and their greatest length."""
    loaded = stage.loaded
    conventions = [json.loads(text) for text in loaded.context.naming_conventions if text.startswith("{")]
    table = head.schema.relation(next(iter(stage.ignored)))
    column = table.column("version_num") if table else None
    width = (
        int(column.type.partition("(")[2].rstrip(")") or 64) if column and "(" in column.type else 64 if column else 32
    )
    texts = {k: v for one in conventions for k, v in one.items() if isinstance(v, str)}
    return Style(texts, bool(loaded.context.flags.get("render_as_batch")), tuple(r.id for r in loaded.revisions), width)


def written(
    project: Project, stage: Stage, drafts: Sequence[Draft], style: Style, write: bool, on_event: OnEvent
) -> tuple[PlannedRevision, ...]:
    """Name the drafts, and write each through the project's own template."""
    out: list[PlannedRevision] = []
    parent = stage.loaded.heads[0] if stage.loaded.heads else None
    for one in drafts:
        taken = frozenset(r.revision for r in out)
        name = revision_id(one.subject, style, today=date.today(), taken=taken)
        file = ""
        if write:
            path = stage.interpreter.write_revision(
                name,
                one.message,
                head=parent or "base",
                upgrades=upgrade_body(one),
                downgrades=downgrade_body(one),
                imports=imports(one),
                literal=one.literal,
            )
            file = str(path.relative_to(project.root)) if path.is_relative_to(project.root) else str(path)
            on_event(Event("written", file, level="good"))
        undo = [step for s in reversed(one.steps) for step in (s.undo or ())]
        out.append(
            PlannedRevision(name, parent, one.phase, one.subject, file, _sql(one.steps), _sql(undo), one.validation)
        )
        parent = name
    return tuple(out)


def _sql(steps: Sequence[Step]) -> tuple[str, ...]:
    return tuple(step.sql for step in steps)


def patches(project: Project, classes: Sequence[ModelClass], requests: Sequence[Request], head: Snapshot) -> str:
    """The model edits that go with new columns, as one patch; proposed, never applied."""
    out = []
    for request in requests:
        if not isinstance(request, AddColumn):
            continue
        for found in classes:
            name = (found.table or "").rpartition(".")[2]
            if name == request.table and found.file and request.column not in {c.name for c in found.columns}:
                path = Path(found.file)
                shown = str(path.relative_to(project.root)) if path.is_relative_to(project.root) else path.name
                out.append(patch(path.read_text("utf-8"), found.name, request, file=shown, database=head.schema))
    return "".join(out)
