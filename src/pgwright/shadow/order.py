"""The order in which Alembic walks a history: it decides between sibling branches, and so what stands beside what."""

from __future__ import annotations

from alembic.script.revision import Revision, RevisionMap

from pgwright.project import History


def walked(history: History) -> tuple[str, ...]:
    """Revision ids, parents first, as `alembic upgrade heads` takes them."""
    known = history.by_id
    nodes = [Revision(one.revision, one.down or None, dependencies=one.depends_on or None) for one in history.revisions]
    revision_map = RevisionMap(lambda: nodes)
    upwards = [r.revision for r in revision_map.iterate_revisions("heads", "base") if r.revision in known]
    return tuple(reversed(upwards))
