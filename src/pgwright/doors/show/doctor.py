"""What doctor found, for people: one line per check, and under those that fail what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from rich.console import Group, RenderableType
from rich.text import Text

Level = Literal["good", "note", "bad"]
_MARK: dict[Level, tuple[str, str]] = {
    "good": ("ok  ", "green"),
    "note": ("note", "yellow"),
    "bad": ("FAIL", "bold red"),
}


class Check(Protocol):
    """One thing that was looked at."""

    @property
    def level(self) -> Level:
        """Whether it is as it should be."""

    @property
    def name(self) -> str:
        """What was looked at: `env.py`, `interpreter`, `server`."""

    @property
    def text(self) -> str:
        """What was found."""

    @property
    def hint(self) -> str:
        """What to do about it; empty when there is nothing to do."""


def doctor(checks: Sequence[Check]) -> RenderableType:
    """All checks in order, then whether pgwright can work here."""
    parts: list[RenderableType] = []
    width = max((len(c.name) for c in checks), default=0)
    for check in checks:
        mark, style = _MARK[check.level]
        text = Text(f"{mark}  ", style=style)
        text.append(f"{check.name:<{width}}  ", style="bold").append(" ".join(check.text.split()), style="default")
        for line in check.hint.splitlines():
            text.append(f"\n{'':{width + 8}}{line}", style="dim")
        parts.append(text)
    bad = sum(c.level == "bad" for c in checks)
    end = "Ready." if not bad else f"{bad} of {len(checks)} checks failed."
    return Group(*parts, Text(f"\n{end}"))
