"""Set NOT NULL on a column of a table in use.

expand    a constraint that new rows must obey, NOT VALID: instant. Only when no rows have to be filled first.
backfill  with `fill` or `using`: rows that are NULL get it, in batches. This comes before the constraint, because a
          NOT VALID constraint is checked on every new row version: an UPDATE of another column of a row that is not
          filled yet would fail (measured: it broke running clients).
enforce   the same constraint now, where rows had to be filled; then, in a revision of its own, VALIDATE, which reads
          the table under SHARE UPDATE EXCLUSIVE, and SET NOT NULL, which finds the CHECK and skips its scan
undo      DROP NOT NULL, back over the NOT VALID constraint; filled values stay

PostgreSQL 18 and later validate the NOT NULL constraint itself and need no CHECK.
Source: PostgreSQL documentation, ALTER TABLE, "SET NOT NULL" and "NOT VALID"; PostgreSQL 12 and 18 release notes.
"""

from __future__ import annotations

from pgwright.design import default, lookup, names, operations
from pgwright.design.batches import plain_form
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings, Validation
from pgwright.design.expression import columns
from pgwright.design.refusals import AlreadyThere
from pgwright.design.requests.column import SetNotNull
from pgwright.design.requests.constraint import AddCheck
from pgwright.design.source import qualified, quoted, string
from pgwright.step import Phase, Step

NATIVE = 18  # the first major with NOT NULL ... NOT VALID


def expand(want: SetNotNull, on: Surroundings) -> tuple[Draft, ...]:
    """The NOT VALID constraint, when no rows have to be filled first."""
    if want.fill is not None or want.using is not None:
        return ()
    return promise(want, on, phase="expand", change=want.kind)


def backfill(want: SetNotNull, on: Surroundings) -> tuple[Draft, ...]:
    """Rows that are NULL, in batches."""
    return filling(want, on, change=want.kind, new_column=False)


def enforce(want: SetNotNull, on: Surroundings, *, change: str | None = None) -> tuple[Draft, ...]:
    """VALIDATE, SET NOT NULL, and the CHECK is gone."""
    first: tuple[Draft, ...] = ()
    if change is None and (want.fill is not None or want.using is not None):
        first = promise(want, on, phase="enforce", change=want.kind)
    return (*first, _validated(want, on, change or want.kind))


def constraint_name(want: SetNotNull, on: Surroundings) -> str:
    """PostgreSQL's own name of the NOT NULL from 18 on; of the passing CHECK before."""
    if on.major >= NATIVE:
        return names.fitted(f"{want.table}_{want.column}_not_null")
    return names.fitted(f"ck_{want.table}_{want.column}_not_null")


def _added(want: SetNotNull, on: Surroundings) -> str:
    """The NOT VALID constraint, as code."""
    name = constraint_name(want, on)
    if on.major >= NATIVE:
        rule = f"ADD CONSTRAINT {quoted(name)} NOT NULL {quoted(want.column)} NOT VALID"
        return operations.postgresql_only(on, f"ALTER TABLE {qualified(want.schema, want.table)} {rule}")
    check = AddCheck(want.table, f"{quoted(want.column)} IS NOT NULL", name=name, schema=want.schema)
    return operations.create_check(on, check, name, valid=False)


def _dropped(want: SetNotNull, on: Surroundings) -> str:
    name = constraint_name(want, on)
    if on.major >= NATIVE:
        sql = f"ALTER TABLE {qualified(want.schema, want.table)} DROP CONSTRAINT {quoted(name)}"
        return operations.postgresql_only(on, sql)
    return operations.drop_constraint(on, want.table, want.schema, name, "check")


def _nulls(want: SetNotNull) -> Validation:
    return Validation(
        f"rows in which {want.column} is NULL",
        f"SELECT count(*) FROM {qualified(want.schema, want.table)} WHERE {quoted(want.column)} IS NULL",
    )


def promise(want: SetNotNull, on: Surroundings, *, phase: Phase, change: str) -> tuple[Draft, ...]:
    """The constraint that new rows must obey from here on."""
    return (
        Draft(
            phase=phase,
            subject=f"let no new row of {want.table} leave {want.column} empty",
            why="NOT VALID: new and changed rows are checked from now on, the others by the next revision.",
            change=change,
            steps=(step(_added(want, on), phase, undo=_dropped(want, on)),),
            locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
            validations=(_nulls(want),) if phase == "enforce" else (),
            notes=(f"Every release that runs from here on must write {want.table}.{want.column}.",),
        ),
    )


def _validated(want: SetNotNull, on: Surroundings, change: str) -> Draft:
    validate = operations.validate(on, want.table, want.schema, constraint_name(want, on))
    steps: tuple[Step, ...]
    if on.major >= NATIVE:
        undo = (step(_dropped(want, on), "enforce"), step(_added(want, on), "enforce"))
        steps = (step(validate, "enforce", undo=undo),)
    else:
        steps = (
            step(validate, "enforce"),
            step(nullable(want, on, False), "enforce", undo=nullable(want, on, True)),
            step(_dropped(want, on), "enforce", undo=_added(want, on)),
        )
    return Draft(
        phase="enforce",
        subject=f"make {want.table}.{want.column} NOT NULL",
        why="VALIDATE reads the rows that were there before the constraint; nobody waits for it.",
        change=change,
        steps=steps,
        locks=(f"SHARE UPDATE EXCLUSIVE on {want.table} while it is read; readers and writers go on",)
        + (() if on.major >= NATIVE else (f"ACCESS EXCLUSIVE on {want.table} for the instant of SET NOT NULL",)),
        validations=(_nulls(want),),
    )


def nullable(want: SetNotNull, on: Surroundings, value: bool) -> str:
    """ALTER COLUMN SET or DROP NOT NULL, as code."""
    return operations.altered(on, want.table, want.schema, "alter_column", string(want.column), nullable=str(value))


def filling(want: SetNotNull, on: Surroundings, *, change: str, new_column: bool) -> tuple[Draft, ...]:
    """The backfill's draft, or none when there is nothing to fill with."""
    if want.using is not None:
        value, reads = want.using, bool(columns(want.using))
    elif want.fill is not None:
        found = on.table(want.table, want.schema).column(want.column)
        value, reads = default.sql(want.fill, found.type if found else "text"), False
    else:
        return ()
    column = quoted(want.column)
    where = f"{column} IS NULL" + (f" AND ({value}) IS NOT NULL" if reads else "")
    code = plain_form(
        qualified(want.schema, want.table), column, value, where, on.limits.backfill_pages, batch=on.style.batch
    )
    notes = () if new_column else ("Which rows were NULL is not remembered: the downgrade leaves the values.",)
    return (
        Draft(
            phase="backfill",
            subject=f"fill {want.column} of {want.table}",
            why="In batches, each its own transaction: a row is locked for milliseconds, and an interrupted run can be "
            "repeated, because filled rows no longer match.",
            change=change,
            steps=(step(code, "backfill", undo=() if new_column else None, transactional=False),),
            locks=(f"ROW EXCLUSIVE on {want.table}; the rows of one batch at a time",),
            validations=(_nulls(want),),
            notes=notes,
            backfill={
                "table": qualified(want.schema, want.table),
                "set": {want.column: value},
                "where": where,
                "key": list(on.table(want.table, want.schema).primary_key),
            },
        ),
    )


def check(want: SetNotNull, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    if lookup.column(lookup.table_of(want, on), want.column).not_null:
        raise AlreadyThere(what="NOT NULL on", name=f"{want.table}.{want.column}")
