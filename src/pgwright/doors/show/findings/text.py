"""Findings for people: what and where, the source line underlined, why, and the corrected code.

Written as pieces with a style each; rich, which takes longer to load than an unchanged revision to answer, comes in only
when there is a terminal to colour.
"""

from __future__ import annotations

import sys
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pgwright.doors.show.humane import count
from pgwright.hazards.checked import Checked
from pgwright.hazards.masking import masked
from pgwright.step import Finding

if TYPE_CHECKING:
    from rich.console import RenderableType

STYLE = {"error": "bold red", "warning": "bold yellow", "info": "bold cyan"}
INDENT = "        "


class Pieces:
    """Text with styles, piece by piece."""

    def __init__(self) -> None:
        self.pieces: list[tuple[str, str]] = []

    def append(self, text: str, style: str = "") -> Pieces:
        self.pieces.append((text, style))
        return self

    def plain(self) -> str:
        return "".join(text for text, _ in self.pieces)


def shown(checked: Checked, root: Path) -> RenderableType | str:
    """Every finding with its source, what could not be read whole, errors, and a count."""
    _lines.cache_clear()  # a file may be another one by now, and a relative name another file
    text = Pieces()
    for finding in checked.findings:
        _append(text, finding, root)
    for one in checked.revisions:
        if one.read == "needs-shadow":
            text.append("not read to the end ", "yellow").append(f"{one.file or one.revision}: {one.reason}\n")
            text.append(f"{INDENT}pgwright prove {one.revision} measures what reading cannot see\n", "dim")
    for error in checked.errors:
        where = f"{error['file']}:{error['line']}: " if error["line"] else f"{error['file']}: " if error["file"] else ""
        text.append("refused ", "bold red").append(f"{error['code']}  ", "dim").append(f"{where}{error['message']}\n")
        text.append(f"{INDENT}{error['hint']}\n" if error["hint"] else "")
    text.append(f"{_summary(checked)}\n")
    if not sys.stdout.isatty():
        return text.plain()
    from rich.text import Text

    drawn = Text.assemble(*text.pieces)
    drawn.rstrip()
    return drawn


def _append(text: Pieces, finding: Finding, root: Path) -> None:
    where = f"{finding.file}:{finding.line}" if finding.line else finding.file or finding.revision or ""
    text.append(f"{finding.severity:<8}", STYLE[finding.severity])
    text.append(f"{finding.rule} ", "bold").append(f"{finding.code}  ", "dim").append(where, "cyan")
    text.append(f"  ({finding.phase})\n" if finding.phase == "downgrade" else "\n", "dim")
    text.append(f"{INDENT}{finding.message}\n")
    _append_source(text, finding, root)
    text.append("why     ", "dim").append(f"{' '.join(finding.why.split())}\n")
    if finding.instead:
        text.append("instead\n", "dim")
        for line in finding.instead.splitlines():
            text.append(f"{INDENT}{line}\n", "green")
    text.append("\n")


def _append_source(text: Pieces, finding: Finding, root: Path) -> None:
    """The line of the file with what stands on it underlined; the statement itself where the line does not show it."""
    line = _line(root, finding)
    if line:
        number = f"{finding.line:>6} | "
        mark = _underline(line, finding.statement or "")
        text.append(number, "dim").append(f"{line}\n").append("       | ", "dim")
        text.append(f"{mark}\n", STYLE[finding.severity])
    statement = " ".join((finding.statement or "").split())
    if statement and statement.rstrip(";") not in " ".join(line.split()):
        text.append("sends   ", "dim").append(f"{statement[:300]}{'…' if len(statement) > 300 else ''}\n")


def _underline(line: str, statement: str) -> str:
    """Carets under the statement where the line shows it, else under all that stands on the line."""
    shown = statement if statement and statement in line else line.strip()
    return " " * line.index(shown) + "^" * len(shown)


def _line(root: Path, finding: Finding) -> str:
    if not finding.file or not finding.line:
        return ""
    lines = _lines(root / finding.file)
    return masked(lines[finding.line - 1].rstrip()) if finding.line <= len(lines) else ""


@lru_cache(maxsize=8)
def _lines(file: Path) -> tuple[str, ...]:
    """Findings come file by file."""
    try:
        return tuple(file.read_text("utf-8", "replace").splitlines())
    except OSError:
        return ()


def _summary(checked: Checked) -> str:
    levels = Counter(one.severity for one in checked.findings)
    told = ", ".join(count(levels[level], level) for level in ("error", "warning", "info") if levels[level])
    accepted = f", {len(checked.allowed)} accepted by comments" if checked.allowed else ""
    whole = sum(one.read == "full" for one in checked.revisions)
    partly = f", {len(checked.revisions) - whole} of them not to the end" if whole < len(checked.revisions) else ""
    if not checked.revisions and not checked.errors:
        return "Nothing is new against the main branch. The whole history: pgwright check --all"
    return f"{len(checked.revisions)} read{partly}: {told or 'nothing found'}{accepted}"
