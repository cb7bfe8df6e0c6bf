"""One column under two names as two columns, both written by whoever writes one: for where a view cannot stand.

expand    the second column, nullable, a trigger that carries every write over to the other side, the mirror CHECK NOT VALID,
          in one transaction
backfill  the rows that are there, in batches
enforce   VALIDATE of the mirror, the database's own proof; then twins of indexes and constraints
contract  one transaction: fails unless the mirror is validated; default, identity and sequence move over, the old column
          goes, the twins take the names
undo      of the contract: the old column again, filled in batches from the new one, which has the same values

The trigger: an INSERT that names the new column wins, else the old one is copied; an UPDATE carries over the side that it
changed, the new one when it changed both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pgwright.design import dependents, mirror, mirror_drafts, operations, restore, twins, view
from pgwright.design.batches import plain_form
from pgwright.design.compiled import step
from pgwright.design.conversion import has_equality
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.moving import moved_default, moved_identity, moved_sequence
from pgwright.design.refusals import StillNeeded
from pgwright.design.requests.column import RenameColumn
from pgwright.design.requests.value import NewColumn
from pgwright.design.source import autocommit, execute, quoted, string
from pgwright.schema.model import Column, Relation
from pgwright.step import Phase, Step


@dataclass(frozen=True, slots=True)
class DualName:
    """The two columns and what hangs on the first."""

    want: RenameColumn
    table: Relation
    column: Column
    hanging: dependents.Hanging

    @property
    def pair(self) -> mirror.Pair:
        """The new column says what the old one says."""
        want, column = self.want, self.column
        value = quoted(want.column)
        return mirror.Pair(want.table, want.schema, want.column, want.to, column.type, value, column.not_null)

    @property
    def rule(self) -> str:
        """The mirror's name."""
        return mirror.check_name(self.want.table, self.want.column)

    @property
    def name(self) -> str:
        """The trigger's."""
        return mirror.trigger_name(self.want.table, self.want.column, "both")

    def trigger(self, phase: Phase) -> tuple[Step, Step]:
        """The function and the trigger."""
        cast = "" if has_equality(self.column.type) else "::text"
        old, new = quoted(self.want.column), quoted(self.want.to)
        carried = f"NEW.{old} := NEW.{new}; ELSE NEW.{new} := NEW.{old}; END IF;"
        changed = f"NEW.{new}{cast} IS DISTINCT FROM OLD.{new}{cast}"
        body = (
            f"IF TG_OP = 'INSERT' THEN IF NEW.{new} IS NOT NULL THEN {carried} ELSE IF {changed} THEN {carried} END IF;"
        )
        return mirror.made(self.pair, self.name, body, phase)


def dual_name(want: RenameColumn, on: Surroundings) -> DualName:
    """What the request means for the table that is there."""
    table = on.table(want.table, want.schema)
    column = table.column(want.column)
    assert column is not None  # the registry has refused unknown ones
    return DualName(want, table, column, dependents.hanging(table, want.column))


def check(want: RenameColumn, on: Surroundings) -> None:
    """Refuses where one of the two would be left behind."""
    case = dual_name(want, on)
    dependents.refuse_what_stays_behind(on, case.table, want.column)
    twins.refuse_what_has_no_twin(case.table, want.column, case.hanging)
    bound = [f"{t.name}.{c.name}" for t, c in dependents.inbound(on, case.table, want.column)]
    bound += [v.name for v in view.standing_on(on, case.table, want.column)]
    bound += [c.name for c in case.hanging.of_kind("primary key")]
    bound += ["the expression that generates it"] if case.column.generated else []
    if bound:
        raise StillNeeded(what="column", name=f"{want.table}.{want.column}", dependents=", ".join(bound))


