"""One revision against its line: what changed, under the name of its story."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pgwright.gate.assignment import hash_under
from pgwright.gate.frozen import Frozen
from pgwright.gate.inputs import Input
from pgwright.gate.stories import finding
from pgwright.gate.sums import Line
from pgwright.step import Finding


@dataclass(frozen=True, slots=True)
class Rendered:
    """A revision as it compiles now. `up` and `down_sql` are hashes, or the reason why there is no SQL."""

    up: str
    down_sql: str
    names: str
    made_with: str


def compared(trusted: Mapping[str, Line], inputs: Mapping[str, Input], held: Frozen) -> Iterator[Finding]:
    """Everything that can be told without compiling, revisions of the files first, then lines without a file."""
    for name, now in inputs.items():
        if name not in trusted:
            yield finding("unsealed", name, file=now.path)
        elif name in held.lines:
            yield from _frozen(trusted[name], now, held.why[name])
        elif what := _what_changed(trusted[name], now):
            yield finding("changed-since-sealed", name, what=", ".join(what), file=now.path)
    for name, line in trusted.items():
        if name not in inputs:
            in_git = name in held.lines
            yield _gone(line, trusted, inputs, held.why[name]) if in_git else finding("no-file", name)


def _frozen(line: Line, now: Input, why: str) -> Iterator[Finding]:
    """A rewired revision differs in its text as well: that is told once."""
    was, follows = (tuple(sorted(line.down)), tuple(sorted(line.depends))), now.parents()
    if follows != was:
        yield finding("rewired", line.revision, now=_words(follows[0]), was=_words(was[0]), why=why, file=now.path)
    elif now.ast != line.ast:
        yield finding("edited", line.revision, why=why, file=now.path)
    if now.file != line.file:
        yield finding("moved", line.revision, was=line.file, now=now.file, why=why, file=now.path)


def _gone(line: Line, trusted: Mapping[str, Line], inputs: Mapping[str, Input], why: str) -> Finding:
    for other in inputs.values():
        if other.revision not in trusted and hash_under(other.path.read_bytes(), line.revision) == line.ast:
            return finding("renamed", line.revision, other=other.revision, why=why, file=other.path)
    return finding("deleted", line.revision, why=why, gone=line.file)


def _what_changed(line: Line, now: Input) -> list[str]:
    """What of an unfrozen revision differs from its line."""
    pairs = {
        "its parents": (line.down, line.depends) == (now.down, now.depends),
        "its code": line.ast == now.ast,
        "its file name": line.file == now.file,
    }
    return [what for what, same in pairs.items() if not same]


def in_doubt(line: Line, now: Input) -> bool:
    """True when hashes cannot say whether it means the same: a file that it imports changed."""
    return line.imports != now.imports


def rendered_differs(line: Line, now: Input, rendered: Rendered, held: Frozen) -> Iterator[Finding]:
    """What compiling says about a revision in doubt. Without SQL to compare, a changed input is a changed meaning."""
    same = (rendered.up, rendered.down_sql) == (line.up, line.down_sql)
    readable = all(len(one) == 64 for one in (line.up, line.down_sql))
    inputs_same = not in_doubt(line, now) and rendered.names == line.names
    if same and (readable or inputs_same):
        return
    if line.revision not in held.lines:
        yield finding("unapplied-rendering-changed", line.revision, file=now.path)
        return
    facts = {"why": held.why[line.revision], "file": now.path}
    if in_doubt(line, now):
        yield finding("import-changed", line.revision, **facts)  # type: ignore[arg-type]
    elif rendered.names != line.names:
        yield finding("convention-changed", line.revision, **facts)  # type: ignore[arg-type]
    elif rendered.made_with != line.made_with:
        versions = {"now": rendered.made_with, "was": line.made_with}
        yield finding("rendering-changed", line.revision, **facts, **versions)  # type: ignore[arg-type]
    else:
        yield finding("meaning-changed", line.revision, **facts)  # type: ignore[arg-type]


def _words(parents: tuple[str, ...]) -> str:
    return ", ".join(parents) or "nothing"
