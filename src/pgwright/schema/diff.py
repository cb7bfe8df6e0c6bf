"""What differs between two schemas, object by object, and how much each difference weighs.

semantic   the database would behave differently
name       the same object under another name: a later drop by name breaks on it
order      columns stand in another order, nothing else
reported   PostgreSQL 18's names of NOT NULL constraints (they survive renames), an extension left behind
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, Literal

from pgwright.schema.model import Column, Constraint, Difference, Index, Relation, Schema, Thing

Weight = Literal["semantic", "name", "order", "reported"]
PARTS = {"columns": "column", "constraints": "constraint", "indexes": "index", "triggers": "trigger",
         "policies": "policy", "rules": "rule"}
COLUMN = tuple(f.name for f in fields(Column) if f.name not in ("name", "position", "not_null_name", "type_kind", "type_oid_name"))
RELATION = tuple(f.name for f in fields(Relation) if f.name not in ("schema", "name", *PARTS))


def diff(a: Schema, b: Schema, *, ignore: Collection[str] = frozenset()) -> tuple[Difference, ...]:
    """Differences from `a` (expected) to `b` (got), in name order; relations named in `ignore` are left out."""
    if a is b:
        return ()
    return (*_relations(a, b, ignore), *_things(a, b))


def describe(d: Difference) -> str:
    """One line for people."""
    name = f"{d.object} {d.identity}"
    if d.kind == "missing":
        return f"{name} is gone"
    if d.kind == "extra":
        return f"{name} is left"
    if d.kind == "renamed":
        return f"{d.object} {d.before} is now {d.after} (on {d.identity.rsplit('.', 1)[0]})"
    return f"{name}: {d.what} {_short(d.before)} -> {_short(d.after)}"


def _short(text: str | None) -> str:
    return "none" if text is None else text if len(text) <= 120 else text[:117] + "..."


def _relations(a: Schema, b: Schema, ignore: Collection[str]) -> Iterator[Difference]:
    ours, theirs = ({r.qualified: r for r in s.relations if r.qualified not in ignore} for s in (a, b))
    for name in sorted(ours.keys() | theirs.keys()):
        before, after = ours.get(name), theirs.get(name)
        if before is after or before == after:
            continue
        if before is None or after is None:
            one = before or after
            assert one is not None
            yield Difference("extra" if before is None else "missing", one.kind, name, "semantic")
        else:
            yield from _relation(before, after)


def _relation(a: Relation, b: Relation) -> Iterator[Difference]:
    yield from _properties(a.kind, a.qualified, a, b, RELATION)
    yield from _columns(a, b)
    for part, kind in PARTS.items():
        if part != "columns" and getattr(a, part) != getattr(b, part):
            yield from _parts(a.qualified, kind, _named(getattr(a, part)), _named(getattr(b, part)))


def _named(parts: Sequence[Any]) -> dict[str, Any]:
    """By name; an index that belongs to a constraint is told with its constraint."""
    return {p.name: p for p in parts if not (isinstance(p, Index) and p.constraint is not None)}


def _columns(a: Relation, b: Relation) -> Iterator[Difference]:
    ours, theirs = {c.name: c for c in a.columns}, {c.name: c for c in b.columns}
    for name in sorted(ours.keys() | theirs.keys()):
        before, after = ours.get(name), theirs.get(name)
        if before is None or after is None:
            kind: Literal["extra", "missing"] = "extra" if before is None else "missing"
            yield Difference(kind, "column", f"{a.qualified}.{name}", "semantic")
            continue
        yield from _properties("column", f"{a.qualified}.{name}", before, after, COLUMN)
        if before.not_null_name != after.not_null_name and before.not_null and after.not_null:
            yield Difference("changed", "column", f"{a.qualified}.{name}", "reported", "NOT NULL constraint's name",
                             before.not_null_name, after.not_null_name)
    if ours.keys() == theirs.keys() and _order(a) != _order(b):
        yield Difference("changed", a.kind, a.qualified, "order", "column order", ", ".join(_order(a)), ", ".join(_order(b)))


def _order(relation: Relation) -> list[str]:
    return [c.name for c in sorted(relation.columns, key=attrgetter("position"))]


def _parts(owner: str, kind: str, a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[Difference]:
    gone, new = {n: p for n, p in a.items() if n not in b}, {n: p for n, p in b.items() if n not in a}
    for name in list(gone):
        twin = next((n for n, p in new.items() if _same_but_name(gone[name], p)), None)
        if twin is not None:
            yield Difference("renamed", kind, f"{owner}.{name}", "name", "name", name, twin)
            del gone[name], new[twin]
    for name in sorted(gone):
        yield Difference("missing", kind, f"{owner}.{name}", "semantic", before=_definition(gone[name]))
    for name in sorted(new):
        yield Difference("extra", kind, f"{owner}.{name}", "semantic", after=_definition(new[name]))
    for name in sorted(a.keys() & b.keys()):
        compared = tuple(f.name for f in fields(a[name]) if f.name not in ("name", "index"))
        yield from _properties(kind, f"{owner}.{name}", a[name], b[name], compared)


def _same_but_name(a: Any, b: Any) -> bool:
    if isinstance(a, Constraint):
        return (a.kind, a.definition, a.validated) == (b.kind, b.definition, b.validated)
    if isinstance(a, Index):
        return (a.method, a.unique, a.valid, a.keys, a.include, a.opclasses, a.predicate, a.nulls_not_distinct) == (
            b.method, b.unique, b.valid, b.keys, b.include, b.opclasses, b.predicate, b.nulls_not_distinct)
    return False


def _definition(part: Any) -> str | None:
    return getattr(part, "definition", None)


def _properties(kind: str, identity: str, a: Any, b: Any, names: Sequence[str]) -> Iterator[Difference]:
    if a is b or a == b:
        return
    for name in names:
        before, after = getattr(a, name), getattr(b, name)
        if before != after:
            yield Difference("changed", kind, identity, "semantic", name, _text(before), _text(after))


def _text(value: object) -> str | None:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return None if value is None else str(value)


def _things(a: Schema, b: Schema) -> Iterator[Difference]:
    if a.things is b.things or a.things == b.things:
        return
    ours, theirs = {(t.kind, t.identity): t for t in a.things}, {(t.kind, t.identity): t for t in b.things}
    for key in sorted(ours.keys() | theirs.keys()):
        before, after = ours.get(key), theirs.get(key)
        if before == after:
            continue
        if before is None or after is None:
            weight: Weight = "reported" if key[0] == "extension" and before is None else "semantic"
            yield Difference("extra" if before is None else "missing", key[0], key[1], weight)
        else:
            yield from _thing(before, after)


def _thing(a: Thing, b: Thing) -> Iterator[Difference]:
    ours, theirs = dict(a.properties), dict(b.properties)
    for name in sorted(ours.keys() | theirs.keys()):
        if ours.get(name) != theirs.get(name):
            yield Difference("changed", a.kind, a.identity, "semantic", name, ours.get(name), theirs.get(name))
