"""What is not the same in two schemas, object by object, each with the weight that a proof gives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import partial
from typing import Any, Literal

from pgwright.schema.model import Column, Constraint, Difference, Index, Policy, Relation, Rule, Schema, Thing, Trigger

Weight = Literal["semantic", "name", "order", "reported"]
Ignored = frozenset[str]

# Properties that say something about the name or the place of an object only.
WEIGHTS: Mapping[str, Weight] = {"position": "order", "not_null_name": "reported"}
# Names of other objects of the same relation: they are told where those objects are compared.
BORROWED = {"constraint": frozenset({"index"}), "index": frozenset({"constraint"})}
# Kinds of things that live outside of the revisions: told, never held against them.
REPORTED = frozenset({"extension"})

_PARTS = ("constraints", "indexes", "triggers", "policies", "rules")
_WORD = {"constraints": "constraint", "indexes": "index", "triggers": "trigger", "policies": "policy", "rules": "rule"}
_WHOLE = ("table", "view")  # the last word of every kind of relation: one that is missing takes its sequences along
_OWN = tuple(f.name for f in fields(Relation) if f.compare and f.name not in ("schema", "name", "columns", *_PARTS))


def diff(a: Schema, b: Schema, *, ignore: Ignored = frozenset()) -> tuple[Difference, ...]:
    """Differences from `a` (expected) to `b` (got), without the relations in `ignore` and what is theirs."""
    if a is b:
        return ()
    found = tuple(_relations(a, b, ignore))
    whole = {d.identity for d in found if d.kind != "changed" and d.object.endswith(_WHOLE)}
    return (*found, *_things(a, b, ignore | whole))


def describe(difference: Difference) -> str:
    """One line for people."""
    d = difference
    subject = f"{d.object} {d.identity}"
    if d.kind == "missing":
        return f"{subject} is missing" + (f": {_short(d.before)}" if d.before else "")
    if d.kind == "extra":
        return f"{subject} is extra" + (f": {_short(d.after)}" if d.after else "")
    if d.kind == "renamed":
        return f"{subject} is now named {d.after}"
    return f"{subject}: {d.what.replace('_', ' ')} was {_short(d.before)}, is {_short(d.after)}"


def ignored(what: Thing, ignore: Ignored) -> bool:
    """True for the sequences and statistics of a relation that is left out."""
    owner = (what["owned_by"] or "").rpartition(".")[0] if what.kind == "sequence" else what["table"]
    return bool(ignore) and owner in ignore


def definition(part: Constraint | Index | Trigger | Policy | Rule) -> tuple[object, ...]:
    """What a part of a relation does, without any name of its own: equal for two that only the name tells apart."""
    out = []
    for field in fields(part):
        if field.name == "name" or field.name in BORROWED.get(_kind(part), ()):
            continue
        value = getattr(part, field.name)
        out.append(_nameless(part.name, value) if field.name == "definition" else value)
    return tuple(out)


def _nameless(name: str, text: str) -> str:
    """A CREATE INDEX, TRIGGER or RULE without the first mention of its own name, quoted or not."""
    quoted = '"' + name.replace('"', '""') + '"'
    for spelling in (quoted, name):
        before, found, after = text.partition(f" {spelling} ")
        if found and before.startswith("CREATE "):
            return f"{before} {after}"
    return text


def _kind(part: object) -> str:
    return type(part).__name__.lower()


def _relations(a: Schema, b: Schema, ignore: Ignored) -> Iterator[Difference]:
    shared = _shared(a.relations, b.relations)
    left, right = (
        {r.qualified: r for r in s.relations if id(r) not in shared and r.qualified not in ignore} for s in (a, b)
    )
    for name in sorted(left.keys() | right.keys()):
        before, after = left.get(name), right.get(name)
        if before is None and after is not None:
            yield Difference("extra", after.kind, name, "semantic")
        elif after is None and before is not None:
            yield Difference("missing", before.kind, name, "semantic")
        elif before is not after and before is not None and after is not None and before != after:
            yield from _relation(before, after)


def _shared(a: Sequence[object], b: Sequence[object]) -> set[int]:
    """What both sides hold as one record: snapshots share whatever did not change between them."""
    return set(map(id, a)) & set(map(id, b))


def _relation(a: Relation, b: Relation) -> Iterator[Difference]:
    yield from _properties(a.kind, a.qualified, a, b, _OWN)
    yield from _columns(a, b)
    for part in _PARTS:
        yield from _parts(_WORD[part], a.qualified, getattr(a, part), getattr(b, part))


def _columns(a: Relation, b: Relation) -> Iterator[Difference]:
    """Columns are told apart by name alone: the data of a renamed one is elsewhere for every query."""
    order = _order(a, b)
    for name, before, after in _paired(a.columns, b.columns):
        identity = f"{a.qualified}.{name}"
        if before is None or after is None:
            yield _one_sided("column", identity, before, after, _column_text)
            continue
        names = [n for n in _names(Column) if n != "position"]
        yield from _properties("column", identity, before, after, names)
        if name in order:
            moved = (str(before.position), str(after.position))
            yield Difference("changed", "column", identity, "order", "position", *moved)


def _order(a: Relation, b: Relation) -> set[str]:
    """Columns of both that do not stand in the same sequence; one that came or went moves nobody."""
    common = {c.name for c in a.columns} & {c.name for c in b.columns}
    left, right = ([c.name for c in sorted(r.columns, key=lambda c: c.position) if c.name in common] for r in (a, b))
    return {name for pair in zip(left, right, strict=True) if pair[0] != pair[1] for name in pair}


def _parts(word: str, relation: str, a: Sequence[Any], b: Sequence[Any]) -> Iterator[Difference]:
    """Parts by name; of what is left on both sides, equal definitions are one part under two names."""
    if a == b:
        return
    gone, come = [], []
    for name, before, after in _paired(a, b):
        if before is not None and after is not None:
            skipped = BORROWED.get(word, frozenset())
            names = [n for n in _names(type(before)) if n not in skipped]
            yield from _properties(word, f"{relation}.{name}", before, after, names)
        elif before is not None:
            gone.append(before)
        else:
            come.append(after)
    for part in gone:
        twin = next((c for c in come if definition(c) == definition(part)), None)
        identity = f"{relation}.{part.name}"
        if twin is None:
            yield _one_sided(word, identity, part, None, _part_text)
        else:
            come.remove(twin)
            yield Difference("renamed", word, identity, "name", "name", part.name, twin.name)
    for part in come:
        yield _one_sided(word, f"{relation}.{part.name}", None, part, _part_text)


def _things(a: Schema, b: Schema, ignore: Ignored) -> Iterator[Difference]:
    shared = _shared(a.things, b.things)
    left, right = (
        {(t.kind, t.identity): t for t in s.things if id(t) not in shared and not ignored(t, ignore)} for s in (a, b)
    )
    for key in sorted(left.keys() | right.keys()):
        before, after = left.get(key), right.get(key)
        if before is after or before == after:
            continue
        kind, identity = key
        weight: Weight = "reported" if kind in REPORTED else "semantic"
        if before is None or after is None:
            # what is missing of an extension is missing from what the revisions build
            told = weight if before is None else "semantic"
            yield Difference("extra" if before is None else "missing", kind, identity, told)
            continue
        was, now = dict(before.properties), dict(after.properties)
        for name in sorted(was.keys() | now.keys()):
            if was.get(name) != now.get(name):
                yield Difference("changed", kind, identity, weight, name, was.get(name), now.get(name))


def _paired(a: Sequence[Any], b: Sequence[Any]) -> Iterator[tuple[str, Any, Any]]:
    left, right = {p.name: p for p in a}, {p.name: p for p in b}
    return ((name, left.get(name), right.get(name)) for name in sorted(left.keys() | right.keys()))


def _properties(word: str, identity: str, a: object, b: object, names: Sequence[str]) -> Iterator[Difference]:
    for name in names:
        before, after = getattr(a, name), getattr(b, name)
        if before != after:
            weight = WEIGHTS.get(name, "semantic")
            yield Difference("changed", word, identity, weight, name, _text(before), _text(after))


def _one_sided(word: str, identity: str, a: Any, b: Any, text: Callable[[Any], str]) -> Difference:
    make = partial(Difference, object=word, identity=identity, weight="semantic")
    return make("missing", before=text(a)) if b is None else make("extra", after=text(b))


def _column_text(column: Column) -> str:
    default = f" DEFAULT {column.default}" if column.default else ""
    return column.type + (" NOT NULL" if column.not_null else "") + default


def _part_text(part: Any) -> str:
    return str(getattr(part, "definition", "") or f"{part.command} USING {part.using} WITH CHECK {part.check}")


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _short(text: str | None) -> str:
    flat = " ".join((text if text is not None else "none").split()) or "none"
    return flat if len(flat) <= 120 else f"{flat[:117]}..."


def _names(kind: Any) -> list[str]:
    return [f.name for f in fields(kind)]
