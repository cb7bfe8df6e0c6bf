"""Drop a table.

contract  after the new code is out: the table moves into the attic (schema pgwright) as it is, with its rows, indexes,
          triggers and sequences; only its foreign keys go, which would hold its neighbours to rows that nobody sees.
          ACCESS EXCLUSIVE for an instant, on the tables that it references too. Foreign keys of others on it must be dropped
          before; nothing cascades.
undo      it moves back, and its foreign keys are added again, validated
Source: PostgreSQL documentation, ALTER TABLE, SET SCHEMA.
"""

from __future__ import annotations

from pgwright.design import attic, operations, restore
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings, Validation, key
from pgwright.design.recipes.drop_column import AFTER
from pgwright.design.refusals import StillNeeded
from pgwright.design.requests.table import DropTable
from pgwright.design.source import execute, qualified, sql_string
from pgwright.schema.model import Schema
from pgwright.step import Step


def contract(want: DropTable, on: Surroundings) -> tuple[Draft, ...]:
    """DROP TABLE."""
    table = on.table(want.table, want.schema)
    pointing = [
        f"{r.qualified}.{c.name}"
        for r in on.database.tables()
        for c in r.constraints
        if c.references == table.qualified and r.qualified != table.qualified
    ]
    if pointing:
        raise StillNeeded(what="table", name=want.table, dependents=", ".join(pointing))
    name = sql_string(qualified(want.schema, want.table))
    kept = qualified(attic.SCHEMA, attic.table_name(table))
    keys = [c for c in table.constraints if c.kind == "foreign key"]
    steps = operations.for_postgresql(
        on,
        (
            nothing_looks_at(qualified(want.schema, want.table)),
            *(restore.constraint_drop(on, table, c, "contract") for c in keys),
            *attic.table_moved(table),
        ),
    )
    return (
        Draft(
            phase="contract",
            subject=f"drop table {want.table}",
            why="The table leaves the application's sight with all its rows; they are kept in the attic.",
            change=want.kind,
            steps=steps,
            locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
            validations=(Validation("the table is still there", f"SELECT (to_regclass({name}) IS NOT NULL)::int"),),
            keeps=(attic.table_name(table),),
            notes=(
                AFTER,
                f"The rows stay in {kept}; the downgrade brings them back. Drop it once nobody will go back.",
            ),
        ),
    )


def nothing_looks_at(table: str) -> Step:
    """Views are bound to the table, not to its name: they would go on showing it from the attic."""
    views = (
        "SELECT string_agg(DISTINCT r.ev_class::regclass::text, ', ') FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid "
        f"WHERE d.classid = 'pg_rewrite'::regclass AND d.refobjid = {sql_string(table)}::regclass "
        "AND r.ev_class <> d.refobjid"
    )
    message = f"{sql_string('still looked at by ')} || v"
    body = f"DECLARE v text := ({views}); BEGIN IF v IS NOT NULL THEN RAISE EXCEPTION USING MESSAGE = {message}; END IF; END"
    return step(execute(f"DO {sql_string(body)}"), "contract")


def after(want: DropTable, on: Surroundings) -> Schema:
    """The schema once it is done."""
    gone = key(want.table, want.schema)
    relations = tuple(r for r in on.database.relations if r.qualified != gone)
    return Schema(relations, on.database.things, on.database.version)
