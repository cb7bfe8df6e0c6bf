"""Indexes and constraints built a second time, over the column that takes another's place: online, before the switch.

Index       CREATE INDEX CONCURRENTLY, after the fill (an index on a column that is being filled makes every batch dearer)
UNIQUE      the same, then ADD CONSTRAINT ... USING INDEX
FK, CHECK   NOT VALID, then VALIDATE
In the switch each pair changes names; in the contract the old ones go, indexes concurrently.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pgwright.design import operations, restore
from pgwright.design.compiled import step
from pgwright.design.dependents import Hanging, past_name, twin_constraint, twin_index, twin_name
from pgwright.design.draft import Draft, Surroundings, Validation
from pgwright.design.recipes import drop_index
from pgwright.design.refusals import StillNeeded
from pgwright.design.source import autocommit, execute, qualified, quoted, sql_string
from pgwright.schema.model import Constraint, Index, Relation
from pgwright.step import Phase, Step

BY_INDEX, BY_RULE = ("unique",), ("foreign key", "check")


def refuse_what_has_no_twin(table: Relation, column: str, hanging: Hanging) -> None:
    """StillNeeded for what cannot be built beside itself."""
    left = [c.name for c in hanging.constraints if c.kind not in (*BY_INDEX, *BY_RULE, "primary key")]
    left += [c.name for c in hanging.of_kind("unique", "primary key") if " INCLUDE " in c.definition]
    if left:
        raise StillNeeded(what="column", name=f"{table.name}.{column}", dependents=", ".join(left))


def built(on: Surroundings, table: Relation, hanging: Hanging, old: str, new: str, change: str) -> Iterator[Draft]:
    """The revisions that build every twin, phase enforce."""
    for index in hanging.indexes:
        twin = twin_index(index, twin_name(index.name), old, new)
        yield _revision(table, twin.name, change, (*concurrent(table, twin, "enforce"),), _is_valid(table, twin.name))
    for constraint in hanging.of_kind(*BY_INDEX):
        twin_of = twin_constraint(constraint, twin_name(constraint.name), old, new)
        steps = unique_steps(on, table, twin_of, "enforce")
        yield _revision(table, twin_of.name, change, steps, _is_valid(table, twin_of.name))
    for constraint in hanging.of_kind(*BY_RULE):
        yield from _ruled(table, twin_constraint(constraint, twin_name(constraint.name), old, new), change)


def concurrent(table: Relation, index: Index, phase: Phase) -> Iterator[Step]:
    """Drop what an interrupted build left, then build."""
    schema = restore.schema_of(table)
    leftover = operations.drop_index(table.name, schema, index.name, concurrently=True, if_exists=True)
    drop = operations.drop_index(table.name, schema, index.name, concurrently=True)
    yield step(leftover, phase, transactional=False)
    first, *rest = restore.index(table, index, phase, concurrently=True)
    yield replace(first, undo=(step(drop, phase, transactional=False),))
    yield from rest


def unique_steps(on: Surroundings, table: Relation, twin: Constraint, phase: Phase) -> tuple[Step, ...]:
    """A unique constraint by way of an index that was built concurrently."""
    relation, name = qualified(restore.schema_of(table), table.name), quoted(twin.name)
    columns = ", ".join(quoted(c) for c in twin.columns)
    nulls = " NULLS NOT DISTINCT" if "NULLS NOT DISTINCT" in twin.definition else ""
    definition = f"CREATE UNIQUE INDEX {name} ON {relation} USING btree ({columns}){nulls}"
    index = Index(twin.name, definition, "btree", True, True, twin.columns, nulls_not_distinct=bool(nulls))
    leftover, build, *_ = concurrent(table, index, phase)
    timing = " DEFERRABLE" if twin.deferrable else ""
    timing += " INITIALLY DEFERRED" if twin.deferred else ""
    use = f"ALTER TABLE {relation} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}{timing}"
    drop = operations.drop_constraint(on, table.name, restore.schema_of(table), twin.name, "unique")
    return leftover, replace(build, undo=()), step(execute(use), phase, undo=drop)


def rule_steps(table: Relation, twin: Constraint, phase: Phase) -> tuple[Step, Step]:
    """A foreign key or CHECK: NOT VALID, and its VALIDATE."""
    relation, name = qualified(restore.schema_of(table), table.name), quoted(twin.name)
    body = twin.definition.removesuffix(" NOT VALID")
    add = step(
        execute(f"ALTER TABLE {relation} ADD CONSTRAINT {name} {body} NOT VALID"),
        phase,
        undo=execute(f"ALTER TABLE {relation} DROP CONSTRAINT {name}"),
    )
    (drop,) = add.undo or ()
    again = replace(add, undo=())
    return add, step(execute(f"ALTER TABLE {relation} VALIDATE CONSTRAINT {name}"), phase, undo=(drop, again))


def _ruled(table: Relation, twin: Constraint, change: str) -> Iterator[Draft]:
    add, validate = rule_steps(table, twin, "enforce")
    yield _revision(table, twin.name, change, (add,), locks=f"ACCESS EXCLUSIVE on {table.name} for an instant")
    if twin.validated:
        yield _revision(table, twin.name, change, (validate,), verb="validate")


def _revision(
    table: Relation,
    name: str,
    change: str,
    steps: tuple[Step, ...],
    *validations: Validation,
    verb: str = "build",
    locks: str = "",
) -> Draft:
    held = locks or f"SHARE UPDATE EXCLUSIVE on {table.name} while it is read; readers and writers go on"
    return Draft(
        phase="enforce",
        subject=f"{verb} {name} of {table.name}",
        why="The same rule over the new column; the two change names in the switch.",
        change=change,
        steps=steps,
        locks=(held,),
        validations=validations,
    )


def _is_valid(table: Relation, name: str) -> Validation:
    index = sql_string(qualified(restore.schema_of(table), name))
    return Validation(
        "the index is missing or invalid",
        f"SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass({index}) AND indisvalid",
    )


def swapped(table: Relation, hanging: Hanging) -> Iterator[Step]:
    """In the switch: each original takes its past name, each twin the original's."""
    schema = restore.schema_of(table)
    relation = qualified(schema, table.name)
    for index in hanging.indexes:
        for old, new in ((index.name, past_name(index.name)), (twin_name(index.name), index.name)):
            there = f"ALTER INDEX {qualified(schema, old)} RENAME TO {quoted(new)}"
            back = f"ALTER INDEX {qualified(schema, new)} RENAME TO {quoted(old)}"
            yield step(execute(there), "switch", undo=execute(back))
    for constraint in hanging.of_kind(*BY_INDEX, *BY_RULE):
        name = constraint.name
        for old, new in ((name, past_name(name)), (twin_name(name), name)):
            there = f"ALTER TABLE {relation} RENAME CONSTRAINT {quoted(old)} TO {quoted(new)}"
            back = f"ALTER TABLE {relation} RENAME CONSTRAINT {quoted(new)} TO {quoted(old)}"
            yield step(execute(there), "switch", undo=execute(back))


