"""Entering revisions into migrations.sum. A frozen line is never rewritten; a missing one comes back as it was."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pgwright.gate.compare import Rendered
from pgwright.gate.convention import convention_hash
from pgwright.gate.frozen import frozen
from pgwright.gate.inputs import Input, read_inputs
from pgwright.gate.refusals import Unreadable
from pgwright.gate.sums import Line, Sums, read_sums, sums_file, sums_text
from pgwright.gate.superseded import superseding
from pgwright.project import Project


@dataclass(frozen=True, slots=True)
class Sealed:
    """What `history seal` wrote."""

    file: str
    entered: tuple[str, ...]  # revisions whose line is new or other than before
    kept: int
    dropped: tuple[str, ...] = ()  # revisions that were never frozen and have no file any more
    superseded: tuple[str, ...] = ()  # frozen ones whose new line somebody signed
    format: str = "seal/1"


def seal(
    project: Project,
    render: Callable[[Sequence[str]], Mapping[str, Rendered]],
    wanted: Collection[str] | None = None,
    *,
    base: str | None = None,
) -> Sealed:
    """Enter the wanted revisions, or all that are new or changed, with their identity.

    Raises Unreadable for a history with a problem in a file, and what `frozen` refuses.
    """
    held = frozen(project, base)
    path = sums_file(project)
    before = read_sums(path.read_text("utf-8")) if path.is_file() else Sums()
    history, inputs = read_inputs(project, held.lines.values())
    for problem in history.problems:
        if problem.kind in ("syntax", "unreadable", "duplicate"):
            raise Unreadable(problem=problem.message, file=str(problem.file), line=problem.line)
    old = before.by_revision
    signed = superseding(project, held.lines, base)
    fixed = {**held.lines, **signed}
    stale = [
        name
        for name, now in inputs.items()
        if name not in fixed and (name not in old or not _fits(old[name], now))
        if wanted is None or name in wanted
    ]
    rendered = render(stale) if stale else {}
    fresh = {name: line_of(inputs[name], rendered[name]) for name in stale}
    lines = [{**old, **fixed, **fresh}.get(name) for name in (*inputs, *(n for n in fixed if n not in inputs))]
    kept = [line for line in lines if line is not None]
    _write(path, sums_text(kept, convention_hash(project) or ""))
    dropped = tuple(name for name in old if name not in inputs and name not in fixed)
    written = tuple(name for name, line in signed.items() if old.get(name) != line)
    entered = len(stale) + len(written)
    return Sealed(path.relative_to(project.root).as_posix(), tuple(stale), len(kept) - entered, dropped, written)


def line_of(now: Input, rendered: Rendered) -> Line:
    """The line that a revision gets."""
    return Line(
        revision=now.revision,
        file=now.file,
        down=now.down,
        depends=now.depends,
        labels=now.labels,
        text=now.text,
        ast=now.ast,
        imports=now.imports,
        names=rendered.names,
        up=rendered.up,
        down_sql=rendered.down_sql,
        made_with=rendered.made_with,
    )


def _fits(line: Line, now: Input) -> bool:
    """True when the line is still what it would be; then nothing is compiled for it."""
    same = ("file", "down", "depends", "labels", "text", "ast", "imports")
    return all(getattr(line, name) == getattr(now, name) for name in same)


def _write(path: Path, text: str) -> None:
    """A reader sees the old file or the new one, never half of one."""
    draft = path.with_suffix(".sum.tmp")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
