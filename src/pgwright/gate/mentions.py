"""Who in the project still speaks of what a revision drops: found by its name, in code and SQL outside of the history.

A column goes from the models and from the tests, and eight scripts with SQL of their own go on reading it. A name is all
that text can tell: a hit may be about something else, and says so only to be looked at before somebody signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pgwright.project import Project
from pgwright.project.repository import git

SUFFIXES = frozenset({
    ".py", ".sql", ".sh", ".js", ".ts", ".go", ".rb", ".java", ".kt", ".cs", ".php", ".yaml", ".yml", ".html", ".jinja", ".j2",
})  # fmt: skip
HELD = ("table column ", "table ", "view ", "materialized view ", "foreign table ", "function ", "type ", "sequence ")
LARGEST = 1_000_000  # bytes: beyond that it is data
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Mention:
    """A line that names something that is dropped."""

    name: str
    file: str
    line: int
    text: str


def mentions(project: Project, drops: Sequence[str]) -> tuple[Mention, ...]:
    """The first lines that name what is dropped, by file; revisions and pgwright's own records are left out."""
    names = sorted({name for drop in drops if (name := _name(drop))})
    if not names:
        return ()
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, names)) + r")\b")
    found = [one for file in _files(project) for one in _in_file(project, file, pattern)]
    return tuple(found[:SHOWN])


def _name(drop: str) -> str:
    """The last part of `table column public.person.phone`, as code would write it; indexes and constraints have no readers."""
    for kind in HELD:
        if drop.startswith(kind):
            return drop.removeprefix(kind).partition("(")[0].rpartition(".")[2].strip('"')
    return ""


def _files(project: Project) -> Iterator[Path]:
    """What git tracks or would track; without git everything below the project."""
    listed = git(project.root, "ls-files", "-co", "--exclude-standard", "-z") if project.repository else None
    paths = [project.root / name for name in listed.split("\0") if name] if listed else sorted(project.root.rglob("*"))
    versions = {written.file.parent.resolve() for written in project.history().revisions}
    for path in paths:
        hidden = any(part.startswith(".") or part == "node_modules" for part in path.relative_to(project.root).parts)
        if path.suffix in SUFFIXES and not hidden and path.parent.resolve() not in versions and path.is_file():
            yield path


def _in_file(project: Project, file: Path, pattern: re.Pattern[str]) -> Iterator[Mention]:
    if file.stat().st_size > LARGEST:
        return
    for number, row in enumerate(file.read_text("utf-8", "replace").splitlines(), 1):
        if found := pattern.search(row):
            yield Mention(found[1], file.relative_to(project.root).as_posix(), number, row.strip()[:120])
