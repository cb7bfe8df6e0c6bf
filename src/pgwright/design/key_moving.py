"""A primary key, and the foreign keys of others that point at the column, moved to the column that takes its place.

The key's new index is built concurrently at the head of the switch, the old one's at the head of its way back: an index that
belongs to a key cannot be let go of without dropping it. Foreign keys are added again NOT VALID, in the switch, and
validated after it. Source: PostgreSQL documentation, ALTER TABLE, ADD table_constraint_using_index.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pgwright.design import operations, restore, twins
from pgwright.design.compiled import step
from pgwright.design.dependents import past_name, twin_constraint, twin_name
from pgwright.design.draft import Draft
from pgwright.design.source import autocommit, columns_sql, execute, qualified, quoted, sql_string
from pgwright.schema.model import Constraint, Relation
from pgwright.step import Step

Pointing = tuple[tuple[Relation, Constraint], ...]


def _named(table: Relation) -> str:
    return qualified(restore.schema_of(table), table.name)


def _built(table: Relation, key: Constraint, name: str, columns: tuple[str, ...]) -> tuple[Step, Step]:
    """The unique index that a key is to take over; what an interrupted build left goes first."""
    leftover = operations.drop_index(table.name, restore.schema_of(table), name, concurrently=True, if_exists=True)
    build = f"CREATE UNIQUE INDEX CONCURRENTLY {quoted(name)} ON {_named(table)} ({columns_sql(columns)})"
    return (
        step(leftover, "switch", transactional=False),
        step(autocommit(execute(build)), "switch", transactional=False),
    )


def _used(table: Relation, key: Constraint, index: str) -> str:
    deferral = " DEFERRABLE" if key.deferrable else ""
    deferral += " INITIALLY DEFERRED" if key.deferred else ""
    add = f"ADD CONSTRAINT {quoted(key.name)} PRIMARY KEY USING INDEX {quoted(index)}{deferral}"
    return execute(f"ALTER TABLE {_named(table)} {add}")


def head(table: Relation, key: Constraint | None, old: str, new: str) -> Iterator[Step]:
    """Before anything else: the index of the new key."""
    if key is not None:
        yield from _built(table, key, twin_name(key.name), twin_constraint(key, key.name, old, new).columns)


def locked(table: Relation, pointing: Pointing) -> Iterator[Step]:
    """All tables at once, or none: in short tries that give way.

    The application comes from either side (a row of the parent deletes its children, a child looks for its parent), so no
    order is safe. A try that ends before deadlock_timeout (1 s) makes nobody else the victim, and letting go of what it had
    (its subtransaction is rolled back) lets the application through. Measured: without, a client's DELETE was killed.
    """
    if not pointing:
        return
    tables = ", ".join(sorted({_named(table), *(_named(other) for other, _ in pointing)}))
    message = sql_string(f"{tables}: not locked within 200 tries; something holds them. Run it again.")
    body = (
        "DECLARE before text := current_setting('lock_timeout'); BEGIN FOR try IN 1..200 LOOP BEGIN "
        f"PERFORM set_config('lock_timeout', '50ms', true); LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE; "
        "PERFORM set_config('lock_timeout', before, true); RETURN; "
        "EXCEPTION WHEN lock_not_available OR deadlock_detected THEN PERFORM pg_sleep(0.1 + random() * 0.1); END; END LOOP; "
        f"RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = {message}; END"
    )
    yield step(execute(f"DO {sql_string(body)}"), "switch")


def let_go(table: Relation, key: Constraint | None, pointing: Pointing) -> Iterator[Step]:
    """While the columns have their old names: foreign keys and the key go, the new key comes."""
    for other, constraint in pointing:
        relation, name = _named(other), quoted(constraint.name)
        add = f"ALTER TABLE {relation} ADD CONSTRAINT {name} {constraint.definition}"
        yield step(execute(f"ALTER TABLE {relation} DROP CONSTRAINT {name}"), "switch", undo=execute(add))
    if key is not None:
        drop = execute(f"ALTER TABLE {_named(table)} DROP CONSTRAINT {quoted(key.name)}")
        yield step(drop, "switch", undo=_used(table, key, past_name(key.name)))
        yield step(_used(table, key, twin_name(key.name)), "switch", undo=drop)


def taken_up(table: Relation, key: Constraint | None, pointing: Pointing, old: str, past: str) -> Iterator[Step]:
    """After the columns have changed names: the foreign keys again, NOT VALID. Its way back begins with the old key's index."""
    steps = list[Step]()
    for other, constraint in pointing:
        add, _ = twins.rule_steps(other, constraint, "switch")
        steps.append(add)
    if key is not None:
        back = _built(table, key, past_name(key.name), twin_constraint(key, key.name, old, past).columns)
        words = f"COMMENT ON CONSTRAINT {quoted(key.name)} ON {_named(table)} IS NULL"
        steps.append(step(execute(words), "switch", undo=(*back, *locked(table, pointing))))
    elif steps:
        steps[-1] = replace(steps[-1], undo=(*locked(table, pointing), *(steps[-1].undo or ())))
    yield from steps


def validated(pointing: Pointing, change: str) -> Iterator[Draft]:
    """After the switch: VALIDATE of each foreign key, in a revision of its own."""
    for other, constraint in pointing:
        if not constraint.validated:
            continue
        _, validate = twins.rule_steps(other, constraint, "switch")
        yield Draft(
            phase="switch",
            subject=f"validate {constraint.name} of {other.name}",
            why="It points at the new column; VALIDATE reads the rows that were there, nobody waits for it.",
            change=change,
            steps=(validate,),
            locks=(f"SHARE UPDATE EXCLUSIVE on {other.name} while it is read; readers and writers go on",),
        )


def shown(pointing: Iterable[tuple[Relation, Constraint]]) -> str:
    """The foreign keys, for people."""
    return ", ".join(f"{t.name}.{c.name}" for t, c in pointing)
