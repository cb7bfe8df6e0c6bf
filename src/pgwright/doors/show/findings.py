"""Findings for people: what, where, why, what to do."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from pgwright.step import Finding

STYLE = {"error": "bold red", "warning": "yellow", "info": "dim"}


def findings(found: Sequence[Finding], head: str = "") -> RenderableType:
    """Each finding as a sentence with its reason and the way out below it."""
    parts: list[RenderableType] = [Text(head)] if head else []
    for one in found:
        parts.append(
            Text.assemble((f"{one.severity} {one.rule} ", STYLE[one.severity]), one.message, f"  [{one.code}]")
        )
        parts += [Text(f"    {line}") for line in (_where(one), one.why, one.instead) if line]
    return Group(*parts)


def _where(one: Finding) -> str:
    return f"{one.file}:{one.line}" if one.file and one.line else one.file or ""
