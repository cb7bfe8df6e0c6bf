"""Drop a table.

contract  after the new code is out: DROP TABLE, with its indexes and constraints. ACCESS EXCLUSIVE for an instant, on
          the tables that it references too. Foreign keys of others on it must be dropped before; nothing cascades.
undo      the table as the catalog had it, empty: data does not come back
Source: PostgreSQL documentation, DROP TABLE.
"""

from __future__ import annotations

from pgwright.design import restore
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings, Validation, key
from pgwright.design.recipes.drop_column import AFTER
from pgwright.design.refusals import StillNeeded
from pgwright.design.requests.table import DropTable
from pgwright.design.source import call, qualified, sql_string, string
from pgwright.schema.model import Schema

_DATA_LOSS = "The rows do not come back: the downgrade rebuilds the structure only. Take a backup of the table first."


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
    code = call("op.drop_table", string(want.table), schema=string(want.schema) if want.schema else None)
    name = sql_string(qualified(want.schema, want.table))
    lost = restore.not_restored(table)
    return (
        Draft(
            phase="contract",
            subject=f"drop table {want.table}",
            why="The table goes, with its indexes and constraints; nothing else does.",
            change=want.kind,
            steps=(step(code, "contract", undo=restore.table(on, table, "contract")),),
            locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
            validations=(Validation("the table is still there", f"SELECT (to_regclass({name}) IS NOT NULL)::int"),),
            notes=(AFTER, _DATA_LOSS, *((f"Nor does the downgrade bring back: {', '.join(lost)}.",) if lost else ())),
        ),
    )


def after(want: DropTable, on: Surroundings) -> Schema:
    """The schema once it is done."""
    gone = key(want.table, want.schema)
    relations = tuple(r for r in on.database.relations if r.qualified != gone)
    return Schema(relations, on.database.things, on.database.version)
