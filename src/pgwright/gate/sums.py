"""migrations.sum: one line per revision with its identity, and a head line over the rest.

The head line changes with every revision, so two branches that each add one conflict in git on purpose: whoever merges
them has to look. A line is text of `key=value` fields; hashes are sha256 in hex.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from pgwright.gate.refusals import NotASum
from pgwright.project import Project

NAME = "migrations.sum"
HEAD = "pgwright-sum/1"
SAFE = "-_.~:+/@"
LISTS = ("down", "depends", "labels")
MARKERS = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")


@dataclass(frozen=True, slots=True)
class Line:
    """The identity of one revision (DESIGN.md), as it was sealed."""

    revision: str
    file: str  # relative to migrations.sum
    down: tuple[str, ...]
    depends: tuple[str, ...]
    labels: tuple[str, ...]
    text: str  # of the file's bytes: where they are the same, nothing has to be parsed
    ast: str
    imports: str  # of the project's files that it imports; empty: none
    names: str  # of the naming convention
    up: str  # of the compiled SQL, or why there is none: reads-data, volatile
    down_sql: str
    made_with: str  # alembic and sqlalchemy that compiled it

    @property
    def digest(self) -> str:
        """What a supersede is signed over."""
        return sha256(line_text(self).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Sums:
    """The whole file. `is_whole` is false when the head line does not fit the rest."""

    lines: tuple[Line, ...] = ()
    convention: str = ""  # of the places where the project writes its naming convention
    is_whole: bool = True
    has_conflict: bool = False

    @property
    def by_revision(self) -> dict[str, Line]:
        """The lines by revision."""
        return {one.revision: one for one in self.lines}


def sums_file(project: Project) -> Path:
    """Beside the versions directory: in the script directory."""
    return project.tree.directory / NAME


def read_sums(text: str, source: str = NAME) -> Sums:
    """The file's content. Lines of both sides of a git conflict are taken, and the conflict is told."""
    rows = [row for row in text.splitlines() if row.strip()]
    kept = [row for row in rows if not row.startswith(MARKERS)]
    conflict = len(kept) != len(rows)
    heads = [row for row in kept if row.startswith(f"{HEAD} ")]
    rest = [row for row in kept if not row.startswith(f"{HEAD} ")]
    if not heads:
        raise NotASum(source=source, number=1)
    lines: dict[str, Line] = {}
    convention = ""
    for row in rest:
        key, _, value = row.partition(" ")
        if key == "convention":
            convention = value
            continue
        line = read_line(row, source, text.splitlines().index(row) + 1)
        lines[line.revision] = line
    is_whole = not conflict and len(lines) == len(rest) - 1 and heads == [_head(rest)]
    return Sums(tuple(lines.values()), convention, is_whole, conflict)


def sums_text(lines: Iterable[Line], convention: str) -> str:
    """The file for these lines, in their order."""
    rest = [f"convention {convention}", *(line_text(one) for one in lines)]
    return "\n".join([_head(rest), *rest]) + "\n"


def line_text(line: Line) -> str:
    """One line; empty values are left out."""
    words = []
    for field in fields(line):
        value = getattr(line, field.name)
        listed = value if isinstance(value, tuple) else (value,) if value else ()
        if listed:
            words.append(f"{field.name}={','.join(quote(one, safe=SAFE) for one in listed)}")
    return " ".join(words)


def _head(rest: list[str]) -> str:
    return f"{HEAD} {sha256(chr(10).join(rest).encode()).hexdigest()}"


def read_line(row: str, source: str, number: int = 1) -> Line:
    """The line that `line_text` wrote. Raises NotASum."""
    found = dict(word.partition("=")[::2] for word in row.split(" "))
    known = {field.name for field in fields(Line)}
    if not set(found) <= known or not {"revision", "file", "text", "ast"} <= set(found):
        raise NotASum(source=source, number=number)
    return Line(**{name: _value(name, found.get(name, "")) for name in known})


def _value(name: str, text: str) -> Any:
    if name in LISTS:
        return tuple(unquote(one) for one in text.split(",")) if text else ()
    return unquote(text)
