"""The way back from a drop: steps that rebuild exactly what the catalog showed. Data does not come back."""

from __future__ import annotations

import re

from pgwright.design import operations
from pgwright.design.compiled import step
from pgwright.design.draft import Surroundings
from pgwright.design.index_definition import request_of
from pgwright.design.requests.value import NewColumn
from pgwright.design.source import autocommit, call, execute, qualified, quoted, sql_string, string
from pgwright.schema.model import Column, Constraint, Index, Relation, Trigger
from pgwright.step import Phase, Step

ALEMBIC_KIND = {"primary key": "primary", "unique": "unique", "foreign key": "foreignkey", "check": "check"}
_SEQUENCE = re.compile(r"^nextval\('(?P<name>.+)'::regclass\)$")
_FIRES = {"disabled": "DISABLE TRIGGER", "replica": "ENABLE REPLICA TRIGGER", "always": "ENABLE ALWAYS TRIGGER"}
_STORAGE_OPTIONS = ("storage", "compression", "statistics_target")


def schema_of(table: Relation) -> str | None:
    """The schema as requests name it: None for the default one."""
    return None if table.schema == "public" else table.schema


def constraint(on: Surroundings, table: Relation, what: Constraint, phase: Phase) -> Step:
    """ADD CONSTRAINT as pg_get_constraintdef() gave it."""
    name = qualified(schema_of(table), table.name)
    sql = f"ALTER TABLE {name} ADD CONSTRAINT {quoted(what.name)} {what.definition}"
    return step(operations.postgresql_only(on, sql), phase)


def constraint_drop(on: Surroundings, table: Relation, what: Constraint, phase: Phase) -> Step:
    """DROP CONSTRAINT, with the way back."""
    kind = ALEMBIC_KIND.get(what.kind)
    if kind is None:
        sql = f"ALTER TABLE {qualified(schema_of(table), table.name)} DROP CONSTRAINT {quoted(what.name)}"
        code = operations.postgresql_only(on, sql)
    else:
        code = operations.drop_constraint(on, table.name, schema_of(table), what.name, kind)
    undo = [constraint(on, table, what, phase)]
    if what.comment:
        name = qualified(schema_of(table), table.name)
        sql = f"COMMENT ON CONSTRAINT {quoted(what.name)} ON {name} IS {sql_string(what.comment)}"
        undo.append(step(operations.postgresql_only(on, sql), phase))
    return step(code, phase, undo=tuple(undo))


def index(table: Relation, what: Index, phase: Phase, *, concurrently: bool) -> tuple[Step, ...]:
    """CREATE INDEX as the catalog had it, and its comment."""
    request = request_of(table, what)
    if request is not None:
        code = operations.create_index(request, what.name, concurrently=concurrently)
    else:
        definition = what.definition
        if concurrently:
            definition = re.sub(r"^(CREATE (?:UNIQUE )?INDEX) ", r"\1 CONCURRENTLY ", definition)
        code = autocommit(execute(definition)) if concurrently else execute(definition)
    steps = [step(code, phase, transactional=not concurrently)]
    if what.comment:
        name = qualified(schema_of(table), what.name)
        steps.append(step(execute(f"COMMENT ON INDEX {name} IS {sql_string(what.comment)}"), phase))
    return tuple(steps)


def column_code(on: Surroundings, column: Column, *, nullable: bool | None = None) -> str:
    """`sa.Column(...)` from the catalog's column."""
    new = NewColumn(
        column=column.name,
        type=column.type,
        nullable=not column.not_null,
        expression=column.default,
        identity=column.identity,
        generated=column.generated,
    )
    return operations.column(on, new, nullable=nullable)


def column(on: Surroundings, table: Relation, what: Column, phase: Phase) -> tuple[Step, ...]:
    """ADD COLUMN as it was, its sequence, storage options and comment included."""
    name, schema = qualified(schema_of(table), table.name), schema_of(table)
    if what.collation:
        parts = [f"ALTER TABLE {name} ADD COLUMN {quoted(what.name)} {what.type} COLLATE {what.collation}"]
        parts += [f"DEFAULT {what.default}"] if what.default else []
        parts += ["NOT NULL"] if what.not_null else []
        add = execute(" ".join(parts))
    else:
        add = operations.altered(on, table.name, schema, "add_column", column_code(on, what))
    owned = sequence(table, what, phase)
    return (*owned[:1], step(add, phase), *owned[1:], *column_details(on, table, what, phase))


