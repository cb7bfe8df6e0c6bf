"""From requests to drafts of revisions: checked, ordered, each in its phase."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from pgwright.design.draft import Draft, Limits, Style, Surroundings, key
from pgwright.design.order import completed, ordered
from pgwright.design.recipes.drop_column import AFTER
from pgwright.design.registry import PHASES, RECIPES
from pgwright.design.request import Request
from pgwright.design.requests.table import CreateTable
from pgwright.schema.model import Schema

_RECIPE = {recipe.request: recipe for recipe in RECIPES}
_RENAMES = ("rename_table", "rename_column")


def draft(
    requests: Sequence[Request],
    database: Schema,
    *,
    version: int,
    style: Style | None = None,
    limits: Limits | None = None,
    kept: Collection[str] = (),
) -> tuple[Draft, ...]:
    """The revisions that the requests need, in the order in which they have to be applied; a Refusal otherwise.

    One phase per revision. What runs in a transaction may share one, as long as it locks one table in use; what cannot
    run in a transaction, and what reads a whole table, has its own. What takes something away comes last; what it leaves
    in the attic takes no name of `kept`, those that are taken there.
    """
    wanted = ordered(completed(requests, database))
    created = frozenset(key(r.table, r.schema) for r in wanted if isinstance(r, CreateTable))
    on = Surroundings(database, version, style or Style(), limits or Limits(), created, database, frozenset(kept))
    drafts: list[Draft] = []
    apart: list[Draft] = []
    for want in wanted:
        recipe = _RECIPE[type(want)]
        recipe.check(want, on)
        later = on.seeing(recipe.after(want, on))
        drawn = recipe.drafts(want, later if want.kind == "add_column" else on)
        if any(d.alone for d in drawn):
            apart += drawn
        else:
            drafts += drawn
        on = later.keeping(drawn)
    phased = sorted(_joined(drafts), key=lambda d: (d.change not in _RENAMES, PHASES.index(d.phase)))
    return _flagged(tuple(_noted(d) for d in (*phased, *apart)), on.limits)


def _joined(drafts: Sequence[Draft]) -> list[Draft]:
    """Drafts that may share a revision made one, at the place of the first."""
    groups: dict[object, list[Draft]] = {}
    for number, one in enumerate(drafts):
        groups.setdefault((one.phase, one.joins) if one.joins else number, []).append(one)
    return [_merged(group) for group in groups.values()]


def _merged(group: Sequence[Draft]) -> Draft:
    if len(group) == 1:
        return group[0]
    heads = [d for d in group if d.change == "create_table"] or list(group)
    subject = "; ".join(d.subject for d in heads[:2]) + (f"; {len(heads) - 2} more" if len(heads) > 2 else "")
    return replace(
        heads[0],
        subject=subject,
        why=" ".join(dict.fromkeys(d.why for d in heads if d.why)),
        steps=tuple(s for d in group for s in d.steps),
        locks=tuple(dict.fromkeys(lock for d in group for lock in d.locks)),
        validations=tuple(dict.fromkeys(v for d in group for v in d.validations)),
        notes=tuple(dict.fromkeys(n for d in group for n in d.notes)),
    )


def _noted(one: Draft) -> Draft:
    """What takes something away says when it may."""
    if one.phase != "contract" or AFTER in one.notes:
        return one
    return replace(one, notes=(AFTER, *one.notes))


def _flagged(drafts: tuple[Draft, ...], limits: Limits) -> tuple[Draft, ...]:
    steps = sum(len(d.steps) for d in drafts)
    if steps <= limits.steps:
        return drafts
    note = f"A large change: {steps} statements in {len(drafts)} revisions; have it reviewed in parts."
    return (replace(drafts[0], notes=(*drafts[0].notes, note)), *drafts[1:])
