"""The values that one column may take, single-column constraints already applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from pgwright.shadow.rows.castable import castable
from pgwright.shadow.rows.datatype import DataType, Family
from pgwright.shadow.rows.demand import Profile, Wanted
from pgwright.shadow.rows.edge import edges, extremes
from pgwright.shadow.rows.expression import Expression, compiled
from pgwright.shadow.rows.hint import hints, makers
from pgwright.shadow.rows.ordinary import ordinary
from pgwright.shadow.rows.scalar import Unknown, scalar

Maker = Callable[[int], str | None]
Admits = Callable[[str], bool]
Suggestion = tuple[tuple[str, ...], Maker | None, tuple[str, ...], bool, Admits]  # some, make, edges, hinted, admits
_FIRST, _LATER = 24, 12  # values drawn from a maker, before and after a list of hints
_TRIED = 6  # values of a maker that decide whether it suits the column


@dataclass(slots=True)
class Pool:
    """Values of one column. `some` is a finite list, `make` yields one more for every k, as long as there are any."""

    wanted: Wanted
    family: Family
    profile: Profile
    some: tuple[str, ...]
    hinted: bool  # a CHECK over several columns suggests `some`: they come first
    make: Maker | None
    edges: tuple[str, ...]
    nullable: bool
    salt: int
    admits: Callable[[str], bool]

    def values(self, k: int) -> Iterator[str | None]:
        """Values in the order to try them for the k-th row, without edges; NULL last where it may be."""
        yield from self._listed(k) if self.hinted else ()
        if self.make is not None:
            for j in range(k, k + (_LATER if self.hinted else _FIRST)):
                value = self.make(j)
                if value is not None and self.admits(value):
                    yield value
        yield from () if self.hinted else self._listed(k)
        if self.nullable:
            yield None

    def _listed(self, k: int) -> Iterator[str]:
        size = len(self.some)
        return (self.some[(k + j) % size] for j in range(size))


def pool(wanted: Wanted, checks: list[Expression], profile: Profile, salt: int, is_key: bool) -> Pool:
    """The pool of a column under the checks that read no other column; a key's holds no edges."""
    near = tuple(c.text for c in checks if wanted.column.name in c.columns)
    if near or wanted.target is not None:
        some, make, worst, hinted, admits = _suggested(wanted, near, profile)
    else:
        some, make, worst, hinted, admits = _free(wanted.type, wanted.column.name, profile)
    named = (wanted.default,) if wanted.default is not None and admits(wanted.default) else ()
    nullable = not wanted.not_null
    family = wanted.type.family
    outer = () if is_key or profile == "calm" else (*named, *worst)
    return Pool(wanted, family, profile, some, hinted, make, outer, nullable, salt, admits)


@lru_cache(maxsize=4096)
def _free(kind: DataType, label: str, profile: Profile) -> Suggestion:
    """What a column takes that nothing restricts."""
    worst = extremes(kind) if profile == "hostile" else edges(kind)
    if kind.bottom.kind == "enum":
        return kind.bottom.labels, None, worst, False, _always
    if kind.family == "boolean":
        return ("true", "false"), None, worst, False, _always
    make = _plainly(kind, label)
    return (), make if make(0) is not None else None, worst, False, _always


@lru_cache(maxsize=4096)
def _suggested(wanted: Wanted, texts: tuple[str, ...], profile: Profile) -> Suggestion:
    """What a column takes under CHECKs, or when its type changes."""
    near = [compiled(t) for t in texts]
    admits = _judge(wanted, [c for c in near if c.columns == (wanted.column.name,) and c.known])
    kinds = [wanted.type] + ([wanted.target] if wanted.target else [])
    candidates = [m for kind in kinds for m in (_plainly(kind, wanted.column.name), *makers(near, kind))]
    make = next((m for m in candidates if _suits(m, admits)), None)
    worst = tuple(e for kind in kinds for e in (extremes(kind) if profile == "hostile" else edges(kind)))
    hinted = tuple(v for v in dict.fromkeys(_hints(near, wanted.type)) if admits(v))
    some = tuple(dict.fromkeys((*hinted, *(v for v in _few(make, candidates) if admits(v)))))
    first = any(len(c.columns) > 1 and c.constants for c in near) and bool(hinted)
    make = None if wanted.type.family in ("enum", "boolean") else make
    return some, make, tuple(v for v in dict.fromkeys(worst) if admits(v)), first, admits


def _plainly(kind: DataType, label: str) -> Maker:
    return lambda k: ordinary(kind, k, label)


def _suits(maker: Maker, admits: Callable[[str], bool]) -> bool:
    values = [maker(k) for k in range(_TRIED)]
    return all(v is not None and admits(v) for v in values[:2]) and sum(v is not None and admits(v) for v in values) > 3


def _few(make: Maker | None, candidates: list[Maker]) -> list[str]:
    tried = [make] if make is not None else candidates
    return [v for m in tried for v in (m(k) for k in range(12)) if v is not None]


def _hints(near: list[Expression], kind: DataType) -> list[str]:
    return list(islice(hints(near, kind), 60)) if near else []


def _always(value: str) -> bool:
    return True


def _judge(wanted: Wanted, checks: list[Expression]) -> Callable[[str], bool]:
    """Whether one value passes everything that concerns this column alone."""
    kind, target, name = wanted.type, wanted.target, wanted.column.name
    if not checks and target is None:
        return _always

    def admits(value: str) -> bool:
        if target is not None and not castable(value, kind, target):
            return False
        if not checks:
            return True
        try:
            row = {name: scalar(value, kind.family)}
        except Unknown:
            return True
        return all(c.holds(row) is not False for c in checks)

    return admits
