"""Drop a column.

expand    only where the column is NOT NULL without a default: DROP NOT NULL, so that new code, which does not know the
          column any more, can insert rows
contract  after the new code is out: its values into the attic (see attic.py); its indexes concurrently, each in a
          revision of its own; then its constraints and the column itself, ACCESS EXCLUSIVE for an instant, nothing is
          rewritten
undo      the column as it was (type, default, comment, constraints, indexes) with its values, in batches. A table
          without a primary key has no attic: there the values do not come back
Source: PostgreSQL documentation, ALTER TABLE, DROP COLUMN.
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import attic, lookup, operations, restore
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.expression import names_in
from pgwright.design.recipes import drop_index, drop_not_null
from pgwright.design.refusals import StillNeeded
from pgwright.design.requests.column import DropColumn, DropNotNull
from pgwright.design.source import string
from pgwright.schema.model import Column, Relation, Schema
from pgwright.step import Step

DATA_LOSS = "The values do not come back: the downgrade rebuilds the structure only. Take a backup of the column first."
AFTER = "Only after no release that uses it is running any more."


def _found(want: DropColumn, on: Surroundings) -> tuple[Relation, Column]:
    table = on.table(want.table, want.schema)
    column = table.column(want.column)
    assert column is not None  # the plan has refused unknown ones
    return table, column


def _blocks_inserts(column: Column) -> bool:
    return column.not_null and column.default is None and not column.identity and not column.generated


def expand(want: DropColumn, on: Surroundings) -> tuple[Draft, ...]:
    """DROP NOT NULL, where new code could not insert otherwise."""
    _, column = _found(want, on)
    if not _blocks_inserts(column):
        return ()
    (draft,) = drop_not_null.expand(DropNotNull(want.table, want.column, want.schema), on)
    return (
        replace(
            draft,
            why="New code does not write the column any more; rows without it must be possible.",
            change=want.kind,
        ),
    )


def contract(want: DropColumn, on: Surroundings) -> tuple[Draft, ...]:
    """Its indexes, its constraints, the column."""
    table, column = _found(want, on)
    if want.column in table.primary_key:
        raise StillNeeded(what="column", name=f"{want.table}.{want.column}", dependents="its primary key")
    indexes = [
        i for i in table.indexes if i.constraint is None and _uses(i.keys + i.include, i.definition, want.column)
    ]
    constraints = [c for c in table.constraints if want.column in c.columns and c.kind != "trigger"]
    place = attic.shelf(on, table, column)
    drop = operations.altered(on, want.table, want.schema, "drop_column", string(want.column))
    steps = [restore.constraint_drop(on, table, c, "contract") for c in constraints]
    steps += operations.for_postgresql(on, attic.guarded_end(place)) if place else ()
    steps.append(step(drop, "contract", undo=_again(table, column, on)))
    final = Draft(
        phase="contract",
        subject=f"drop {want.column} from {want.table}",
        why="The column leaves the catalog; its bytes stay in old rows until those are rewritten.",
        change=want.kind,
        steps=tuple(steps),
        locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
        notes=(AFTER, attic.note(place) if place else DATA_LOSS),
    )
    drafts = attic.kept(on, place, want.kind) if place else ()
    kept = (replace(d, steps=operations.for_postgresql(on, d.steps)) for d in drafts)
    return (*kept, *(drop_index.dropped(table, i, want.kind) for i in indexes), final)


def _again(table: Relation, column: Column, on: Surroundings) -> tuple[Step, ...]:
    """The column, and where they were kept its values. The batches commit, so an interrupted run starts over."""
    as_it_was = replace(column, not_null=column.not_null and not _blocks_inserts(column))
    add, place = restore.column(on, table, as_it_was, "contract"), attic.shelf(on, table, column)
    if place is None:
        return add
    rest = (attic.brought_back(on, place), *attic.followed_again(place))
    return (*operations.for_postgresql(on, attic.reset(place)), *add, *operations.for_postgresql(on, rest))


def _uses(keys: tuple[str, ...], definition: str, column: str) -> bool:
    """Whether the index is lost with the column: as a key, or in an expression or predicate of its definition."""
    return column in keys or column in names_in(definition)


def after(want: DropColumn, on: Surroundings) -> Schema:
    """The schema once it is done."""
    table = on.table(want.table, want.schema)
    return lookup.put(
        on.database,
        replace(
            table,
            columns=tuple(c for c in table.columns if c.name != want.column),
            constraints=tuple(c for c in table.constraints if want.column not in c.columns),
            indexes=tuple(i for i in table.indexes if want.column not in i.keys),
        ),
    )
