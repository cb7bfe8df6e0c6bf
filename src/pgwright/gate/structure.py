"""The shape of the history: one head, parents that are files here, ids that fit their column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pgwright.gate.frozen import Frozen
from pgwright.gate.inputs import Input
from pgwright.gate.stories import finding
from pgwright.project import History
from pgwright.step import Finding

WIDTH = 32  # of alembic_version.version_num, as Alembic creates it
WIDENS = b"version_num"


def structure(history: History, inputs: Mapping[str, Input], held: Frozen) -> Iterator[Finding]:
    """What is wrong with the history as a graph, and with new ids."""
    for problem in history.problems:
        name = "orphan-parent" if problem.kind == "orphan" else "unreadable"
        yield finding(name, None, message=problem.message, file=problem.file, line=problem.line)
    for heads in diverged(history):
        yield finding("two-heads", None, count=len(heads), heads=", ".join(heads))
    for name, now in inputs.items():
        if len(name) > WIDTH and name not in held.lines and not _is_widened(history, inputs, name):
            yield finding("id-too-long", name, length=len(name), width=WIDTH, file=now.path)


def diverged(history: History) -> list[tuple[str, ...]]:
    """Heads that grew out of one revision, together. Trees that share nothing may each have a head of their own."""
    groups: list[tuple[set[str], list[str]]] = []
    for head in history.heads:
        ancestors = history.ancestors(head)
        group = next((one for one in groups if one[0] & ancestors), None)
        if group is None:
            groups.append((ancestors, [head]))
        else:
            group[0].update(ancestors)
            group[1].append(head)
    return [tuple(heads) for _, heads in groups if len(heads) > 1]


def _is_widened(history: History, inputs: Mapping[str, Input], name: str) -> bool:
    """True when a revision before it speaks of the column; the proof tries it on a server."""
    before = history.ancestors(name) - {name}
    return any(WIDENS in inputs[one].path.read_bytes() for one in before)
