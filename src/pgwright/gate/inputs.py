"""What the revision files are now: everything that a seal covers and that can be had without running anything."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pgwright.gate.sums import Line, sums_file
from pgwright.project import History, Problem, Project, Written
from pgwright.project.history import read_file, read_history
from pgwright.shadow.identity import Places, ast_hash, imports_hash


@dataclass(frozen=True, slots=True)
class Input:
    """One revision file as it is now."""

    revision: str
    path: Path
    file: str  # relative to migrations.sum
    down: tuple[str, ...]
    depends: tuple[str, ...]
    labels: tuple[str, ...]
    text: str
    ast: str
    imports: str

    def parents(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What it follows and what it depends on; the order says nothing."""
        return tuple(sorted(self.down)), tuple(sorted(self.depends))


def read_inputs(project: Project, known: Iterable[Line] = ()) -> tuple[History, dict[str, Input]]:
    """The history and its inputs, parents first. A file with the bytes of a known line is not parsed again."""
    sealed = {line.text: line for line in known}
    texts: dict[Path, str] = {}

    def read(file: Path) -> Written | Problem | None:
        try:
            texts[file] = sha256(file.read_bytes()).hexdigest()
        except OSError:
            return read_file(file)
        line = sealed.get(texts[file])
        return _written(line, file) if line else read_file(file)

    history = read_history(project.tree.versions, recursive=project.tree.recursive, read=read)
    places: Places = {}
    beside = sums_file(project).parent
    return history, {
        one.revision: _input(one, texts[one.file], sealed, project.root, places, beside) for one in history.revisions
    }


def input_of(project: Project, one: Written) -> Input:
    """One revision of the history, without a look at the others."""
    text = sha256(one.file.read_bytes()).hexdigest()
    return _input(one, text, {}, project.root, {}, sums_file(project).parent)


def _written(line: Line, file: Path) -> Written:
    return Written(line.revision, line.down, line.depends, line.labels, "", file, 1, None, None)


def _input(one: Written, text: str, sealed: dict[str, Line], root: Path, places: Places, beside: Path) -> Input:
    line = sealed.get(text)
    return Input(
        revision=one.revision,
        path=one.file,
        file=Path(os.path.relpath(one.file, beside)).as_posix(),
        down=one.down,
        depends=one.depends_on,
        labels=one.labels,
        text=text,
        ast=line.ast if line else ast_hash(one.file),
        imports=imports_hash(one.file, root, places),
    )
