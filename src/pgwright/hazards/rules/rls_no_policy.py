"""rls-no-policy: row level security without a policy shows nobody but the owner a single row.

Source: PostgreSQL documentation, "Row Security Policies": without a policy a default-deny policy is used.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import RowSecurity
from pgwright.hazards.example import sql
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision

CODE = "PW701"
SEVERITY = "error"
SEEN = "app"
ACTS = (RowSecurity,)
OBSERVE = Observation(app=("SET LOCAL ROLE hazard_701; SELECT 1 / count(*) FROM orders",))
WHEN = "row level security is switched on for {table}, and it has no policy"
EFFECT = "Every role but the owner finds {table} empty, and its writes are refused; nothing tells why."
INSTEAD = """
op.execute({policy!r})   # first, in the same transaction
op.execute({enable!r})
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, owner text);
INSERT INTO orders SELECT g, 'a' FROM generate_series(1, 200) g;
DO $$ BEGIN CREATE ROLE hazard_701; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT SELECT ON orders TO hazard_701;
"""
BAD = sql("ALTER TABLE orders ENABLE ROW LEVEL SECURITY", "ALTER TABLE orders DISABLE ROW LEVEL SECURITY")
GOOD = sql(
    """
    CREATE POLICY own ON orders USING (owner <> current_user);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY
    """,
    "ALTER TABLE orders DISABLE ROW LEVEL SECURITY; DROP POLICY own ON orders",
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    after = before.after_upgrade or before
    for statement in revision.upgrade.statements:
        for act in statement.of(RowSecurity):
            table = after.table(act.table)
            if not act.enabled or table.policies or (table.is_known and not table.row_security):
                continue
            yield found(
                statement,
                severity="warning" if table.is_new else None,
                table=act.table,
                policy=f"CREATE POLICY <name> ON {quoted(act.table)} USING (<who may see a row>)",
                enable=f"ALTER TABLE {quoted(act.table)} ENABLE ROW LEVEL SECURITY",
                unknown="" if table.is_known else f"whether {act.table} has policies already",
            )
