"""Partition a table that is in use, by range or by list: the old table becomes a partition, and no row is copied.

enforce   a CHECK on the old table that says that every row is within its bounds, NOT VALID, an instant; then VALIDATE, which
          reads it while readers and writers go on. From the CHECK to the switch nothing beyond the bounds can be written
switch    one transaction: fails unless the CHECK is validated; a partitioned table with the same columns, keys, indexes,
          foreign keys and grants is made, with its new partitions; names change, numbering, triggers and views move over, and
          ATTACH finds the CHECK and reads nothing: ACCESS EXCLUSIVE for an instant, whatever the size, on the table and on
          those that its foreign keys reference
contract  the CHECK, which the bounds have made superfluous
undo      of the switch: DETACH, the rows written to other partitions since go back into the table, the names change again.
          Its lock is as long as that takes: it grows with what was written since, not with the table

Limits: primary key and unique indexes have to contain the column (PostgreSQL has no other unique index over partitions);
foreign keys of others at the table, exclusion constraints, row-level security and rules are refused by name.
Source: PostgreSQL documentation, Table Partitioning, "Partition Maintenance"; ALTER TABLE, ATTACH PARTITION.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pgwright.design import lookup, moving, restore, view
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings, Validation, key
from pgwright.design.partitioned import Partitioned, parent_made, partitioned, renamed
from pgwright.design.refusals import AlreadyThere, BadField, CannotPartition
from pgwright.design.requests.across import PartitionTable
from pgwright.design.source import autocommit, columns_sql, execute, quoted, sql_string
from pgwright.schema.model import Relation, Schema
from pgwright.step import Step

_FIELDS = "table, column, name, partitions, by, end, values, rest, schema"


def check(want: PartitionTable, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    table, column = lookup.table_of(want, on), lookup.column_of(want, on)
    _check_bounds(want)
    passing = partitioned(want, on).parent
    for name in (want.name, *(p.name for p in want.partitions), *([want.rest] if want.rest else []), passing):
        if on.database.relation(key(name, want.schema)) is not None:
            raise AlreadyThere(what="relation", name=name)
    for why, hint in (*_of_column(want, table, on), *_of_table(table, on)):
        raise CannotPartition(table=want.table, column=column.name, why=why, hint=hint)


def _check_bounds(want: PartitionTable) -> None:
    def bad(field: str, problem: str) -> BadField:
        return BadField(kind=want.kind, field=field, problem=problem, known=_FIELDS)

    if want.by == "range" and (want.end is None or want.values):
        raise bad("end", "has to say up to where the rows that are there reach; values are for lists")
    if want.by == "list" and (want.end is not None or not want.values):
        raise bad("values", "have to name every value that is there; end is for ranges")
    for one in want.partitions:
        if bool(one.values) != (want.by == "list") or (want.by == "list" and (one.start or one.end)):
            raise bad("partitions", f"{one.name} needs {'values' if want.by == 'list' else 'start and end'}, nothing else")
    names = [want.name, *(p.name for p in want.partitions), *([want.rest] if want.rest else [])]
    if len(set(names)) != len(names):
        raise bad("partitions", "use a name twice")


def _of_column(want: PartitionTable, table: Relation, on: Surroundings) -> Iterator[tuple[str, str]]:
    column = lookup.column(table, want.column)
    if not column.not_null:
        yield "it may be NULL", "Set it NOT NULL first."
    if column.generated:
        yield "its values are generated", "Partition by a column that is written."
    unique = [c.name for c in table.constraints if c.kind in ("primary key", "unique") and want.column not in c.columns]
    unique += [i.name for i in table.indexes if i.unique and not i.constraint and want.column not in i.keys]
    if unique:
        yield (
            f"{', '.join(unique)} would have to contain {want.column}",
            "PostgreSQL has no unique index over all partitions: partition by a column of the key, or widen the key first.",
        )


def _of_table(table: Relation, on: Surroundings) -> Iterator[tuple[str, str]]:
    if table.kind != "table" or table.partition_bound or table.inherits:
        yield "it is part of a partitioned table or of an inheritance tree already", "Only a plain table can be."
    others = [r.name for r in on.database.tables() if table.qualified in r.inherits]
    if others:
        yield f"{', '.join(others)} inherit from it", "Only a plain table can be."
    inbound = [
        f"{r.name}.{c.name}"
        for r in on.database.tables()
        for c in r.constraints
        if c.kind == "foreign key" and c.references == table.qualified
    ]
    if inbound:
        yield f"{', '.join(inbound)} point at it", "Drop these foreign keys first; they can be added again afterwards."
    odd = [c.name for c in table.constraints if c.kind in ("exclusion", "trigger") or not c.validated or c.deferrable]
    odd += [i.name for i in table.indexes if not i.valid]
    if odd:
        yield f"{', '.join(odd)} cannot be taken over", "Exclusion, deferrable and unvalidated constraints have to go first."
    if table.row_security or table.policies or table.rules:
        yield "it has row-level security or rules", "They would be bound to one partition: drop them first."
    bound = [v.qualified for v in view.standing_on(on, table) if v.kind != "view" or v.rules]
    if bound:
        yield f"{', '.join(bound)} stand on it", "Drop these first; plain views make way by themselves."
    if table.persistence != "permanent" or table.replica_identity != "default":
        yield "it is unlogged, or has a replica identity of its own", "Set that back first."


def _beside(case: Partitioned) -> Iterator[Step]:
    """The partitioned table, before anything is locked that is in use: empty, so that ATTACH finds nothing to compare."""
    first, *rest = parent_made(case)
    yield step(execute(first), "switch", undo=execute(f"DROP TABLE {case.sql(case.parent)}"))
    yield from (step(execute(sql), "switch") for sql in rest)


def _referenced(case: Partitioned) -> list[str]:
    return sorted({(c.references or "").rpartition(".")[2] for c in case.foreign_keys})


def enforce(want: PartitionTable, on: Surroundings) -> tuple[Draft, ...]:
    """The CHECK, and its validation."""
    case = partitioned(want, on)
    table, rule = case.sql(want.table), quoted(case.rule)
    outside = Validation("rows outside of the bounds", f"SELECT count(*) FROM {table} WHERE NOT ({case.bound})")
    add = f"ALTER TABLE {table} ADD CONSTRAINT {rule} CHECK ({case.bound}) NOT VALID"
    drop = f"ALTER TABLE {table} DROP CONSTRAINT"
    # After a way back that brought rows from beyond the bounds there is no CHECK any more, and there must be none.
    there = f"SELECT FROM pg_constraint WHERE conrelid = {sql_string(table)}::regclass AND conname = {sql_string(case.rule)}"
    again = f"BEGIN IF EXISTS ({there}) THEN {drop} {rule}; {add}; END IF; END"
    return (
        Draft(
            phase="enforce",
            subject=f"let {want.table} hold nothing outside of the bounds of {want.name}",
            why="NOT VALID: new and changed rows are checked from now on, the others by the next revision.",
            change=want.kind,
            steps=(step(execute(add), "enforce", undo=execute(f"{drop} IF EXISTS {rule}")),),
            locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
            validations=(outside,),
            notes=(
                f"Until the switch a row outside of the bounds is refused ({case.bound}): apply up to the switch in one run, "
                "and choose bounds well ahead of what is written.",
            ),
            alone=True,
        ),
        Draft(
            phase="enforce",
            subject=f"prove that every row of {want.table} is within the bounds of {want.name}",
            why="VALIDATE reads every row; nobody waits for it. ATTACH will not have to read them again.",
            change=want.kind,
            steps=(
                step(
                    execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {rule}"),
                    "enforce",
                    undo=execute(f"DO {sql_string(again)}"),
                ),
            ),
            locks=(f"SHARE UPDATE EXCLUSIVE on {want.table} while it is read; readers and writers go on",),
            validations=(outside,),
        ),
    )


def switch(want: PartitionTable, on: Surroundings) -> tuple[Draft, ...]:
    """The old table becomes a partition."""
    case = partitioned(want, on)
    views = view.standing_on(on, case.table)
    steps = [
        _guard(case),
        *_beside(case),
        *view.away(views, "switch"),
        *_triggers_off(case),
        *(step(execute(there), "switch", undo=execute(back)) for there, back in renamed(case)),
        *_numbering(case),
        step(
            execute(f"ALTER TABLE {case.sql(want.table)} ATTACH PARTITION {case.sql(want.name)} {case.own_bounds}"),
            "switch",
            undo=(
                step(execute(f"ALTER TABLE {case.sql(want.table)} DETACH PARTITION {case.sql(want.name)}"), "switch"),
                step(execute(f"DO {sql_string(_rows_back(case))}"), "switch"),
            ),
        ),
        *_triggers_on(case),
        *view.again(views, "switch"),
    ]
    partition = f"{sql_string(case.sql(want.name))}::regclass"
    return (
        Draft(
            phase="switch",
            subject=f"let {want.table} be partitioned by {want.by} of {want.column}",
            why=f"Only the catalog changes: what was {want.table} is its partition {want.name} from now on.",
            change=want.kind,
            steps=tuple(steps),
            locks=(
                f"ACCESS EXCLUSIVE on {want.table} for an instant, whatever its size",
                *(f"ACCESS EXCLUSIVE on {n} too: ATTACH changes the foreign key's triggers there" for n in _referenced(case)),
            ),
            validations=(
                Validation(
                    f"{want.name} is not a partition", f"SELECT 1 - count(*) FROM pg_inherits WHERE inhrelid = {partition}"
                ),
            ),
            notes=(
                "The downgrade takes the rows of the other partitions back into the table, under its lock: it grows with what "
                "was written there since.",
                "Storage options and statistics targets stay with the old table: new partitions have the defaults.",
                f"Models: postgresql_partition_by={f'{want.by.upper()} ({want.column})'!r} in __table_args__ of {want.table}.",
            ),
        ),
    )


def _guard(case: Partitioned) -> Step:
    """Without the validated CHECK, ATTACH would read the table under its lock."""
    found = (
        f"SELECT FROM pg_constraint WHERE conrelid = {sql_string(case.sql(case.want.table))}::regclass "
        f"AND conname = {sql_string(case.rule)} AND convalidated"
    )
    message = sql_string(f"{case.rule} is not validated: the switch would read the whole table under its lock")
    body = f"BEGIN IF NOT EXISTS ({found}) THEN RAISE EXCEPTION USING MESSAGE = {message}; END IF; END"
    return step(execute(f"DO {sql_string(body)}"), "switch")


def _rows_back(case: Partitioned) -> str:
    """What was written to the other partitions goes back into the table, detached and still called as the partition was."""
    parent, kept = case.sql(case.want.table), case.sql(case.want.name)
    columns = columns_sql(tuple(c.name for c in case.table.columns if not c.generated))
    return (
        f"BEGIN IF EXISTS (SELECT FROM {parent}) THEN SET CONSTRAINTS ALL IMMEDIATE; "
        f"ALTER TABLE {kept} DROP CONSTRAINT IF EXISTS {quoted(case.rule)}; "
        f"INSERT INTO {kept} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {parent}; END IF; END"
    )


def _triggers_off(case: Partitioned) -> Iterator[Step]:
    """ATTACH gives a partition the triggers of its parent, and would find these there already."""
    table = case.sql(case.want.table)
    for one in case.table.triggers:
        again = tuple(restore.trigger(one, table, "switch"))
        yield step(execute(f"DROP TRIGGER {quoted(one.name)} ON {table}"), "switch", undo=again)


def _triggers_on(case: Partitioned) -> Iterator[Step]:
    table = case.sql(case.want.table)
    for one in case.table.triggers:
        first, *rest = restore.trigger(one, table, "switch")
        yield replace(first, undo=(step(execute(f"DROP TRIGGER {quoted(one.name)} ON {table}"), "switch"),))
        yield from rest


def _numbering(case: Partitioned) -> Iterator[Step]:
    """Identity and sequences belong to the partitioned table from now on; names are those after the renames."""
    old, new = replace(case.table, name=case.want.name), case.table
    for column in case.table.columns:
        name = restore.sequence_name(column)
        if column.identity:
            there, back = moving.identity_to(old, new, column), moving.identity_to(new, old, column)
            yield step(there, "switch", undo=back)
        elif name is not None:
            owned = [f"ALTER SEQUENCE {name} OWNED BY {case.sql(t.name)}.{quoted(column.name)}" for t in (new, old)]
            yield step(execute(owned[0]), "switch", undo=execute(owned[1]))


def contract(want: PartitionTable, on: Surroundings) -> tuple[Draft, ...]:
    """The CHECK."""
    case = partitioned(want, on)
    table, rule = case.sql(want.name), quoted(case.rule)
    drop = f"ALTER TABLE {table} DROP CONSTRAINT"
    # VALIDATE commits what comes before it, so an interrupted way back starts over.
    again = (
        step(execute(f"{drop} IF EXISTS {rule}"), "contract"),
        step(execute(f"ALTER TABLE {table} ADD CONSTRAINT {rule} CHECK ({case.bound}) NOT VALID"), "contract"),
        step(autocommit(execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {rule}")), "contract", transactional=False),
    )
    return (
        Draft(
            phase="contract",
            subject=f"drop {case.rule} of {want.name}",
            why="The bounds of the partition say the same.",
            change=want.kind,
            steps=(step(execute(f"{drop} {rule}"), "contract", undo=again),),
            locks=(f"ACCESS EXCLUSIVE on {want.name} for an instant",),
        ),
    )


def after(want: PartitionTable, on: Surroundings) -> Schema:
    """The schema once it is done."""
    table = on.table(want.table, want.schema)
    parent = replace(table, kind="partitioned table", partition_key=f"{want.by.upper()} ({quoted(want.column)})")
    return lookup.put(on.database, parent)
