"""Give a column of a table in use another type.

Values that both types store alike: ALTER TYPE, an instant (varchar and text growing, numeric growing, timestamp to
timestamptz in UTC where no index or CHECK reads the column). Everything else would rewrite the table under ACCESS EXCLUSIVE
(measured, 500,000 rows: clients waited 1.8 s), so a second column is built beside the first:

expand    a nullable column of the new type, the trigger that fills it on every INSERT and UPDATE, and the mirror CHECK NOT
          VALID, in one transaction (see mirror.py): ACCESS EXCLUSIVE for an instant
backfill  the rows that are there, in batches; a row that is right already is not written
enforce   VALIDATE of the mirror, the database's own proof that nothing was missed; then twins of indexes and constraints
switch    one transaction: fails unless the mirror is validated; the columns change names, default, identity and sequence
          move over, and the trigger is turned round: it keeps the old column up to date from now on. A primary key, and
          foreign keys that point at it, move in the same transaction (see key_moving.py)
contract  after the new code is out: the old column, with its trigger and the mirror
undo      of the switch: the names back; nothing is lost, whatever was written since. Of the contract: the old column again,
          from the attic where values cannot be computed back exactly

Until the contract a value has to fit both types: what does not is refused, not cut.
Source: PostgreSQL documentation, ALTER TABLE, Notes; the order of the parts was found by breaking it under load.
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import (
    attic,
    column_type,
    dependents,
    expression,
    key_moving,
    lookup,
    mirror,
    mirror_drafts,
    operations,
    twins,
    view,
)
from pgwright.design.compiled import step
from pgwright.design.conversion import is_binary
from pgwright.design.draft import Draft, Surroundings, Validation
from pgwright.design.moving import moved_default, moved_identity, moved_sequence
from pgwright.design.refusals import AlreadyThere, BadField, StillNeeded
from pgwright.design.requests.column import ChangeType
from pgwright.design.requests.value import NewColumn
from pgwright.design.second_column import SecondColumn, old_column_again, second_column
from pgwright.design.source import execute, quoted, string
from pgwright.schema.model import Schema


def check(want: ChangeType, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    table, column = lookup.table_of(want, on), lookup.column_of(want, on)
    column_type.source(want.type, on.database)
    if column_type.canonical(want.type) == column.type:
        raise AlreadyThere(what="type", name=f"{want.type} of {want.table}.{want.column}")
    case = second_column(want, on)
    for name, text in (("using", case.values.forward), ("back", case.values.back)):
        expression.with_columns(text, {})
        if expression.has_subquery(text) or expression.differs_each_time(text):
            problem = "must give one value for one row: no SELECT in it, and nothing random"
            raise BadField(kind=want.kind, field=name, problem=problem, known="using, back")
    if _is_direct(case, on):
        return
    dependents.refuse_what_stays_behind(on, table, want.column)
    twins.refuse_what_has_no_twin(table, want.column, case.hanging)
    pointing = dependents.inbound(on, table, want.column)
    what = f"{want.table}.{want.column}"
    if column.generated or table.kind == "partitioned table":
        raise StillNeeded(what="type of", name=what, dependents=column.generated or "its partitions")
    _refuse_broken_references(want, on, case)
    if not case.values.exact and (case.key or pointing):
        raise StillNeeded(what="type of", name=what, dependents=key_moving.shown(pointing) or "its primary key")
    for name in (case.new, case.old):
        if table.column(name) is not None:
            raise AlreadyThere(what="column", name=f"{want.table}.{name}")


_ALIKE = ({"smallint", "integer", "bigint", "numeric"}, {"text", "character varying", "character"})


def _refuse_broken_references(want: ChangeType, on: Surroundings, case: SecondColumn) -> None:
    """StillNeeded where a foreign key of the column would compare types that PostgreSQL does not compare."""
    for key in case.hanging.of_kind("foreign key"):
        target = on.database.relation(key.references or "")
        pairs = zip(key.columns, key.referenced_columns, strict=False)
        there = next((target.column(t) for c, t in pairs if c == want.column), None) if target else None
        if there is not None and not _compare(column_type.canonical(want.type), there.type):
            raise StillNeeded(what="type of", name=f"{want.table}.{want.column}", dependents=f"{key.name}, to {there.type},")


def _compare(one: str, other: str) -> bool:
    first, second = (text.partition("(")[0] for text in (one, other))
    return first == second or any({first, second} <= alike for alike in _ALIKE)


def _is_in_utc(case: SecondColumn) -> bool:
    pair = {column_type.parsed(case.column.type).name, column_type.parsed(case.want.type).name}
    given = case.want.using or case.want.back
    return pair == {"timestamp", "timestamptz"} and not given and case.hanging == dependents.Hanging((), ())


def _is_direct(case: SecondColumn, on: Surroundings) -> bool:
    want = case.want
    if on.is_new(want.table, want.schema):
        return True
    if want.using is not None or case.column.generated or case.table.partition_key:
        return False
    return is_binary(case.column.type, want.type) or _is_in_utc(case)


def _direct(case: SecondColumn, on: Surroundings) -> Draft:
    want, utc = case.want, _is_in_utc(case)

    def code(new: str, old: str, using: str | None) -> str:
        types = {"type_": column_type.source(new, on.database), "existing_type": column_type.source(old, on.database)}
        how = string(using) if using and not utc else None
        return operations.altered(
            on, want.table, want.schema, "alter_column", string(want.column), **types, postgresql_using=how
        )

    back = code(case.column.type, want.type, want.back)
    steps = [step(code(want.type, case.column.type, want.using), "expand", undo=back)]
    if utc:
        zone = execute("SET LOCAL TimeZone = 'UTC'")
        steps = [step(zone, "expand"), replace(steps[0], undo=(step(zone, "expand"), step(back, "expand")))]
    return Draft(
        phase="expand",
        subject=f"change {want.table}.{want.column} to {want.type}",
        why="Values are stored alike in both types: nothing is read or rewritten.",
        change=want.kind,
        steps=tuple(steps),
        locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
        notes=tuple(n for n in (case.values.note, "The downgrade reads the table, and refuses what is too long.") if n),
    )


def expand(want: ChangeType, on: Surroundings) -> tuple[Draft, ...]:
    """The second column, its trigger, the mirror."""
    case = second_column(want, on)
    if _is_direct(case, on):
        return (_direct(case, on),)
    column = operations.column(on, NewColumn(case.new, want.type))
    add = step(
        operations.altered(on, want.table, want.schema, "add_column", column),
        "expand",
        undo=operations.altered(on, want.table, want.schema, "drop_column", string(case.new)),
    )
    words = case.column.comment
    comment = [step(operations.comment(on, want.table, want.schema, case.new, words), "expand")] if words else []
    return (
        Draft(
            phase="expand",
            subject=f"add {case.new} to {want.table}, kept equal to {want.column}",
            why=f"{want.column} as {want.type}, beside the old one: whatever is written from now on is in both.",
            change=want.kind,
            steps=(
                add,
                *comment,
                *mirror.filling(case.pair, case.trigger("fill"), "expand"),
                mirror.add_check(case.pair, case.rule, "expand"),
            ),
            locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
            validations=_unfit(case),
            notes=_notes(case),
            # A twin of a foreign key that is built meanwhile would hold on to the key that has to go.
            alone=bool(case.key or dependents.inbound(on, case.table, want.column)),
        ),
    )


def _unfit(case: SecondColumn) -> tuple[Validation, ...]:
    if not case.values.unfit:
        return ()
    sql = f"SELECT count(*) FROM {case.pair.relation} WHERE {case.values.unfit}"
    return (Validation(f"values that do not fit {case.want.type}", sql),)


def _notes(case: SecondColumn) -> tuple[str, ...]:
    want = case.want
    notes = [case.values.note] if case.values.note else []
    notes.append(f"Until the contract every value has to fit both {case.column.type} and {want.type}.")
    awake = [t.name for t in case.table.triggers if "UPDATE" in t.definition.partition(" ON ")[0]]
    if awake:
        notes.append(f"The fill updates every row, which wakes these triggers: {', '.join(awake)}.")
    return tuple(notes)


def backfill(want: ChangeType, on: Surroundings) -> tuple[Draft, ...]:
    """The rows that are there, in batches."""
    case = second_column(want, on)
    if _is_direct(case, on):
        return ()
    return (mirror_drafts.fill(case.pair, want.kind, case.table.primary_key, on.limits.backfill_pages),)


def enforce(want: ChangeType, on: Surroundings) -> tuple[Draft, ...]:
    """VALIDATE of the mirror, then the twins of what hangs on the column."""
    case = second_column(want, on)
    if _is_direct(case, on):
        return ()
    proof = mirror_drafts.proof(case.pair, want.kind, case.rule)
    hanging = case.hanging
    if any(column_type.labels_of(kind, on.database) is not None for kind in (case.column.type, want.type)):
        hanging = dependents.recast(hanging, case.column.type, want.type)
    return (proof, *twins.built(on, case.table, hanging, want.column, case.new, want.kind))


def switch(want: ChangeType, on: Surroundings) -> tuple[Draft, ...]:
    """The columns change names; the trigger turns round."""
    case = second_column(want, on)
    if _is_direct(case, on):
        return ()
    relation, pair = case.pair.relation, case.pair
    fill = mirror.filling(pair, case.trigger("fill"), "switch")
    keep = mirror.keeping(case.later, case.trigger("keep"), case.values.back, "switch")
    pointing = dependents.inbound(on, case.table, want.column)
    steps = [*key_moving.head(case.table, case.key, want.column, case.new), *key_moving.locked(case.table, pointing)]
    steps += [mirror.guard(pair, case.rule, "switch"), *mirror.removed(fill)]
    if case.column.not_null:
        alter = f"ALTER TABLE {relation} ALTER COLUMN {quoted(case.new)}"
        steps.append(step(execute(f"{alter} SET NOT NULL"), "switch", undo=execute(f"{alter} DROP NOT NULL")))
    steps += moved_sequence(case.table, case.column, case.new, want.type)
    steps += moved_default(case.table, case.column, case.new, want.type)
    steps += moved_identity(case.table, case.column, case.new)
    views = view.standing_on(on, case.table, want.column)
    steps += view.away(views, "switch")
    steps += key_moving.let_go(case.table, case.key, pointing)
    for before, after in ((want.column, case.old), (case.new, want.column)):
        there = f"ALTER TABLE {relation} RENAME COLUMN {quoted(before)} TO {quoted(after)}"
        back = f"ALTER TABLE {relation} RENAME COLUMN {quoted(after)} TO {quoted(before)}"
        steps.append(step(execute(there), "switch", undo=execute(back)))
    steps += [*keep, *twins.swapped(case.table, case.hanging)]
    steps += view.again(views, "switch")
    steps += key_moving.taken_up(case.table, case.key, pointing, want.column, case.old)
    others = sorted({t.name for t, _ in pointing} - {want.table})
    return (
        Draft(
            phase="switch",
            subject=f"let {want.column} of {want.table} be the {want.type} one",
            why=f"Only the catalog changes. {case.old} is kept up to date from now on, so that the way back loses nothing.",
            change=want.kind,
            steps=tuple(steps),
            locks=(f"ACCESS EXCLUSIVE on {', '.join([want.table, *others])} for an instant",),
            notes=(
                "Connections with a prepared SELECT of this column fail once with `cached plan must not change result type` "
                "(asyncpg, prepared statements of psycopg 3): let them reconnect.",
                f"The column now stands last in {want.table}; an INSERT without a column list would notice.",
                *((f"The downgrade validates {key_moving.shown(pointing)} under its lock.",) if pointing else ()),
            ),
        ),
        *key_moving.validated(pointing, want.kind),
    )


def contract(want: ChangeType, on: Surroundings) -> tuple[Draft, ...]:
    """The old column, its trigger, the mirror."""
    case = second_column(want, on)
    if _is_direct(case, on):
        return ()
    indexes = twins.past_indexes_dropped(case.table, case.hanging, want.column, case.old, want.kind)
    kept = attic.kept(on, case.place, want.kind) if case.place else ()
    return (*kept, *indexes, _old_column_dropped(case, on))


def _old_column_dropped(case: SecondColumn, on: Surroundings) -> Draft:
    want, later = case.want, case.later
    keep = mirror.keeping(later, case.trigger("keep"), case.values.back, "contract")
    drop = operations.altered(on, want.table, want.schema, "drop_column", string(case.old))
    return Draft(
        phase="contract",
        subject=f"drop {case.old} of {want.table}",
        why="The old column leaves the catalog with its trigger and the mirror.",
        change=want.kind,
        steps=(
            mirror.guard(later, case.rule, "contract"),
            *(replace(s, undo=()) for s in mirror.removed(keep)),
            *(attic.guarded_end(case.place) if case.place else ()),
            step(drop, "contract", undo=tuple(old_column_again(case, on))),
        ),
        locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
        notes=(
            f"The downgrade fills {case.old} again in batches; it refuses values that {case.column.type} cannot hold.",
        ),
    )


def after(want: ChangeType, on: Surroundings) -> Schema:
    """The schema once it is done."""
    table, new = on.table(want.table, want.schema), column_type.canonical(want.type)
    columns = tuple(replace(c, type=new) if c.name == want.column else c for c in table.columns)
    return lookup.put(on.database, replace(table, columns=columns))
