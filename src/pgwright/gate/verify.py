"""Does the history still say what was sealed? Input hashes first; only what they leave in doubt is compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pgwright.gate.compare import Rendered, compared, in_doubt, rendered_differs
from pgwright.gate.convention import convention_hash
from pgwright.gate.frozen import Frozen, frozen
from pgwright.gate.inputs import read_inputs
from pgwright.gate.refusals import NotSealed
from pgwright.gate.stories import finding
from pgwright.gate.structure import structure
from pgwright.gate.sums import Line, Sums, read_sums, sums_file
from pgwright.gate.superseded import superseding
from pgwright.project import Project
from pgwright.step import Finding

Compile = Callable[[Sequence[str]], Mapping[str, Rendered]]


@dataclass(frozen=True, slots=True)
class Verified:
    """What `history verify` found. Clean: no finding of severity error."""

    revisions: int
    frozen: int
    compiled: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    applied: int = 0  # frozen by the ledger of a database as well
    format: str = "history/1"

    @property
    def is_clean(self) -> bool:
        """True when nothing stands in the way."""
        return not any(one.severity == "error" for one in self.findings)


def verify(
    project: Project,
    render: Compile,
    *,
    base: str | None = None,
    everything: bool = False,
) -> Verified:
    """Compare the revision files with how they were sealed.

    `render` compiles revisions and is called only for those in doubt, or for all with `everything`.
    Raises NotSealed, NotASum, NoBase, UnknownCommit.
    """
    file = sums_file(project)
    held = frozen(project, base)
    if not file.is_file() and not held.lines:
        raise NotSealed(sums=file.relative_to(project.root))
    sums = read_sums(file.read_text("utf-8")) if file.is_file() else Sums()
    trusted, rewritten = _trusted(held, sums, superseding(project, held.lines, base))
    history, inputs = read_inputs(project, held.lines.values())  # a line that git does not vouch for proves nothing
    found = [
        *structure(history, inputs, held),
        *_file(sums, file.is_file()),
        *rewritten,
        *compared(trusted, inputs, held),
    ]
    wrong = {one.revision for one in found if one.severity == "error"}
    sound = {name: line for name, line in trusted.items() if name in inputs and name not in wrong}
    now, then = convention_hash(project), sums.convention if held.convention is None else held.convention
    moved = now is not None and now != then
    doubtful = tuple(name for name in sound if everything or moved or in_doubt(sound[name], inputs[name]))
    if doubtful and not history.problems:  # what Alembic cannot load cannot be compiled, and was told above
        rendered = render(doubtful)
        for name in doubtful:
            found += rendered_differs(sound[name], inputs[name], rendered[name], held)
    return Verified(len(inputs), len(held.lines), doubtful, tuple(found))


def _trusted(held: Frozen, sums: Sums, signed: Mapping[str, Line]) -> tuple[dict[str, Line], list[Finding]]:
    """The line that each revision has to keep to, and what somebody did to lines that were frozen."""
    lines, found = sums.by_revision, []
    for name, line in held.lines.items():
        if lines.get(name) not in (line, signed.get(name, line)):
            found.append(finding("line-rewritten" if name in lines else "line-missing", name, why=held.why[name]))
    return {**lines, **held.lines, **signed}, found


def _file(sums: Sums, exists: bool) -> Iterator[Finding]:
    if not exists:
        yield finding("sums-deleted", None)
    elif sums.has_conflict:
        yield finding("sums-conflict", None)
    elif not sums.is_whole:
        yield finding("sums-head", None)
