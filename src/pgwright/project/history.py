"""The revision files, read without running them: importing hundreds costs seconds and runs the application's code."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pgwright.project.assigned import assigned

NAMES = ("revision", "down_revision", "branch_labels", "depends_on", "pgwright")
NAMED = re.compile(rb"^(?=[\w(\[])[\w ,()\[\]]*\b(?:%s)\b[\w ,()\[\]]*[:=]" % "|".join(NAMES).encode(), re.M)
FUNCTION = re.compile(rb"^def (upgrade|downgrade)\b", re.M)


@dataclass(frozen=True, slots=True)
class Written:
    """One revision as its file says it."""

    revision: str
    down: tuple[str, ...]
    depends_on: tuple[str, ...]
    labels: tuple[str, ...]
    doc: str
    file: Path
    line: int  # of `revision = ...`
    upgrade_line: int | None
    downgrade_line: int | None
    literal: dict[str, Any] | None = None  # `pgwright = {...}`, in revisions that pgwright wrote


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that Alembic would stumble over."""

    kind: Literal["syntax", "unreadable", "orphan", "duplicate", "cycle"]
    file: Path
    line: int
    message: str


@dataclass(frozen=True)
class History:
    """Every revision that could be read, parents first as far as there is an order, and what is wrong with the rest."""

    revisions: tuple[Written, ...]
    problems: tuple[Problem, ...]

    @cached_property
    def by_id(self) -> dict[str, Written]:
        return {one.revision: one for one in self.revisions}

    @cached_property
    def heads(self) -> tuple[str, ...]:
        """Revisions that no other one follows."""
        followed = {parent for one in self.revisions for parent in one.down}
        return tuple(one.revision for one in self.revisions if one.revision not in followed)

    def ancestors(self, *revisions: str) -> set[str]:
        """The revisions, everything they follow and everything they depend on."""
        seen: set[str] = set()
        waiting = list(revisions)
        while waiting:
            name = waiting.pop()
            if name in seen or name not in self.by_id:
                continue
            seen.add(name)
            one = self.by_id[name]
            waiting += [*one.down, *(self._named(each) for each in one.depends_on)]
        return seen

    def in_order(self, names: Collection[str]) -> tuple[str, ...]:
        """Those revisions, parents first."""
        return tuple(one.revision for one in self.revisions if one.revision in names)

    @cached_property
    def _labelled(self) -> dict[str, str]:
        return {label: one.revision for one in self.revisions for label in one.labels}

    def _named(self, name: str) -> str:
        """depends_on may name a branch label or a unique beginning."""
        if name in self.by_id:
            return name
        matches = [one for one in self.by_id if one.startswith(name)]
        return self._labelled.get(name) or (matches[0] if len(matches) == 1 else name)


def _read_quickly(file: Path) -> Written | Problem | None:
    return _read_head(file) or read_file(file)


def read_history(
    versions: Iterable[Path],
    *,
    recursive: bool = False,
    heads_only: bool = False,
    read: Callable[[Path], Written | Problem | None] | None = None,
) -> History:
    """Reads every file of the version locations. Never raises for what is in them: that becomes a Problem.

    With `heads_only` the bodies of functions are not parsed, for callers who import the files anyway. `read` reads one
    file, for a caller that knows some of them already; by default `read_file`.
    """
    reading = read or (_read_quickly if heads_only else read_file)
    found: dict[str, Written] = {}
    problems: list[Problem] = []
    for file in _files(versions, recursive):
        one = reading(file)
        if isinstance(one, Problem):
            problems.append(one)
        elif one is not None and one.revision in found:
            where = found[one.revision].file.name
            problems.append(Problem("duplicate", file, one.line, f"revision {one.revision} is also in {where}"))
        elif one is not None:
            found[one.revision] = one
    problems += _orphans(found)
    ordered, circle = _sorted(found)
    problems += circle
    return History(ordered, tuple(problems))


def _files(versions: Iterable[Path], recursive: bool) -> Iterator[Path]:
    for location in versions:
        for directory, names, files in os.walk(location):
            names[:] = sorted(name for name in names if recursive and name != "__pycache__")
            yield from (Path(directory) / name for name in sorted(files) if _may_be_revision(name))