def named(table: Relation, hanging: Hanging) -> Iterator[Step]:
    """After the originals went with their column: each twin takes its original's name."""
    schema = restore.schema_of(table)
    relation = qualified(schema, table.name)
    for index in hanging.indexes:
        there = f"ALTER INDEX {qualified(schema, twin_name(index.name))} RENAME TO {quoted(index.name)}"
        back = f"ALTER INDEX {qualified(schema, index.name)} RENAME TO {quoted(twin_name(index.name))}"
        yield step(execute(there), "switch", undo=execute(back))
    for constraint in hanging.of_kind(*BY_INDEX, *BY_RULE):
        old, new = twin_name(constraint.name), constraint.name
        there = f"ALTER TABLE {relation} RENAME CONSTRAINT {quoted(old)} TO {quoted(new)}"
        back = f"ALTER TABLE {relation} RENAME CONSTRAINT {quoted(new)} TO {quoted(old)}"
        yield step(execute(there), "switch", undo=execute(back))


def originals_restored(on: Surroundings, table: Relation, hanging: Hanging) -> Iterator[Step]:
    """The way back of a contract that dropped a column: its indexes and constraints, online."""
    for index in hanging.indexes:
        yield from concurrent(table, index, "contract")
    for constraint in hanging.of_kind(*BY_INDEX):
        yield from _bare(unique_steps(on, table, constraint, "contract"))
    for constraint in hanging.of_kind(*BY_RULE):
        add, validate = _bare(rule_steps(table, constraint, "contract"))
        yield add
        if constraint.validated:
            yield step(autocommit(validate.code), "contract", transactional=False)


def past_indexes_dropped(table: Relation, hanging: Hanging, column: str, past: str, change: str) -> Iterator[Draft]:
    """In the contract: the old indexes go, concurrently, each in a revision of its own."""
    for index in hanging.indexes:
        yield drop_index.dropped(table, twin_index(index, past_name(index.name), column, past), change)


def past_constraints_restored(
    on: Surroundings, table: Relation, hanging: Hanging, column: str, past: str
) -> Iterator[Step]:
    """The way back of the contract: the constraints that went with the old column."""
    for constraint in hanging.of_kind(*BY_INDEX):
        yield from _bare(unique_steps(on, table, _past(constraint, column, past), "contract"))
    for constraint in hanging.of_kind(*BY_RULE):
        add, validate = _bare(rule_steps(table, _past(constraint, column, past), "contract"))
        yield add
        if constraint.validated:
            yield step(autocommit(validate.code), "contract", transactional=False)


def _past(constraint: Constraint, column: str, past: str) -> Constraint:
    return twin_constraint(constraint, past_name(constraint.name), column, past)


def _bare(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(replace(s, undo=()) for s in steps)
