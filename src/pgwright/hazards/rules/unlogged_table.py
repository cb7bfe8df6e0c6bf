"""unlogged-table: after a crash the table is empty, and no replica ever has its rows.

Source: PostgreSQL documentation, CREATE TABLE, UNLOGGED.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import CreateTable, Rewrite
from pgwright.hazards.example import sql
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision

CODE = "PW814"
SEVERITY = "warning"
SEEN = "catalog"
ACTS = (CreateTable, Rewrite)
OBSERVE = Observation(query="SELECT EXISTS (SELECT FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r')")
WHEN = "table {table} is unlogged"
EFFECT = "A crash or an unclean stop of the server empties it; on a replica, and after a failover, it is empty as well."
INSTEAD = """
op.execute({logged!r})   # or make it without UNLOGGED
"""
BEFORE = "CREATE TABLE orders (id bigint PRIMARY KEY)"
BAD = (
    sql("CREATE UNLOGGED TABLE seen (id bigint PRIMARY KEY)", "DROP TABLE seen"),
    sql("ALTER TABLE orders SET UNLOGGED", "ALTER TABLE orders SET LOGGED"),
)
GOOD = (
    sql("CREATE TABLE seen (id bigint PRIMARY KEY)", "DROP TABLE seen"),
    sql("CREATE UNLOGGED TABLE staging (id bigint PRIMARY KEY); DROP TABLE staging"),
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    after = before.after_upgrade or before
    logged = {act.table for one in revision.upgrade.statements for act in one.of(Rewrite) if act.how == "set logged"}
    for statement in revision.upgrade.statements:
        made = [act.table for act in statement.of(CreateTable) if act.unlogged and act.table in after.tables]
        made += [act.table for act in statement.of(Rewrite) if act.how == "set unlogged"]
        for table in made:
            if table not in logged:
                yield found(statement, table=table, logged=f"ALTER TABLE {quoted(table)} SET LOGGED")
