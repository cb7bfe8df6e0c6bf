"""What went wrong, for people: the sentence, its code, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from pgwright.doors.error_output import Error


def errors(found: Sequence[Error]) -> RenderableType:
    """Each error with its hint below."""
    text = Text()
    for error in found:
        where = (
            f"{error['file']}:{error['line']}: "
            if error["file"] and error["line"]
            else f"{error['file']}: "
            if error["file"]
            else ""
        )
        text.append("refused ", style="bold red").append(f"{error['code']}  ", style="dim").append(
            f"{where}{error['message']}\n"
        )
        for line in error["hint"].splitlines():
            text.append(f"        {line}\n")
    text.rstrip()
    return text
