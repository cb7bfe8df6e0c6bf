"""What a run would do, for people."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from pgwright.doors.show.humane import count, size
from pgwright.run.preview import Held, Preview, PreviewedStep, PreviewedUnit


def preview(found: Preview) -> RenderableType:
    """Each revision with its steps, whether anybody waits, and whose approval is outstanding."""
    from_to = [", ".join(one) or "base" for one in (found.before, found.after)]
    head = f"{found.environment}: {count(len(found.units), 'revision')}, from {from_to[0]} to {from_to[1]}"
    parts: list[RenderableType] = [Text(head)]
    parts += [_unit(unit) for unit in found.units]
    parts += [Text(f"{revision} waits for approval: {what}", style="yellow") for revision, what in found.approvals]
    return Group(*parts)


def _unit(unit: PreviewedUnit) -> Text:
    text = Text(f"\n{unit.revision}", style="bold")
    text.append(f"  {unit.direction}, {unit.kind}", style="dim")
    if unit.why:
        text.append(f"\n  one whole, not resumable: {unit.why}", style="yellow")
    if unit.bytes:
        text.append(f"\n  may need {size(unit.bytes)} more on disk")
    for step in unit.steps:
        _append(text, step)
    return text


def _append(text: Text, step: PreviewedStep) -> None:
    text.append(f"\n  {step.no}. ", style="bold").append("in one transaction" if step.kind == "transaction" else step.kind)
    if step.waits:
        loud = [held for held in step.locks if held.mode not in ("ShareUpdateExclusiveLock", "RowExclusiveLock")]
        text.append(f"; waits for {', '.join(map(_held, loud))}", style="yellow")
    for relation in step.rewrites:
        text.append(f"\n     rewrites {relation}: everybody waits meanwhile", style="red")
    if step.breaks:
        text.append(f"\n     {step.breaks}", style="yellow")
    for statement in step.statements:
        text.append(f"\n     {' '.join(statement.split())}")


def _held(held: Held) -> str:
    return f"{held.mode} on {held.relation} ({held.rows:,} rows, {size(held.bytes)})"