def column_details(on: Surroundings, table: Relation, what: Column, phase: Phase) -> tuple[Step, ...]:
    """What ADD COLUMN and CREATE TABLE do not say: storage, compression, statistics, comment."""
    name = qualified(schema_of(table), table.name)
    steps = []
    for option in _STORAGE_OPTIONS:
        value = getattr(what, option)
        if value is not None:
            word = option.removesuffix("_target").upper()
            shown = str(value).upper() if option == "storage" else value
            sql = f"ALTER TABLE {name} ALTER COLUMN {quoted(what.name)} SET {word} {shown}"
            steps.append(step(operations.postgresql_only(on, sql), phase))
    if what.comment:
        steps.append(step(operations.comment(on, table.name, schema_of(table), what.name, what.comment), phase))
    return tuple(steps)


def sequence_name(what: Column) -> str | None:
    """The sequence, as SQL, that a serial column draws from; None for other columns."""
    match = _SEQUENCE.match(what.default or "")
    return match["name"].replace("''", "'") if match else None


def sequence(table: Relation, what: Column, phase: Phase) -> tuple[Step, ...]:
    """The sequence that a serial column owns: it goes with the column, so it is made before it and tied after."""
    name = sequence_name(what)
    if name is None:
        return ()
    owner = f"{qualified(schema_of(table), table.name)}.{quoted(what.name)}"
    return (
        step(execute(f"CREATE SEQUENCE {name} AS {what.type}"), phase),
        step(execute(f"ALTER SEQUENCE {name} OWNED BY {owner}"), phase),
    )


def table(on: Surroundings, what: Relation, phase: Phase) -> tuple[Step, ...]:
    """CREATE TABLE as it was: columns, constraints, indexes, comments, triggers."""
    schema = string(schema_of(what) or "") if schema_of(what) else None
    ordered = sorted(what.columns, key=lambda c: c.position)
    columns = [_with_collation(column_code(on, c), c) for c in ordered]
    sequences = [sequence(what, c, phase) for c in ordered]
    steps = [s[0] for s in sequences if s]
    prefixes = '["UNLOGGED"]' if what.persistence == "unlogged" else None
    steps.append(step(call("op.create_table", string(what.name), *columns, schema=schema, prefixes=prefixes), phase))
    steps += [s[1] for s in sequences if s]
    order = ("primary key", "unique", "check", "exclusion", "foreign key")
    kept = [c for c in what.constraints if c.kind in order]
    steps += [constraint(on, what, c, phase) for c in sorted(kept, key=lambda c: (order.index(c.kind), c.name))]
    steps += [s for i in what.indexes if i.constraint is None for s in index(what, i, phase, concurrently=False)]
    steps += [s for c in ordered for s in column_details(on, what, c, phase)]
    if what.comment:
        steps.append(
            step(call("op.create_table_comment", string(what.name), string(what.comment), schema=schema), phase)
        )
    name = qualified(schema_of(what), what.name)
    steps += [s for t in what.triggers for s in trigger(t, name, phase)]
    return tuple(steps)


def trigger(what: Trigger, table: str, phase: Phase, *, instead: bool = False) -> tuple[Step, ...]:
    """CREATE TRIGGER as it was (`instead`: in the place of the one of its name), and whether it fires."""
    made = what.definition
    if instead:
        made = made.replace("CREATE TRIGGER ", "CREATE OR REPLACE TRIGGER ", 1)
    steps = [step(execute(made), phase)]
    if what.enabled in _FIRES:
        steps.append(step(execute(f"ALTER TABLE {table} {_FIRES[what.enabled]} {quoted(what.name)}"), phase))
    return tuple(steps)


def _with_collation(code: str, column: Column) -> str:
    """A collation goes inside the type: sa.Text(collation=...)."""
    if not column.collation:
        return code
    name = column.collation.rpartition(".")[2].strip('"')
    return re.sub(
        r"(sa\.(?:String|Text|CHAR)\()([^)]*)\)",
        lambda m: f"{m[1]}{m[2]}{', ' if m[2] else ''}collation={string(name)})",
        code,
    )


def not_restored(what: Relation) -> tuple[str, ...]:
    """What a table had that the way back does not bring back, in words."""
    lost = {
        "row-level security policies": what.policies or what.row_security,
        "rules": what.rules,
        "grants": what.grants,
        "partitioning": what.partition_key or what.partition_bound,
        "inheritance": what.inherits and not what.partition_bound,
        "storage options": what.options,
    }
    return tuple(name for name, there in lost.items() if there)
