"""The order in which Alembic walks a history: it decides between sibling branches, and so what stands beside what."""

from __future__ import annotations

from pgwright.project import History


def walked(history: History) -> tuple[str, ...]:
    """Revision ids, parents first, as `alembic upgrade heads` takes them."""
    line = _line(history)
    return _asked(history) if line is None else line


def _line(history: History) -> tuple[str, ...] | None:
    """A history without branches has one order, and loading Alembic takes longer than a proof; None where it has some."""
    follows: dict[str | None, str] = {}
    for one in history.revisions:
        parent = one.down[0] if one.down else None
        if len(one.down) > 1 or one.depends_on or parent in follows:
            return None
        follows[parent] = one.revision
    order: list[str] = []
    name = follows.get(None)
    while name is not None and len(order) < len(follows):
        order.append(name)
        name = follows.get(name)
    return tuple(order) if len(order) == len(follows) and len(history.by_id) == len(order) else None


def _asked(history: History) -> tuple[str, ...]:
    from alembic.script.revision import Revision, RevisionMap

    known = history.by_id
    nodes = [Revision(one.revision, one.down or None, dependencies=one.depends_on or None) for one in history.revisions]
    revision_map = RevisionMap(lambda: nodes)
    upwards = [r.revision for r in revision_map.iterate_revisions("heads", "base") if r.revision in known]
    return tuple(reversed(upwards))
