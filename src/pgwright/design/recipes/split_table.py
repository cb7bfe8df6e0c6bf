"""Split a table in two: some of its columns go to a new table with the same key.

expand    the new table with its key, a foreign key to this one, grants, and what hangs on the columns; triggers on both that
          carry every write over and make the new row at the end of its transaction (see shared_columns.py)
backfill  a new row for each row that is there, in batches
enforce   one transaction counts what is missing and notes that nothing is
switch    only where a column is NOT NULL: DROP NOT NULL here, before the new code, which writes there only
contract  after the new code is out: the old indexes; then one transaction: fails without the note; triggers and columns go
undo      of the contract: the columns again, filled from the new table, whatever was written since; of the expand: DROP TABLE

No attic: the new table has every value. The way back from the whole change is merge_tables.
The new release has to write both rows of a new pair in one transaction, or it meets the row that the triggers have made.
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import carried, lookup, names, operations, restore, shared_drafts, shared_triggers, view
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings, key
from pgwright.design.recipes import drop_index
from pgwright.design.refusals import AlreadyThere, BadField, StillNeeded
from pgwright.design.requests.across import SplitTable
from pgwright.design.shared_columns import Shared, Side
from pgwright.design.source import call, columns_sql, execute, qualified, quoted, string
from pgwright.schema.model import Constraint, Relation, Schema
from pgwright.step import Step

TOGETHER = "The new release writes both rows of a new pair in one transaction: at its end a row that is missing is made."


def _shared(want: SplitTable, on: Surroundings) -> Shared:
    """The columns in both tables."""
    table = on.table(want.table, want.schema)
    columns = tuple(lookup.column(table, c) for c in want.columns)
    new = _new_table(want, on)
    return Shared(Side(table, table.primary_key), Side(new, new.primary_key), columns, f"{want.table}_{want.to}", "there")


def _new_table(want: SplitTable, on: Surroundings) -> Relation:
    """The new table as the catalog will show it."""
    table = on.table(want.table, want.schema)
    own = want.key or table.primary_key
    keys = [lookup.column(table, k) for k in table.primary_key]
    plain = [replace(c, name=n, default=None, identity="", comment=None) for c, n in zip(keys, own, strict=True)]
    moved = [lookup.column(table, c) for c in want.columns]
    convention = on.style.naming_convention
    pk = names.name_for("pk", want.to, own, convention=convention)
    fk = names.name_for("fk", want.to, own, convention=convention, referred=want.table, referred_columns=table.primary_key)
    numbered = all(carried.numbers(table, k) for k in table.primary_key)
    target = f"{qualified(want.schema, want.table)} ({columns_sql(table.primary_key)})"
    follows = "ON DELETE CASCADE" if numbered else "ON UPDATE CASCADE ON DELETE CASCADE"
    points = f"FOREIGN KEY ({columns_sql(own)}) REFERENCES {target} {follows}"
    return Relation(
        table.schema,
        want.to,
        "table",
        tuple(replace(c, position=n) for n, c in enumerate((*plain, *moved), 1)),
        (
            Constraint(pk, "primary key", f"PRIMARY KEY ({columns_sql(own)})", own),
            Constraint(fk, "foreign key", points, own, references=table.qualified, referenced_columns=table.primary_key),
        ),
        grants=tuple(g for g in table.grants if ": " not in g and not g.startswith(f"{quoted(table.owner)}=")),
    )


def check(want: SplitTable, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    table = lookup.table_of(want, on)
    for name in want.columns:
        lookup.column(table, name)
    if table.kind != "table" or not table.primary_key:
        raise StillNeeded(what="columns of", name=want.table, dependents="a primary key, and no partitions,")
    if on.database.relation(key(want.to, want.schema)) is not None:
        raise AlreadyThere(what="relation", name=want.to)
    if want.key and (len(want.key) != len(table.primary_key) or set(want.key) & set(want.columns)):
        problem = f"must name {len(table.primary_key)} columns, which are not among those that go"
        raise BadField(kind=want.kind, field="key", problem=problem, known="table, columns, to, key, schema")
    carried.refuse_what_cannot_go(on, table, want.columns)
    new = _new_table(want, on)
    carried.free(list(carried.requests(table, new, want.columns)), _beside(want, on, new))


def _beside(want: SplitTable, on: Surroundings, new: Relation) -> Surroundings:
    """With the new table there, and nobody using it."""
    later = on.seeing(lookup.put(on.database, new))
    return replace(later, new_tables=on.new_tables | {key(want.to, want.schema)})


def expand(want: SplitTable, on: Surroundings) -> tuple[Draft, ...]:
    """The new table, and the triggers."""
    case = _shared(want, on)
    new = case.there.table
    schema = string(want.schema) if want.schema else None
    first, *rest = restore.table(on, new, "expand")
    first = replace(first, undo=(step(call("op.drop_table", string(want.to), schema=schema), "expand"),))
    wanted = list(carried.requests(case.here.table, new, case.names))
    beside = _beside(want, on, new)
    drawn = (*carried.promised(wanted, beside, want.kind), *carried.drafts(wanted, beside, want.kind))
    hanging = (s for d in drawn for s in d.steps)
    return (
        Draft(
            phase="expand",
            subject=f"split {want.to} off {want.table}",
            why="Whatever is written to one of the two is in both: old and new code work side by side.",
            change=want.kind,
            steps=(
                first,
                *rest,
                *(replace(s, undo=()) for s in hanging),
                *(step(execute(sql), "expand") for sql in view.grants(new)),
                *shared_triggers.made(case, "expand"),
            ),
            locks=(f"SHARE ROW EXCLUSIVE on {want.table} for an instant",),
            notes=(*shared_drafts.LIMITS, TOGETHER),
            alone=True,
        ),
    )


def backfill(want: SplitTable, on: Surroundings) -> tuple[Draft, ...]:
    """A row for each that is there."""
    return (shared_drafts.fill(_shared(want, on), want.kind, on.limits.backfill_pages),)


def enforce(want: SplitTable, on: Surroundings) -> tuple[Draft, ...]:
    """The proof."""
    return (shared_drafts.proof(_shared(want, on), want.kind),)


def switch(want: SplitTable, on: Surroundings) -> tuple[Draft, ...]:
    """DROP NOT NULL here."""
    return shared_drafts.loosened(_shared(want, on), want.kind, on)


def contract(want: SplitTable, on: Surroundings) -> tuple[Draft, ...]:
    """The indexes, then the columns."""
    case = _shared(want, on)
    table = case.here.table
    hanging = carried.hanging(table, case.names)
    drops = [
        step(operations.altered(on, want.table, want.schema, "drop_column", string(name)), "contract") for name in case.names
    ]
    drops[-1] = replace(drops[-1], undo=tuple(_again(case, on)))
    last = Draft(
        phase="contract",
        subject=f"drop {', '.join(case.names)} of {want.table}, which {want.to} has now",
        why="The old columns leave the catalog with the triggers.",
        change=want.kind,
        steps=(
            shared_drafts.guarded(case),
            *shared_triggers.removed(case, "contract"),
            *(restore.constraint_drop(on, table, c, "contract") for c in hanging.constraints),
            *drops,
        ),
        locks=(f"ACCESS EXCLUSIVE on {want.table} and {want.to} for an instant",),
        notes=(f"The downgrade fills them again from {want.to}.",),
    )
    return (*(drop_index.dropped(table, i, want.kind) for i in hanging.indexes), last)


def _again(case: Shared, on: Surroundings) -> list[Step]:
    """As they stood after the switch. The batches commit what comes before them, so an interrupted run starts over."""
    back = shared_drafts.carrying(case, case.there, case.here, on.limits.backfill_pages, insert=False)
    steps = [
        *shared_triggers.gone(case, "contract"),
        *shared_drafts.columns_again(case, on),
        *shared_triggers.made(case, "contract"),
        step(back, "contract", transactional=False),
        shared_drafts.noted_again(case),
    ]
    return [replace(s, undo=()) for s in steps]


def after(want: SplitTable, on: Surroundings) -> Schema:
    """The schema once it is done."""
    table = on.table(want.table, want.schema)
    hanging = carried.hanging(table, want.columns)
    bare = replace(
        table,
        columns=tuple(c for c in table.columns if c.name not in want.columns),
        constraints=tuple(c for c in table.constraints if c not in hanging.constraints),
        indexes=tuple(i for i in table.indexes if i not in hanging.indexes),
    )
    return lookup.put(lookup.put(on.database, bare), _new_table(want, on))
