"""Proofs for people: one row per revision, then why each that is not proven is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pgwright.doors.error_output import Error
from pgwright.doors.show.humane import count, seconds
from pgwright.doors.show.refusal import errors as show_errors
from pgwright.records import Proof, Reason
from pgwright.step import Finding

STYLE = {"proven": "green", "refuted": "bold red", "unproven": "yellow"}
_FINDING = {"error": "red", "warning": "yellow", "info": "dim"}


def proofs(found: Sequence[Proof], errors: Sequence[Error] = ()) -> RenderableType:
    """The verdicts, their reasons with repairs, the findings, and a count."""
    parts: list[RenderableType] = []
    if found:
        parts.append(_table(found))
    for proof in found:
        if proof.reasons or proof.findings:
            parts.append(_detail(proof))
    if errors:
        parts.append(show_errors(errors))
    if found or not errors:
        parts.append(_summary(found))
    return Group(*parts)


def _table(found: Sequence[Proof]) -> Table:
    table = Table(box=None, pad_edge=False, show_edge=False)
    for title in ("revision", "verdict", "up", "down", "up again", "rows", "why"):
        table.add_column(title, no_wrap=title != "why", header_style="bold")
    for proof in found:
        times = {t.phase: seconds(t.seconds) for t in proof.timings}
        rows = f"{sum(n for _, n in proof.seeded):,}" if proof.seeded else "-"
        table.add_row(
            Text(proof.revision),
            Text(proof.verdict, style=STYLE[proof.verdict]),
            *(times.get(phase, "-") for phase in ("up", "down", "reup")),
            rows,
            Text(_why(proof)),
        )
    return table


def _why(proof: Proof) -> str:
    if not proof.reasons:
        return ""
    first, more = proof.reasons[0], len(proof.reasons) - 1
    return f"{first.phase}: {first.code}" + (f" (and {more} more)" if more else "")


def _detail(proof: Proof) -> RenderableType:
    text = Text("\n")
    text.append(proof.revision, style="bold")
    text.append(f"  {proof.file}\n", style="dim")
    for reason in proof.reasons:
        _append_reason(text, reason, STYLE[proof.verdict])
    for finding in proof.findings:
        _append_finding(text, finding)
    text.rstrip()
    return text


def _append_reason(text: Text, reason: Reason, style: str) -> None:
    text.append(f"  {reason.phase}: {reason.code}", style=style)
    text.append(f": {reason.message}\n")
    where = f"{reason.file}:{reason.line}" if reason.file and reason.line else reason.file or ""
    error = " ".join(p for p in (reason.exception or "", f"SQLSTATE {reason.sqlstate}" if reason.sqlstate else "") if p)
    for label, value in (
        ("at", where),
        ("error", error),
        ("statement", reason.statement or ""),
        ("cause", reason.cause),
    ):
        if value:
            text.append(f"    {label:<10}", style="dim").append(f"{' '.join(value.split())}\n")
    for row in reason.rows:
        text.append("    row       ", style="dim").append(f"{row}\n")
    if reason.repair:
        text.append("    repair\n", style="dim")
        for line in reason.repair.strip("\n").splitlines():
            text.append(
                f"      {line}\n", style="green" if line.startswith("+") else "red" if line.startswith("-") else ""
            )


def _append_finding(text: Text, finding: Finding) -> None:
    text.append(f"  {finding.severity} {finding.code} {finding.rule}", style=_FINDING[finding.severity])
    text.append(f": {finding.message}\n")
    for label, value in (("why", finding.why), ("instead", finding.instead)):
        if value:
            text.append(f"    {label:<10}", style="dim").append(f"{' '.join(value.split())}\n")


def _summary(found: Sequence[Proof]) -> Text:
    verdicts = Counter(p.verdict for p in found)
    told = (
        ", ".join(f"{verdicts[v]} {v}" for v in ("proven", "refuted", "unproven") if verdicts[v]) or "nothing to prove"
    )
    took = sum(t.seconds for p in found for t in p.timings)
    return Text(f"\n{count(len(found), 'revision')}: {told}" + (f" ({seconds(took)} on the shadow)" if took else ""))
