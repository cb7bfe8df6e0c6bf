"""add-exclusion-blocking: an EXCLUDE constraint builds its index while nobody else can read or write the table.

There is no online form: such a constraint takes no index over, and cannot be NOT VALID.
Source: PostgreSQL documentation, ALTER TABLE, ADD table_constraint and ADD table_constraint_using_index.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddConstraint
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW112"
SEVERITY = "error"
SEEN = "lock"
ACTS = (AddConstraint,)
OBSERVE = Observation(lock="AccessExclusiveLock", on="public.stays")
WHEN = "EXCLUDE constraint {name} added to {table}, which held rows before this revision"
EFFECT = "ACCESS EXCLUSIVE lock on {table} while the index is built: nobody reads or writes it meanwhile."
INSTEAD = """
# It cannot be done online. Either in a maintenance window, or a new table that has the constraint from the start:
op.create_table({copy!r}, ..., postgresql.ExcludeConstraint(...))
# write to both, copy old rows in batches, then move readers over
"""
BEFORE = """
CREATE TABLE stays (id bigint PRIMARY KEY, days int4range);
INSERT INTO stays SELECT g, int4range(g, g + 1) FROM generate_series(1, 500) g;
"""
BAD = (
    revision(
        up='op.create_exclude_constraint("stays_days", "stays", ("days", "&&"), using="gist")',
        down='op.drop_constraint("stays_days", "stays")',
    ),
    revision(
        up='op.execute("ALTER TABLE stays ADD EXCLUDE USING gist (days WITH &&)")',
        down='op.drop_constraint("stays_days_excl", "stays")',
    ),
)
GOOD = revision(
    up="""
    op.create_table(
        "stays_next",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("days", postgresql.INT4RANGE()),
        postgresql.ExcludeConstraint(("days", "&&"), using="gist", name="stays_days"),
    )
    """,
    down='op.drop_table("stays_next")',
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(AddConstraint):
        if act.constraint.kind == "exclusion" and before.holds_rows(act.table):
            name = act.constraint.name or "_".join((act.table.rpartition(".")[2], *act.constraint.columns, "excl"))
            yield found(statement, table=act.table, name=name, copy=f"{act.table.rpartition('.')[2]}_next")
