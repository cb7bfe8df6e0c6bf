"""A designed change for people: what was asked, the revisions in order, the model edit, and what is outstanding."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from pgwright.desk.wording import describe
from pgwright.doors.show.humane import count
from pgwright.records import Change, PlannedRevision


def change(planned: Change, *, written: bool) -> RenderableType:
    """The whole change. `written`: its files are there; else it is only what would be written."""
    parts: list[RenderableType] = [Text(planned.task.title or "Models against the database", style="bold")]
    parts += [Text(f"  {describe(r).replace('`', '')}") for r in planned.task.requests]
    parts += [Text(f"  warning: {w}", style="yellow") for w in planned.task.warnings]
    parts += [_revision(i, r) for i, r in enumerate(planned.revisions, 1)]
    if planned.model_patch:
        parts.append(_patch(planned.model_patch))
    parts += [Text(f"note: {note}") for note in planned.notes]
    if planned.approval:
        parts.append(Text(f"approval outstanding: {planned.approval}", style="yellow"))
    parts += [Text(f'claimed, worth nothing: "{claim}"', style="dim") for claim in planned.task.claims]
    return Group(*parts, _summary(planned, written))


def _revision(number: int, revision: PlannedRevision) -> RenderableType:
    text = Text(f"\n{number}. {revision.revision}", style="bold")
    text.append(f"  {revision.phase}  after {revision.down_revision or 'base'}\n", style="dim")
    text.append(f"   {revision.file}\n")
    for label, statements in (
        ("up", revision.upgrade_sql),
        ("down", revision.downgrade_sql),
        ("check", revision.validation),
    ):
        for statement in statements:
            text.append(f"   {label:<6}", style="dim").append(f"{' '.join(statement.split())}\n")
    text.rstrip()
    return text


def _patch(patch: str) -> RenderableType:
    text = Text("\nThe models need this edit; apply it with: git apply\n", style="bold")
    for line in patch.strip("\n").splitlines():
        style = "green" if line.startswith("+") else "red" if line.startswith("-") else "dim"
        text.append(f"  {line}\n", style=style)
    return text


def _summary(planned: Change, written: bool) -> Text:
    if not planned.revisions:
        return Text("\nNothing to change.")
    number = count(len(planned.revisions), "revision")
    if written:
        return Text(f"\n{number} written. Next: pgwright prove")
    return Text(f"\n{number} planned, nothing written. To write: the same command without --dry-run")