def expand(case: DualName, on: Surroundings) -> Draft:
    """The second column, the trigger, the mirror."""
    want = case.want
    column = operations.column(on, NewColumn(want.to, case.column.type))
    add = step(
        operations.altered(on, want.table, want.schema, "add_column", column),
        "expand",
        undo=operations.altered(on, want.table, want.schema, "drop_column", string(want.to)),
    )
    words = case.column.comment
    comment = [step(operations.comment(on, want.table, want.schema, want.to, words), "expand")] if words else []
    return Draft(
        phase="expand",
        subject=f"add {want.to} to {want.table}, held equal to {want.column}",
        why="Whatever is written to one of the two is in both: old and new code work side by side.",
        change=want.kind,
        steps=(add, *comment, *case.trigger("expand"), mirror.add_check(case.pair, case.rule, "expand")),
        locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
    )


def backfill(case: DualName, on: Surroundings) -> Draft:
    """The rows that are there."""
    return mirror_drafts.fill(case.pair, case.want.kind, case.table.primary_key, on.limits.backfill_pages)


def enforce(case: DualName, on: Surroundings) -> tuple[Draft, ...]:
    """The proof, then the twins."""
    want = case.want
    proof = mirror_drafts.proof(case.pair, want.kind, case.rule)
    return (proof, *twins.built(on, case.table, case.hanging, want.column, want.to, want.kind))


def contract(case: DualName, on: Surroundings) -> Draft:
    """The old column goes."""
    want, relation = case.want, case.pair.relation
    removed = tuple(replace(s, undo=()) for s in mirror.removed(case.trigger("contract")))
    steps: list[Step] = [mirror.guard(case.pair, case.rule, "contract"), *removed]
    if case.column.not_null:
        alter = f"ALTER TABLE {relation} ALTER COLUMN {quoted(want.to)}"
        steps.append(step(execute(f"{alter} SET NOT NULL"), "contract", undo=execute(f"{alter} DROP NOT NULL")))
    moved = (
        *moved_sequence(case.table, case.column, want.to, case.column.type),
        *moved_default(case.table, case.column, want.to, case.column.type),
        *moved_identity(case.table, case.column, want.to),
    )
    steps += (replace(s, phase="contract") for s in moved)
    drop = operations.altered(on, want.table, want.schema, "drop_column", string(want.column))
    steps.append(step(drop, "contract", undo=tuple(_again(case, on))))
    steps += (replace(s, phase="contract") for s in twins.named(case.table, case.hanging))
    return Draft(
        phase="contract",
        subject=f"drop {want.column} of {want.table}, which is {want.to} now",
        why="The old column leaves the catalog with the trigger, the mirror and its indexes.",
        change=want.kind,
        steps=tuple(steps),
        locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
    )


def _again(case: DualName, on: Surroundings) -> list[Step]:
    """The old column as it stood. The batches commit what comes before them, so an interrupted run starts over."""
    want, pair = case.want, case.pair
    old = quoted(want.column)
    steps = [
        *mirror.gone(pair, case.name, "contract"),
        step(execute(f"ALTER TABLE {pair.relation} DROP COLUMN IF EXISTS {old}"), "contract"),
        step(execute(f"ALTER TABLE {pair.relation} ADD COLUMN {old} {case.column.type}"), "contract"),
        *_from_the_new(case),
        mirror.add_check(pair, case.rule, "contract"),
        step(plain_form(pair.relation, old, quoted(want.to), pair.wrong, on.limits.backfill_pages), "contract"),
    ]
    validate = execute(f"ALTER TABLE {pair.relation} VALIDATE CONSTRAINT {quoted(case.rule)}")
    steps.append(step(autocommit(validate), "contract", transactional=False))
    steps += twins.originals_restored(on, case.table, case.hanging)
    if case.column.not_null:
        steps.append(step(execute(f"ALTER TABLE {pair.relation} ALTER COLUMN {old} SET NOT NULL"), "contract"))
    steps += mirror.gone(pair, case.name, "contract")
    steps += case.trigger("contract")
    steps += restore.column_details(on, case.table, case.column, "contract")
    return [replace(s, undo=()) for s in steps]


def _from_the_new(case: DualName) -> tuple[Step, Step]:
    """While the old column is filled again, nobody writes it yet: the new one always wins."""
    return mirror.keeping(case.pair, case.name, quoted(case.want.to), "contract")
