"""What rows of one table must satisfy: the constraints before the revision and, for plain rows, those after it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from pgwright.schema.model import Column, Constraint, Index, Relation, Schema
from pgwright.shadow.rows.datatype import DataType, Types
from pgwright.shadow.rows.expression import Expression, compiled
from pgwright.shadow.rows.pairing import Pairing
from pgwright.shadow.rows.partition import Partitions
from pgwright.shadow.rows.spelling import spellings

Profile = Literal["plain", "calm", "hostile"]  # calm: plain without edges, and NULL only where nothing else will do
_VALUE = re.compile(r"\bVALUE\b")
_OVERLAPS = re.compile(r'("(?:[^"]|"")+"|[\w.]+(?:\([^()]*\))?) WITH &&')


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column to fill. `target` is its type after the revision where that is another one."""

    column: Column
    type: DataType
    target: DataType | None
    not_null: bool
    default: str | None  # the constant it defaults to, as text


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key whose parent exists before the revision. `ahead`: it comes only with the revision."""

    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]
    required: bool  # none of its columns may be NULL
    deferrable: bool
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class Unique:
    """Key expressions that no two rows may share, as far as `predicate` holds."""

    keys: tuple[Expression | str, ...]  # a str is a column
    columns: tuple[str, ...]
    predicate: Expression | None
    nulls_equal: bool


@dataclass(frozen=True, slots=True)
class Demand:
    """Everything asked of one table's rows."""

    relation: Relation
    columns: tuple[Wanted, ...]
    checks: tuple[Expression, ...]
    uniques: tuple[Unique, ...]
    foreign_keys: tuple[ForeignKey, ...]
    given: tuple[tuple[str, Any], ...]  # values of columns that only the revision adds
    rooms: tuple[Expression, ...] = ()  # per partition, what its rows pass


class Demands:
    """Reads demands from the schemas on both sides of a revision."""

    def __init__(self, before: Schema, after: Schema | None, profile: Profile, source: str = "") -> None:
        """`after`, and what the revision's `source` takes text to spell, count only for plain rows."""
        self._spelled = spellings(source) if profile != "hostile" and source else {}
        self.before = before
        self.partitions = Partitions(before)
        self._types = Types(before)
        self._later = Types(after) if after is not None else None
        self._pairing = Pairing(before, after)
        self._both = profile != "hostile" and after is not None

    def of(self, relation: Relation) -> Demand:
        """The demand on rows of `relation`."""
        twin, names = self._pairing.twin(relation) if self._both else (None, {})
        columns = tuple(
            self._wanted(c, twin.column(names[c.name]) if twin and c.name in names else None, relation)
            for c in relation.columns
            if not c.generated
        )
        have = {w.column.name for w in columns}
        back = {new: old for old, new in names.items() if old in have}
        given = tuple(_given(twin, set(names.values()))) if twin else ()
        readable = have | {name for name, _ in given}
        checks = [*_checks(relation, have), *(_checks(twin, readable) if twin else ())]
        rooms = tuple(map(compiled, self.partitions.rooms(relation)))
        if all(r.text for r in rooms) and rooms:
            checks.append(compiled(" OR ".join(f"({r.text})" for r in rooms)))
        checks += [e for w in columns for e in _domain_checks(w)]
        uniques = [*_uniques(relation, have), *(_uniques(twin, have, back) if twin else ())]
        required = {w.column.name for w in columns if w.not_null}
        keys = [*self._keys(relation, have, required), *(self._later_keys(twin, back, required) if twin else ())]
        return Demand(
            relation,
            columns,
            _distinct(checks),
            _distinct(uniques),
            _distinct(replace(k, ahead=False) for k in keys),
            given,
            tuple(r for r in rooms if r.text and r.known),
        )

    def _wanted(self, column: Column, twin: Column | None, relation: Relation) -> Wanted:
        kind = self._types.of(column)
        target = self._later.of(twin) if twin is not None and self._later is not None else kind
        if target == kind and kind.family == "text" and column.name in self._spelled:
            target = self._types.named(self._spelled[column.name])
        not_null = column.not_null or kind.not_null or column.name in relation.primary_key
        later = twin is not None and (twin.not_null or target.not_null)
        return Wanted(column, kind, target if target != kind else None, not_null or later, _constant(column.default))

    def _keys(self, relation: Relation, have: set[str], required: set[str]) -> Iterator[ForeignKey]:
        for c in relation.constraints:
            if c.kind == "foreign key" and c.references and have.issuperset(c.columns):
                yield self._key(c, c.columns, c.references, c.referenced_columns, required)

    def _later_keys(self, twin: Relation, back: dict[str, str], required: set[str]) -> Iterator[ForeignKey]:
        for c in twin.constraints:
            if c.kind != "foreign key" or not c.references or not set(back).issuperset(c.columns):
                continue
            parent = self._pairing.earlier(c.references)
            columns = tuple(back[n] for n in c.columns)
            if parent is None:  # it comes with the revision, empty: only NULL refers to nothing
                yield self._key(c, columns, c.references, c.referenced_columns, required)
                continue
            old = {new: o for o, new in self._pairing.twin(parent)[1].items()}
            if set(old).issuperset(c.referenced_columns):
                yield self._key(c, columns, parent.qualified, tuple(old[n] for n in c.referenced_columns), required)

    def _key(
        self, c: Constraint, columns: tuple[str, ...], parent: str, parent_columns: tuple[str, ...], required: set[str]
    ) -> ForeignKey:
        return ForeignKey(
            columns, self.partitions.root(parent), parent_columns, required.issuperset(columns), c.deferrable
        )


