"""Which revisions are frozen online: what the ledger of a guarded database says was applied there, and as what.

A run closes its approval with the line that the revision has, or would have, in migrations.sum. That outlives a branch, a
rewritten main branch and a clone without history: what ran there ran as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from pgwright.errors import Refusal
from pgwright.gate.compare import Rendered, compared, in_doubt, rendered_differs
from pgwright.gate.frozen import Frozen
from pgwright.gate.guard import Connection
from pgwright.gate.inputs import Input, input_of, read_inputs
from pgwright.gate.papers import read_document
from pgwright.gate.refusals import NotASum
from pgwright.gate.statements import statement
from pgwright.gate.sums import Line, line_text, read_line, read_sums, sums_file
from pgwright.gate.superseded import FOLDER, MARK, superseding
from pgwright.project import Project
from pgwright.records import Proof
from pgwright.step import Finding

FROM_FILE = ("file", "down", "depends", "ast", "imports")
Compile = Callable[[Sequence[str]], Mapping[str, Rendered]]


def applied(conn: Connection, environment: str) -> Frozen:
    """Each revision that stands there, with the line under which it was applied last. What was undone is not among them."""
    lines: dict[str, Line] = {}
    why: dict[str, str] = {}
    for seq, revision, direction, text in conn.execute(statement("closed")).fetchall():
        lines.pop(revision, None)
        if direction == "up" and text:
            try:
                lines[revision] = read_line(text, f"line {seq} of the ledger")
            except NotASum:
                continue  # written by another version
            why[revision] = f"it was applied to {environment} (line {seq} of its ledger)"
    return Frozen(lines, why)


def line_for(project: Project, proof: Proof) -> str:
    """The line that the ledger gets: the sealed one where it is of the file as it is, else made of the file and its proof."""
    written, identity = project.history().by_id.get(proof.revision), proof.identity
    if written is None or identity is None:
        return ""
    now, file = input_of(project, written), sums_file(project)
    sealed = read_sums(file.read_text("utf-8")).by_revision.get(proof.revision) if file.is_file() else None
    if sealed is not None and all(getattr(sealed, name) == getattr(now, name) for name in FROM_FILE):
        return line_text(sealed)
    versions = dict(identity.versions)
    return line_text(
        Line(
            now.revision, now.file, now.down, now.depends, now.labels, now.text, now.ast, now.imports,
            identity.naming_convention, identity.compiled_up or identity.compiled_reason,
            identity.compiled_down or identity.compiled_reason,
            f"alembic-{versions.get('alembic', '')},sqlalchemy-{versions.get('sqlalchemy', '')}",
        )
    )  # fmt: skip


def verify_applied(
    project: Project, render: Compile, there: Frozen, held: Frozen, base: str | None = None
) -> tuple[Finding, ...]:
    """What became of the revisions that stand in a database, under the names of the stories. `held` is what git froze."""
    if not there.lines:
        return ()
    _, inputs = read_inputs(project, held.lines.values())
    lines = {**there.lines, **_merged(project, there, held, base), **superseding(project, there.lines, base)}
    found = [one for one in compared(lines, inputs, there) if one.rule != "unsealed"]
    wrong = {one.revision for one in found}
    sound = {name: line for name, line in lines.items() if name in inputs and name not in wrong}
    doubtful = tuple(name for name, line in sound.items() if in_doubt(line, inputs[name]))
    if doubtful:
        found += _compiled(lines, inputs, render(doubtful), there)
    return tuple(found)


def _compiled(
    lines: Mapping[str, Line], inputs: Mapping[str, Input], rendered: Mapping[str, Rendered], there: Frozen
) -> Iterator[Finding]:
    for name, one in rendered.items():
        yield from rendered_differs(lines[name], inputs[name], one, there)


def _merged(project: Project, there: Frozen, held: Frozen, base: str | None) -> dict[str, Line]:
    """Lines that a signed supersede led to and that the main branch has taken since. Its expiry was for the merge."""
    from pgwright.gate.judge import signed_by
    from pgwright.gate.supersede import around, read_supersede

    follows: dict[tuple[str, str], str] = {}
    for path in sorted((project.root / FOLDER).glob(f"*{MARK}*.txt")):
        try:
            document = read_document(project, path.name.removesuffix(".txt"))
            wanted = read_supersede(document.text, path.name)
            signed_by(document, wanted, replace(around(project, wanted, base), now=wanted.requested))
        except (Refusal, OSError):
            continue
        follows[wanted.revision, wanted.was] = wanted.now
    out = {}
    for name, line in there.lines.items():
        at, seen = line.digest, {""}
        while at not in seen and name in held.lines and at != held.lines[name].digest:
            seen.add(at)
            at = follows.get((name, at), "")
        if name in held.lines and at == held.lines[name].digest:
            out[name] = held.lines[name]
    return out