def _may_be_revision(name: str) -> bool:
    return name.endswith(".py") and not name.startswith((".#", "__init__"))


def _read_head(file: Path) -> Written | None:
    """The revision as what stands before the first function says it; None where that is not all that says something."""
    try:
        head, mark, rest = file.read_bytes().partition(b"\ndef ")
        found = _read(file, ast.parse(head)) if not NAMED.search(rest) else None
    except (SyntaxError, OSError, ValueError):
        return None
    if not isinstance(found, Written):
        return None
    first = head.count(b"\n") + 2
    text = mark[1:] + rest
    at = {one[1]: first + text.count(b"\n", 0, one.start()) for one in FUNCTION.finditer(text)}
    return replace(found, upgrade_line=at.get(b"upgrade"), downgrade_line=at.get(b"downgrade"))


def read_file(file: Path) -> Written | Problem | None:
    """The revision in one file; None for a file that declares none."""
    try:
        return _read(file, ast.parse(file.read_bytes()))
    except SyntaxError as error:
        return Problem("syntax", file, error.lineno or 1, error.msg)
    except (OSError, ValueError) as error:
        return Problem("unreadable", file, 1, str(error))


def _read(file: Path, module: ast.Module) -> Written | Problem | None:
    found: dict[str, tuple[Any, int]] = {}
    lines: dict[str, int] = {}
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            lines[node.name] = node.lineno
        for name, value in assigned(node):
            if name not in NAMES:
                continue
            try:
                found[name] = (ast.literal_eval(value), node.lineno)
            except ValueError:
                return Problem("unreadable", file, node.lineno, f"{name} is not written as a plain value")
    if "revision" not in found:
        return None
    return _written(file, module, found, lines)


def _written(file: Path, module: ast.Module, found: dict[str, tuple[Any, int]], lines: dict[str, int]) -> Written:
    value = {name: pair[0] for name, pair in found.items()}
    literal = value.get("pgwright")
    return Written(
        revision=str(value["revision"]),
        down=_names(value.get("down_revision")),
        depends_on=_names(value.get("depends_on")),
        labels=_names(value.get("branch_labels")),
        doc=(ast.get_docstring(module) or "").split("\n\n")[0],
        file=file,
        line=found["revision"][1],
        upgrade_line=lines.get("upgrade"),
        downgrade_line=lines.get("downgrade"),
        literal=literal if isinstance(literal, dict) else None,
    )


def _names(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(str(one) for one in value)


def _orphans(read: dict[str, Written]) -> list[Problem]:
    """Alembic takes the beginning of a revision for the revision, so that is no orphan."""
    labels = {label for one in read.values() for label in one.labels}
    found = []
    for one in read.values():
        for parent in (*one.down, *one.depends_on):
            if parent not in read and parent not in labels and not any(name.startswith(parent) for name in read):
                found.append(
                    Problem("orphan", one.file, one.line, f"{one.revision} follows {parent}, which no file declares")
                )
    return found


def _sorted(read: dict[str, Written]) -> tuple[tuple[Written, ...], list[Problem]]:
    """Parents first, otherwise in the order of the files; what is in a circle comes last and is a problem."""
    plain = History(tuple(read.values()), ())
    waiting = {
        name: {plain._named(each) for each in (*one.down, *one.depends_on)} & read.keys() for name, one in read.items()
    }
    children: dict[str, list[str]] = {}
    for name, parents in waiting.items():
        for parent in parents:
            children.setdefault(parent, []).append(name)
    ready = [name for name, parents in waiting.items() if not parents]
    ordered: list[Written] = []
    while ready:
        name = ready.pop(0)
        ordered.append(read[name])
        for child in children.get(name, ()):
            waiting[child].discard(name)
            if not waiting[child]:
                ready.append(child)
    placed = {one.revision for one in ordered}
    circle = [one for name, one in read.items() if name not in placed]
    problems = [
        Problem("cycle", one.file, one.line, f"{one.revision} is its own ancestor or follows one that is")
        for one in circle
    ]
    return (*ordered, *circle), problems