def _checks(relation: Relation, readable: set[str]) -> Iterator[Expression]:
    for c in relation.constraints:
        if c.kind == "check" and c.enforced and (text := _expression_text(c)):
            found = compiled(text)
            if readable.issuperset(found.columns):
                yield found


def _expression_text(c: Constraint) -> str:
    if c.expression:
        return c.expression
    text = c.definition.removesuffix(" NOT VALID").removesuffix(" NO INHERIT")
    return text.partition("CHECK ")[2].strip()


def _domain_checks(wanted: Wanted) -> Iterator[Expression]:
    kind: DataType | None = wanted.type
    while kind is not None and kind.kind == "domain":
        for text in kind.checks:
            inner = text.partition("CHECK ")[2] or text
            yield compiled(_VALUE.sub('"' + wanted.column.name.replace('"', '""') + '"', inner))
        kind = kind.base


def _uniques(relation: Relation, have: set[str], back: dict[str, str] | None = None) -> Iterator[Unique]:
    names = {n: n for n in have} if back is None else back
    for index in relation.indexes:
        if index.unique and (found := _unique(index, names)):
            yield found
    for c in relation.constraints:
        if c.kind in ("primary key", "unique") and set(names).issuperset(c.columns):
            columns = tuple(names[n] for n in c.columns)
            yield Unique(columns, columns, None, False)
        elif c.kind == "exclusion":
            yield from _apart(c, names)


def _unique(index: Index, names: dict[str, str]) -> Unique | None:
    keys: list[Expression | str] = [names[k] if k in names else compiled(k) for k in index.keys]
    columns = tuple(dict.fromkeys(c for k in keys for c in ((k,) if isinstance(k, str) else k.columns)))
    if not columns or not set(names.values()).issuperset(columns):
        return None
    predicate = compiled(index.predicate) if index.predicate else None
    if predicate is not None and not set(names.values()).issuperset(predicate.columns):
        predicate = None
    return Unique(tuple(keys), columns, predicate, index.nulls_not_distinct)


def _apart(c: Constraint, names: dict[str, str]) -> Iterator[Unique]:
    """An exclusion constraint, read as: columns under && hold a value of their own in every row (ranges never meet)."""
    for text in _OVERLAPS.findall(c.definition):
        for column in (text.strip('"'), *compiled(text).columns):
            if column in names:
                yield Unique((names[column],), (names[column],), None, False)


def _given(twin: Relation, paired: set[str]) -> Iterator[tuple[str, Any]]:
    for column in twin.columns:
        if column.name not in paired and column.default is None and not column.generated and not column.identity:
            yield column.name, None


def _constant(default: str | None) -> str | None:
    found = re.fullmatch(r"(?:'((?:[^']|'')*)'|(-?[\d.]+|true|false))(?:::[\w\s.\"()\[\],]+)?", default or "")
    if found is None:
        return None
    return found.group(1).replace("''", "'") if found.group(1) is not None else found.group(2)


def _distinct(items: Iterable[Any]) -> tuple[Any, ...]:
    out: list[Any] = []
    for item in items:
        if item not in out:
            out.append(item)
    return tuple(out)
