"""A renderable on a stream: with colour on a terminal, as plain text otherwise."""

from __future__ import annotations

from io import StringIO
from typing import TextIO

from rich.console import Console, RenderableType

WIDTH = 160  # of text that goes into a file or a pipe


def emit(renderable: RenderableType, stream: TextIO) -> None:
    """Write the renderable; a stream that is no terminal gets plain text."""
    if stream.isatty():
        Console(file=stream).print(renderable, soft_wrap=True)
    else:
        stream.write(text_of(renderable))


def text_of(renderable: RenderableType, width: int = WIDTH) -> str:
    """The renderable without colour. Only tables wrap at `width`; what may be copied, such as a patch, does not."""
    out = StringIO()
    Console(file=out, width=width, no_color=True, force_terminal=False, emoji=False).print(renderable, soft_wrap=True)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())
