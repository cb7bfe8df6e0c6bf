"""The guard for people: the plan of an installation, the doctor's findings, the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from pgwright.doors.show.doctor import doctor as checks_shown
from pgwright.gate.doctor import Health, Row
from pgwright.gate.install import Plan
from pgwright.gate.ledger import Line, Verified


def plan(planned: Plan, *, done: bool) -> RenderableType:
    """What happens, at which tier, and what the tier does not stop."""
    parts = [
        Text(f"{planned.environment}: database {planned.database} of cluster {planned.cluster}, PostgreSQL {planned.major}"),
        Text(f"\nTier {planned.tier}: {planned.promise}", style="bold"),
        *([Text(f"Not T2: {planned.why_not_more}")] if planned.why_not_more else []),
        Text("It does not stop:"),
        *_list(planned.gaps),
        Text("\nDone:" if done else "\nWhat would be done:", style="bold"),
        *(Text(f"  {number}. {step}") for number, step in enumerate(planned.steps, 1)),
        *([Text("\nBefore you go on:", style="bold"), *_list(planned.warnings)] if planned.warnings else []),
        Text("\nThe guard is there." if done else "\nNothing was changed. To do it, add --yes."),
    ]
    return Group(*parts)


def health(found: Health, *, every_row: bool) -> RenderableType:
    """The checks, then the matrix: what differs, what is an open gap, and how much holds."""
    parts: list[RenderableType] = [checks_shown(found.checks), Text(f"\nTier {found.tier}: {found.promise}", style="bold")]
    if found.not_played:
        parts.append(Text(f"The matrix was not played: {found.not_played}"))
        return Group(*parts)
    counts = {word: sum(row.found == word for row in found.rows) for word in ("holds", "works", "GAP", "absent", "-")}
    parts.append(Text(
        f"{len(found.rows)} cases: {counts['holds']} attempts refused, {counts['works']} uses work, {counts['GAP']} documented"
        f" or open gaps, {counts['absent']} that this major does not have, {counts['-']} not tried here"
    ))  # fmt: skip
    wrong = [row for row in found.rows if row.differs]
    if wrong:
        parts += [Text("\nNot as documented:", style="bold red"), *_rows(wrong)]
    gaps = [row for row in found.rows if row.found == "GAP" and not row.differs]
    parts += [Text("\nGaps of this tier:", style="bold"), *_rows(gaps)]
    if every_row:
        parts += [Text("\nAll rows:", style="bold"), *_rows(found.rows)]
    return Group(*parts)


def verified(found: Verified) -> RenderableType:
    """Whole, or what is wrong with it."""
    what = f"{found.environment}: {found.lines} lines"
    if found.head:
        what += f", head {found.head.seq} {found.head.hash[:16]}"
    end = [Text(f"  {one.kind}: {one.message}", style="red") for one in found.damage] or [
        Text(f"Whole, and it holds every one of the {found.heads_in_git} heads that git remembers.")
    ]
    return Group(Text(what), *end)


def lines(found: Sequence[Line]) -> RenderableType:
    """One line each."""
    return Group(*(Text(f"{n.seq:>5}  {n.at}  {n.who:<18} {n.event:<9} {_about(n)}") for n in found))


def _about(line: Line) -> str:
    body = line.body
    if line.event == "open":
        return f"plan {str(body['plan'])[:12]} approved by {', '.join(body['approved_by'])}"
    if line.event == "step":
        return f"step {body['step']}: {body['tag']} {str(body['digest'])[:12]}"
    if line.event == "declared":
        return f"step {body['step']}: declared done {str(body['digest'])[:12]}"
    if line.event == "close":
        outcome = body["outcome"]
        told = f"{outcome.get('revision', '')} {outcome['state']}" if "state" in (outcome or ()) else outcome
        return f"after {body['next'] - 1} of {body['of']} steps: {told}"
    return ", ".join(body.get("approved_by") or body.get("signers") or [])


def _list(texts: Iterable[str]) -> list[Text]:
    return [Text(f"  - {text}") for text in texts]


def _rows(rows: Iterable[Row]) -> list[Text]:
    return [
        Text(f"  {row.case:<44} {row.found:<8}" + (f" documented: {row.documented}" if row.differs else "")) for row in rows
    ]
