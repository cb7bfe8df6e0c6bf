"""A second column beside a first: its names, its values, what hangs on the first, and how the first comes back.

Used by recipes that give a column another type. See mirror.py for how the two are held equal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pgwright.design import attic, dependents, expression, lookup, mirror, restore, twins
from pgwright.design.batches import plain_form
from pgwright.design.compiled import step
from pgwright.design.conversion import Conversion, conversion
from pgwright.design.draft import Surroundings
from pgwright.design.requests.column import ChangeType
from pgwright.design.source import autocommit, execute, quoted
from pgwright.schema.model import Column, Constraint, Relation
from pgwright.step import Step


@dataclass(frozen=True, slots=True)
class SecondColumn:
    """All that the phases of one change share."""

    want: ChangeType
    table: Relation
    column: Column
    values: Conversion
    hanging: dependents.Hanging
    place: attic.Shelf | None  # where the old column is kept; values that can be computed back exactly need no place

    @property
    def new(self) -> str:
        """The second column's name before the switch."""
        return dependents.twin_name(self.want.column)

    @property
    def old(self) -> str:
        """The first one's name after it."""
        return dependents.past_name(self.want.column)

    @property
    def pair(self) -> mirror.Pair:
        """Before the switch: the new column follows the old."""
        want = self.want
        value, required = self.values.forward, self.column.not_null
        return mirror.Pair(want.table, want.schema, want.column, self.new, want.type, value, required)

    @property
    def later(self) -> mirror.Pair:
        """After the switch: the same rule under the names of then."""
        want = self.want
        value = expression.with_columns(self.values.forward, {want.column: quoted(self.old)})
        return mirror.Pair(want.table, want.schema, self.old, want.column, want.type, value, self.column.not_null)

    @property
    def rule(self) -> str:
        """The mirror's name."""
        return mirror.check_name(self.want.table, self.want.column)

    @property
    def key(self) -> Constraint | None:
        """The primary key, when the column is part of it."""
        return next(iter(self.hanging.of_kind("primary key")), None)

    def trigger(self, role: str) -> str:
        """The name of a trigger: `fill` before the switch, `keep` after it."""
        return mirror.trigger_name(self.want.table, self.want.column, role)


def second_column(want: ChangeType, on: Surroundings) -> SecondColumn:
    """What the request means for the table that is there."""
    table = on.table(want.table, want.schema)
    column = lookup.column(table, want.column)
    values = conversion(want.column, column.type, want.type, on.database, using=want.using, back=want.back)
    past = replace(column, name=dependents.past_name(want.column))
    place = None if values.exact else attic.shelf(on, table, past)
    return SecondColumn(want, table, column, values, dependents.hanging(table, want.column), place)


def old_column_again(case: SecondColumn, on: Surroundings) -> list[Step]:
    """As it stood after the switch. The batches commit what comes before them, so an interrupted run starts over."""
    want, later, relation = case.want, case.later, case.later.relation
    old, name = quoted(case.old), case.trigger("keep")
    steps = [
        *mirror.gone(later, name, "contract"),
        *(attic.reset(case.place) if case.place else ()),
        step(execute(f"ALTER TABLE {relation} DROP COLUMN IF EXISTS {old}"), "contract"),
        step(execute(f"ALTER TABLE {relation} ADD COLUMN {old} {case.column.type}"), "contract"),
    ]
    steps += mirror.keeping(later, name, case.values.back, "contract")
    steps.append(mirror.add_check(later, case.rule, "contract"))
    fill = plain_form(relation, old, _past_value(case), later.wrong, on.limits.backfill_pages)
    validate = execute(f"ALTER TABLE {relation} VALIDATE CONSTRAINT {quoted(case.rule)}")
    steps += [step(code, "contract", transactional=False) for code in (fill, autocommit(validate))]
    steps += twins.past_constraints_restored(on, case.table, case.hanging, want.column, case.old)
    if case.column.not_null:
        steps.append(step(execute(f"ALTER TABLE {relation} ALTER COLUMN {old} SET NOT NULL"), "contract"))
    past = replace(case.column, name=case.old)
    steps += attic.followed_again(case.place) if case.place else ()
    steps += restore.column_details(on, case.table, past, "contract")
    return [replace(s, undo=()) for s in steps]


def _past_value(case: SecondColumn) -> str:
    """What the old column had: from the attic where that still agrees with what the new one says, else computed back."""
    if case.place is None:
        return case.values.back
    here, old, new = quoted(case.want.table), case.place.taken, case.want.column

    def of_kept(name: str) -> str:
        return old if name == new else f"{here}.{quoted(name)}"

    changed = case.later.differs(expression.with_columns(case.values.forward, of_kept), f"{here}.{quoted(new)}")
    kept = f"SELECT {old} FROM {case.place.copy} AS kept WHERE {case.place.same_row('kept', here)}"
    return f"COALESCE(({kept} AND NOT ({changed})), {case.values.back})"
