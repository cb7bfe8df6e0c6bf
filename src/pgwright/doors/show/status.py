"""Where the project stands, for people: each revision in hand with its verdict and what is outstanding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pgwright.doors.show.proofs import STYLE


class Line(Protocol):
    """One revision in hand."""

    @property
    def revision(self) -> str:
        """Its id."""

    @property
    def verdict(self) -> str:
        """`proven`, `refuted`, `unproven`, or `no proof`, `stale proof`."""

    @property
    def note(self) -> str:
        """Why it is listed, and its file."""


def status(lines: Sequence[Line], heads: Sequence[str], notes: Sequence[str] = ()) -> RenderableType:
    """A table of the revisions that are new, the heads, and anything else worth a line."""
    parts: list[RenderableType] = []
    if lines:
        table = Table(box=None, pad_edge=False, show_edge=False)
        for title in ("revision", "verdict", "note"):
            table.add_column(title, no_wrap=title != "note", header_style="bold")
        for line in lines:
            table.add_row(
                Text(line.revision), Text(line.verdict, style=STYLE.get(line.verdict, "yellow")), Text(line.note or "-")
            )
        parts.append(table)
    else:
        parts.append(Text("No revision is new."))
    more = "" if len(heads) == 1 else "  (several heads: merge them, or name one)"
    parts.append(Text(f"\nhead: {', '.join(heads) or 'none'}{more if heads else ''}"))
    return Group(*parts, *(Text(f"note: {note}") for note in notes))
