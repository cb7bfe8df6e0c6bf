"""Events as they happen, on standard error: one line each, with a bar below on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from pgwright.event import Event, OnEvent

_MARK = {"step": " ", "good": "+", "bad": "!", "note": "-"}
_STYLE = {"step": "dim", "good": "green", "bad": "bold red", "note": "yellow"}


def line(event: Event) -> str:
    """The event as one plain line."""
    counted = f" ({event.done}/{event.total})" if event.total else ""
    return f"{_MARK[event.level]} {event.stage}: {' '.join(event.text.split())}{counted}"


@contextmanager
def progress(stream: TextIO) -> Iterator[OnEvent]:
    """A listener that shows events on the stream for the length of the block."""
    if stream.isatty():
        with _animated(stream) as listen:
            yield listen
        return

    def listen_plainly(event: Event) -> None:
        print(line(event), file=stream, flush=True)

    yield listen_plainly


@contextmanager
def _animated(stream: TextIO) -> Iterator[OnEvent]:
    """Results stay as lines above; the step in hand and the count move below."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
    from rich.text import Text

    console = Console(file=stream)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def listen(event: Event) -> None:
            if event.level != "step":
                console.print(Text(line(event), style=_STYLE[event.level]))
            total, done = (event.total, event.done) if event.total else (None, 0)
            bar.update(task, description=f"{event.stage}: {event.text}"[:100], total=total, completed=done)

        yield listen
