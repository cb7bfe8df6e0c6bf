"""Views as the catalog has them: what stands on what, and the same view again after it had to make way.

A view is bound to columns, not to names, and its columns cannot change type: what it stands on can often change only while
the view is away. It comes back in the same transaction, with its options, comments, indexes, grants and triggers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pgwright.design import restore
from pgwright.design.compiled import step
from pgwright.design.draft import Surroundings
from pgwright.design.source import execute, qualified, quoted, sql_string
from pgwright.schema.model import Relation
from pgwright.step import Phase, Step

PRIVILEGES = {
    "r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE", "D": "TRUNCATE", "x": "REFERENCES", "t": "TRIGGER",
    "m": "MAINTAIN",
}  # fmt: skip
ENTRY = re.compile(r'^(?P<role>"(?:[^"]|"")*"|[^=]*)=(?P<letters>[a-zA-Z*]*)/')


def name_of(view: Relation) -> str:
    """The view as SQL."""
    return qualified(restore.schema_of(view), view.name)


def standing_on(on: Surroundings, relation: Relation, column: str | None = None) -> tuple[Relation, ...]:
    """Views that read the relation (with `column`: that name it as well), and those that read them, in building order."""
    found: list[Relation] = []
    waiting = [(relation, column)]
    while waiting:
        under, name = waiting.pop(0)
        for view in on.database.relations:
            if view.definition and view not in found and view != relation and reads(view, under, name):
                found.append(view)
                waiting.append((view, None))
    return tuple(_ordered(found))


def standing_on_each_other(views: Sequence[Relation]) -> list[Relation]:
    """The views, each after those that it reads."""
    return list(_ordered(views))


def reads(view: Relation, under: Relation, column: str | None = None) -> bool:
    """True when the view's query names the relation (with `column`: that as well)."""
    words = [under.name] if column is None else [under.name, column]
    return all(re.search(rf'(?<![\w"]){re.escape(quoted(w))}(?![\w"])', view.definition or "") for w in words)


def _ordered(views: Sequence[Relation]) -> Iterator[Relation]:
    """Each after those that it reads."""
    left = list(views)
    while left:
        ready = [v for v in left if not any(o != v and reads(v, o, None) for o in left)] or left[:1]
        yield from ready
        left = [v for v in left if v not in ready]


def _word(view: Relation) -> str:
    return "MATERIALIZED VIEW" if view.kind == "materialized view" else "VIEW"


def made(view: Relation, phase: Phase) -> Iterator[Step]:
    """The view as the catalog had it; DROP as the way back of the first step."""
    name, word = name_of(view), _word(view)
    options = f" WITH ({', '.join(view.options)})" if view.options else ""
    create = f"CREATE {word} {name}{options} AS {(view.definition or '').rstrip().rstrip(';')}"
    yield step(execute(create), phase, undo=execute(f"DROP {word} {name}"))
    for index in view.indexes:
        yield from restore.index(view, index, phase, concurrently=False)
    if view.comment:
        yield step(execute(f"COMMENT ON {word} {name} IS {sql_string(view.comment)}"), phase)
    for column in view.columns:
        if column.comment:
            words = f"COMMENT ON COLUMN {name}.{quoted(column.name)} IS {sql_string(column.comment)}"
            yield step(execute(words), phase)
    yield from (step(execute(sql), phase) for sql in grants(view))
    yield from (step(execute(t.definition), phase) for t in view.triggers)


def grants(view: Relation) -> Iterator[str]:
    """GRANTs of the access list's entries, `role=letters/grantor`, a star after what may be passed on."""
    for entry in view.grants:
        head, mark, rest = entry.partition(": ")
        column, acl = (f" ({quoted(head)})", rest) if mark and "=" not in head else ("", entry)
        match = ENTRY.match(acl)
        if match is None:
            continue
        role = match["role"] or "PUBLIC"
        for letter, star in re.findall(r"([a-zA-Z])(\*?)", match["letters"]):
            option = " WITH GRANT OPTION" if star else ""
            yield f"GRANT {PRIVILEGES[letter]}{column} ON {name_of(view)} TO {role}{option}"


def away(views: Sequence[Relation], phase: Phase) -> Iterator[Step]:
    """DROP of each, those on top first, with the whole view as the way back."""
    for view in reversed(views):
        again = tuple(Step(s.code, s.sql, phase) for s in made(view, phase))
        yield step(execute(f"DROP {_word(view)} {name_of(view)}"), phase, undo=again)


def again(views: Sequence[Relation], phase: Phase) -> Iterator[Step]:
    """Each as it was, those below first."""
    for view in views:
        yield from made(view, phase)
