"""Which tables to fill, and in which order: parents first, cycles cut where a NULL or a deferred check allows it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pgwright.shadow.rows.demand import Demand, Demands

_FEW = 4


@dataclass(frozen=True, slots=True)
class Order:
    """Demands in filling order, and tables that rows cannot be made for, with the reason."""

    demands: tuple[Demand, ...]
    left_out: tuple[tuple[str, str], ...]
    asked: frozenset[str]  # the tables that were asked for; the others are only parents

    def count(self, demand: Demand, rows: int) -> int:
        """How many rows a table gets: a mere parent only a few, unless a child may use each of them once."""
        name = demand.relation.qualified
        return rows if name in self.asked or name in self._exclusive() else min(rows, _FEW)

    def _exclusive(self) -> set[str]:
        return {
            key.parent
            for demand in self.demands
            for key in demand.foreign_keys
            if any(set(u.columns) <= set(key.columns) for u in demand.uniques)
        }


def order(demands: Demands, tables: Collection[str]) -> Order:
    """The tables asked for and the parents they need.

    A parent behind a nullable key is taken along only for a table that was asked for.
    """
    found: dict[str, Demand] = {}
    left_out: list[tuple[str, str]] = []
    asked = frozenset(demands.partitions.root(t) for t in tables)
    pending = sorted(asked)
    while pending:
        name = pending.pop(0)
        if name in found:
            continue
        relation = demands.before.relation(name)
        if relation is None or relation.kind not in ("table", "partitioned table"):
            if name in asked:
                left_out.append(
                    (name, f"{relation.kind} takes no rows" if relation else "not there before the revision")
                )
            continue
        demand = found[name] = demands.of(relation)
        pending += [k.parent for k in demand.foreign_keys if k.required or name in asked]
    return Order(_sorted(found), tuple(left_out), asked)


def _sorted(found: dict[str, Demand]) -> tuple[Demand, ...]:
    waits = {n: {k.parent for k in d.foreign_keys if k.parent in found and k.parent != n} for n, d in found.items()}
    firm = {n: {k.parent for k in d.foreign_keys if k.required and k.parent in waits[n]} for n, d in found.items()}
    hard = {
        n: {k.parent for k in d.foreign_keys if k.required and not k.deferrable and k.parent in waits[n]}
        for n, d in found.items()
    }
    out: list[Demand] = []
    left = sorted(found)
    while left:
        name = next((n for kind in (waits, firm, hard) for n in left if not kind[n] & set(left)), left[0])
        left.remove(name)
        out.append(found[name])
    return tuple(out)
