"""rls-missing-on-new-table: the tables of this schema have row level security, and the new one has none.

Source: PostgreSQL documentation, "Row Security Policies": it is off for every table until it is switched on.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import CreateTable
from pgwright.hazards.example import sql
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision

CODE = "PW703"
SEVERITY = "info"
SEEN = "catalog"
ACTS = (CreateTable,)
OBSERVE = Observation(query="SELECT NOT relrowsecurity FROM pg_class WHERE oid = 'invoices'::regclass")
WHEN = "{table} is made without row level security, which {others} of {all} tables beside it have"
EFFECT = "Whoever may read {table} at all reads every row of it."
INSTEAD = """
op.execute("CREATE POLICY <name> ON {table} USING (<who may see a row>)")
op.execute({enable!r})
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, owner text);
CREATE POLICY own ON orders USING (owner = current_user);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
"""
BAD = sql("CREATE TABLE invoices (id bigint PRIMARY KEY, owner text)", "DROP TABLE invoices")
GOOD = sql(
    """
    CREATE TABLE invoices (id bigint PRIMARY KEY, owner text);
    CREATE POLICY own ON invoices USING (owner = current_user);
    ALTER TABLE invoices ENABLE ROW LEVEL SECURITY
    """,
    "DROP TABLE invoices",
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    secured = [one for one in before.tables.values() if one.row_security and one.kind == "table"]
    if not secured:
        return
    after = before.after_upgrade or before
    for statement in revision.upgrade.statements:
        for act in statement.of(CreateTable):
            table = after.tables.get(act.table)
            if table is None or table.row_security or table.is_temporary or table.partition_of:
                continue
            if not table.is_known or not table.is_new:
                continue
            schema = act.table.rpartition(".")[0]
            beside = [one for one in before.tables.values() if one.kind == "table" and one.name.rpartition(".")[0] == schema]
            others = sum(one.row_security for one in beside)
            if others * 2 >= len(beside) > 0:
                enable = f"ALTER TABLE {quoted(act.table)} ENABLE ROW LEVEL SECURITY"
                yield found(statement, table=act.table, others=others, all=len(beside), enable=enable)
