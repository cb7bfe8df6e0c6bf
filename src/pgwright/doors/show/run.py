"""What a run did, for people."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pgwright.doors.show.humane import count, seconds
from pgwright.records import Receipt
from pgwright.run.steer import RunState
from pgwright.verbs.execution import Executed
from pgwright.verbs.watch import Watched

STYLE = {"done": "green", "differs": "red", "invalid": "red"}


def executed(done: Executed) -> RenderableType:
    """A line per revision, what differs below it, and where the database stands."""
    parts: list[RenderableType] = [_table(done)] if done.receipts else []
    for receipt in done.receipts:
        parts += _told(receipt)
    stands = ", ".join(done.after) or "base"
    word = f"{count(len(done.receipts), 'revision')} run" if done.receipts else "nothing to do"
    return Group(*parts, Text(f"\n{done.environment}: {word}; recorded is {stands}"))


def watched(done: Watched) -> RenderableType:
    """The same for a watch, and what it still waits for."""
    told = executed(Executed(done.environment, done.before, done.after, done.receipts))
    return Group(told, Text(f"waiting: {done.waiting.message}", style="yellow")) if done.waiting else told


def _table(done: Executed) -> Table:
    table = Table(box=None, pad_edge=False, show_edge=False)
    for title in ("revision", "way", "as", "state", "steps", "time", "rows"):
        table.add_column(title, no_wrap=True, header_style="bold")
    for one in done.receipts:
        rows = sum(step.rows for step in one.steps)
        table.add_row(
            Text(_whose(one)), Text(one.direction), Text(one.kind), Text(one.state, style=STYLE.get(one.state, "yellow")),
            str(len(one.steps)), seconds(sum(step.seconds for step in one.steps)), f"{rows:,}" if rows else "-",
        )  # fmt: skip
    return table


def _whose(receipt: Receipt) -> str:
    return f"{receipt.revision} of {receipt.tenant}" if receipt.tenant else receipt.revision


def _told(receipt: Receipt) -> list[RenderableType]:
    lines = [Text(f"  differs: {line}", style="red") for line in receipt.differences]
    lines += [Text(f"  counts {n} where 0 is right: {query}", style="red") for query, n in receipt.validation if n]
    lines += [Text(f"  {f.severity} {f.code} {f.rule}: {f.message}", style="yellow") for f in receipt.findings]
    return [Text(f"\n{receipt.revision}", style="bold"), *lines] if lines else []


def state(found: RunState) -> RenderableType:
    """Where a run stands."""
    unit, lines = found.unit, []
    if unit is None:
        lines.append(f"{found.environment}: nothing was ever run here")
    else:
        lines.append(f"{found.environment}: {unit.revision} ({unit.direction}, {unit.kind}) is {unit.state}, "
                     f"{unit.done} of {count(unit.steps, 'step')}")  # fmt: skip
        if unit.batches:
            lines.append(f"  {unit.rows:,} rows in batches ({unit.batches:,}), {unit.share:.0%} walked")
        if unit.told:
            lines.append(f"  {unit.told}")
    lines.append(f"  runner: {found.runner or 'none at the moment'}")
    if found.wish != "run" or found.duty:
        asked = found.wish + (f", duty {found.duty:.2f}" if found.duty else "")
        lines.append(f"  asked: {asked}" + (f" ({found.why})" if found.why else ""))
    if found.tenants:
        lines.append(f"  {count(len(found.tenants), 'tenant')}{', half migrated' if found.half_migrated else ''}:")
        groups: dict[str, list[str]] = {}
        for name, heads in found.tenants:
            groups.setdefault(", ".join(heads) or "base", []).append(name)
        lines += [f"    {heads}: {len(names)} ({', '.join(names[:5])}{', ...' if len(names) > 5 else ''})"
                  for heads, names in groups.items()]  # fmt: skip
    lines += [f"  invalid index: {name}" for name in found.invalid_indexes]
    return Text("\n".join(lines))
