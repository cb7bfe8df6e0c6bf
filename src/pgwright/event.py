"""How rooms tell what they are doing: they call the `on_event` that is handed in; only doors print."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: `stage` is a short stable word (`server`, `up`, `proven`), `text` a sentence for people."""

    stage: str
    text: str
    done: int = 0
    total: int = 0
    level: Literal["step", "good", "bad", "note"] = "step"


OnEvent = Callable[[Event], None]


def silent(event: Event) -> None:
    """The default listener."""
