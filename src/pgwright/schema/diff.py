"""What is not the same in two databases, and how much it matters.

semantic  the databases behave differently                                          refutes
name      the same constraint, index, sequence ... under another name              refutes: a later drop by name breaks
order     the columns stand in another order                                        reported
reported  a NOT NULL constraint's name (PostgreSQL 18), an extension left behind    reported
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from pgwright.schema.compared import COMPARED, PARTS, Part, parts
from pgwright.schema.model import Column, Constraint, Difference, Index, Policy, Relation, Rule, Schema, Thing, Trigger
from pgwright.schema.names import without_name

_RENAMED_THINGS = ("sequence", "statistics")  # under another name they are still the same thing
_WIDTH = 100
K = TypeVar("K")
V = TypeVar("V")


def diff(a: Schema, b: Schema, ignore: Collection[str] = ()) -> tuple[Difference, ...]:
    """Everything in which `b`, the got, is not `a`, the expected; `ignore` names relations to pass over."""
    if a is b:
        return ()
    return (*_relations(a, b, ignore), *_things(a, b))


def describe(difference: Difference) -> str:
    """The difference in one line, such as `column public.t.c: type integer -> bigint`."""
    subject = f"{difference.object} {difference.identity}: "
    if difference.kind in ("missing", "extra"):
        return f"{subject}{difference.kind}"
    if difference.kind == "renamed":
        return f"{subject}renamed to {difference.after}"
    before, after = _excerpts(difference.before, difference.after)
    return f"{subject}{difference.what.replace('_', ' ')} {before} -> {after}"


def _relations(a: Schema, b: Schema, ignore: Collection[str]) -> Iterator[Difference]:
    names = {r.qualified for s in (a, b) for r in s.relations} - set(ignore)
    for name in sorted(names):
        old, new = a.relation(name), b.relation(name)
        if old is None or new is None:
            yield _existence(old, new, (old or new).kind, name)  # type: ignore[union-attr]
        elif old is not new and old != new:
            yield from _relation(old, new)


def _relation(old: Relation, new: Relation) -> Iterator[Difference]:
    if old.kind != new.kind:
        yield Difference("changed", old.kind, old.qualified, "semantic", "kind", old.kind, new.kind)
    yield from _properties(old, new, old.kind, old.qualified, skip="kind")
    for attribute, noun in PARTS.items():
        yield from _parts(parts(old, attribute), parts(new, attribute), noun, old.qualified)
    yield from _order(old, new)


def _parts(old: Iterable[Part], new: Iterable[Part], noun: str, relation: str) -> Iterator[Difference]:
    before, after = {p.name: p for p in old}, {p.name: p for p in new}
    renamed = {} if noun == "column" else _pairs(before, after, _anonymous)
    for name in sorted(before.keys() | after.keys()):
        one, other, identity = before.get(name), after.get(name), f"{relation}.{name}"
        if name in renamed:
            yield Difference("renamed", noun, identity, "name", "name", name, renamed[name])
        elif one is not None and other is not None:
            if one is not other:
                yield from _properties(one, other, noun, identity)
        elif name not in renamed.values():
            yield _existence(one, other, noun, identity)


def _properties(
    old: Relation | Part, new: Relation | Part, noun: str, identity: str, skip: str = ""
) -> Iterator[Difference]:
    for name in COMPARED[type(old)]:
        before, after = getattr(old, name), getattr(new, name)
        if before != after and name != skip:
            yield Difference("changed", noun, identity, "semantic", name, _text(before), _text(after))
    if isinstance(old, Column) and isinstance(new, Column):
        one, other = old.not_null_name, new.not_null_name
        if one and other and one != other:
            yield Difference("changed", noun, identity, "reported", "not_null_name", one, other)


def _order(old: Relation, new: Relation) -> Iterator[Difference]:
    """The columns that both have, where their order is not the same."""
    both = {c.name for c in old.columns} & {c.name for c in new.columns}
    before, after = (
        ", ".join(c.name for c in sorted(r.columns, key=lambda c: c.position) if c.name in both) for r in (old, new)
    )
    if before != after:
        yield Difference("changed", old.kind, old.qualified, "order", "column_order", before, after)


def _things(a: Schema, b: Schema) -> Iterator[Difference]:
    before, after = ({(t.kind, t.identity): t for t in s.things} for s in (a, b))
    renamed = _pairs(before, after, lambda t: _anonymous_thing(t) if t.kind in _RENAMED_THINGS else t)
    for key in sorted(before.keys() | after.keys()):
        one, other = before.get(key), after.get(key)
        if key in renamed:
            yield Difference("renamed", *key, "name", "name", key[1], renamed[key][1])
        elif one is not None and other is not None:
            if one is not other:
                yield from _thing(one, other)
        elif key not in renamed.values():
            found = _existence(one, other, *key)
            left = found.kind == "extra" and found.object == "extension"
            yield replace(found, weight="reported") if left else found


def _thing(old: Thing, new: Thing) -> Iterator[Difference]:
    before, after = dict(old.properties), dict(new.properties)
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield Difference("changed", old.kind, old.identity, "semantic", name, before.get(name), after.get(name))


def _existence(old: object | None, new: object | None, noun: str, identity: str) -> Difference:
    return Difference("missing" if new is None else "extra", noun, identity, "semantic")


def _pairs(before: dict[K, V], after: dict[K, V], anonymous: Callable[[V], Any]) -> dict[K, K]:
    """Old name -> new name of those that only the one or only the other side has, and that are equal but for it."""
    waiting: dict[Any, list[K]] = {}
    for name in after.keys() - before.keys():
        waiting.setdefault(anonymous(after[name]), []).append(name)
    pairs: dict[K, K] = {}
    for name in sorted(before.keys() - after.keys(), key=repr):
        found = waiting.get(anonymous(before[name]))
        if found:
            found.sort(key=repr, reverse=True)
            pairs[name] = found.pop()
    return pairs


def _anonymous(part: Part) -> Part:
    """The part without its name, and without the names that follow it."""
    match part:
        case Constraint():
            return replace(part, name="", index=None if part.index is None else "")
        case Index():
            constraint = None if part.constraint is None else ""
            return replace(part, name="", definition=without_name(part.definition, part.name), constraint=constraint)
        case Trigger() | Rule():
            return replace(part, name="", definition=without_name(part.definition, part.name))
        case Policy() | Column():
            return replace(part, name="")


def _anonymous_thing(thing: Thing) -> Thing:
    """The thing without its name in its schema."""
    schema, _, name = thing.identity.partition(".")
    properties = tuple((k, v and v.replace(f"{schema}.{name} ", "", 1)) for k, v in thing.properties)
    return replace(thing, identity=schema, properties=properties)


def _text(value: object) -> str | None:
    """A property for people: yes and no, tuples as lists, nothing as None."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or None
    return None if value is None or value == "" else str(value)


def _excerpts(before: str | None, after: str | None) -> tuple[str, str]:
    """Both texts on one line; of long ones the part where they begin to differ."""
    one, other = (" ".join(t.split()) if t is not None else "none" for t in (before, after))
    if len(one) <= _WIDTH and len(other) <= _WIDTH:
        return one, other
    same = next((i for i, (x, y) in enumerate(zip(one, other, strict=False)) if x != y), min(len(one), len(other)))
    start = max(0, same - 20)
    return _clip(one, start), _clip(other, start)


def _clip(text: str, start: int) -> str:
    end = start + _WIDTH
    return ("..." if start else "") + text[start:end] + ("..." if end < len(text) else "")
