"""Whether a revision may be applied by replaying its recorded messages (DESIGN.md, "How a revision is executed").

Replayable = two recordings on differently seeded shadows are equal, up and down. Three answers, cheapest first:
no    the first and the second upgrade of the cycle sent different messages: random values, the time
yes   the offline rendering, which sees no row at all, is what was recorded
else  the revision is recorded once more, on rows of another seed; without rows, or for a whole history, it stays open
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from pgwright.design import batched
from pgwright.interpreter import Direction, Revision
from pgwright.schema.model import Schema
from pgwright.shadow.cycle import Cycle
from pgwright.shadow.rendering import is_rendering, text
from pgwright.shadow.rows import seed
from pgwright.shadow.stage import Stage
from pgwright.step import Observed

SECOND = "pgwright_second"


def replayable(
    stage: Stage, revision: Revision, found: Cycle, tables: Collection[str], parent: str | None
) -> bool | None:
    """True, False, or None where it is not known. `parent` is a database at the parent's state, None where there is none."""
    if stage.recorder is None or found.end is None:
        return None
    found = _folded(revision, found)
    if not found.resent and text(stage, found.up) != text(stage, found.again):
        return False
    compiled = {way: stage.compiled.get((revision.id, way)) for way, _ in _ways(found)}
    if all(is_rendering(stage, compiled[way], sent) for way, sent in _ways(found)):
        return True
    if any(c is not None and c.reason == "volatile" for c in compiled.values()):
        return False
    if parent is None or stage.options.rows == "none":
        return None
    return _recorded_again(stage, revision, found, tables, parent)


def _recorded_again(
    stage: Stage, revision: Revision, found: Cycle, tables: Collection[str], parent: str
) -> bool | None:
    """The comparison with rows of the next seed; None when those do not let the revision through."""
    stage.drop(SECOND)
    stage.clone(SECOND, template=parent)
    try:
        _seed(stage, revision, found.before.schema, found, tables)
        for way, sent in _ways(found):
            ran, messages = stage.run(SECOND, [(way, revision.id)])
            if not ran.ok:
                return None
            if text(stage, _without_parts(messages, _blocks(revision, way))) != text(stage, sent):
                return False
        return True
    finally:
        stage.drop(SECOND)
        stage.server.drop_roles(_roles(found.after.schema) - _roles(found.before.schema) if found.after else set())


def _folded(revision: Revision, found: Cycle) -> Cycle:
    """Without the parts of batches that pgwright wrote: how many there are follows the rows, and the last one is the whole."""
    up, down = _blocks(revision, "up"), _blocks(revision, "down")
    again, sent = _without_parts(found.again, up), _without_parts(found.up, up)
    return replace(found, up=sent, again=again, down=_without_parts(found.down, down))


def _blocks(revision: Revision, way: Direction) -> tuple[batched.Batches, ...]:
    if not revision.literal:
        return ()
    return batched.written_in(Path(revision.file).read_bytes(), "upgrade" if way == "up" else "downgrade")


def _without_parts(messages: Sequence[Observed], blocks: Sequence[batched.Batches]) -> tuple[Observed, ...]:
    places = batched.runs([m.message for m in messages], blocks) or ()
    parts = {at for first, last, _ in places for at in range(first, last)}
    return tuple(m for at, m in enumerate(messages) if at not in parts)


def _seed(stage: Stage, revision: Revision, before: Schema, found: Cycle, tables: Collection[str]) -> None:
    """Rows of another seed in the tables that the revision names; where it names none, in all: it may read any."""
    after = found.after.schema if found.after else None
    wanted = tables or {r.qualified for r in before.tables()} - stage.ignored
    source = Path(revision.file).read_text(encoding="utf-8", errors="replace")
    with stage.connected(SECOND) as conn:
        seed(conn, before, after, wanted, profile="plain", seed=stage.options.seed + 1, source=source)


def _roles(schema: Schema) -> set[str]:
    """Roles outlive the database in which a revision made them."""
    return {role.identity for role in schema.of_kind("role")}


def _ways(found: Cycle) -> tuple[tuple[Direction, Sequence[Observed]], ...]:
    return ("up", found.up), ("down", found.down)


def rendered(stage: Stage, found: Cycle) -> bool:
    """True when the upgrade sent its offline rendering: nothing that it sends comes from a row."""
    return is_rendering(stage, stage.compiled.get((found.revision, "up")), found.up)

