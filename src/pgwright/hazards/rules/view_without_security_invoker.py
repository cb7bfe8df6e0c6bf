"""view-without-security-invoker: a view reads with the rights of its owner, whom row level security does not hold back.

Source: PostgreSQL documentation, CREATE VIEW, security_invoker (15 and later); "Row Security Policies".
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import CreateView
from pgwright.hazards.example import sql
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW709"
SEVERITY = "info"
SEEN = "catalog"
VERSIONS = range(15, 100)
ACTS = (CreateView,)
OBSERVE = Observation(
    query="SELECT NOT coalesce(reloptions::text LIKE '%security_invoker=true%', false) FROM pg_class WHERE relname = 'open'"
)
WHEN = "view {view} reads {table}, which has row level security, with the rights of the view's owner"
EFFECT = "Whoever may read the view reads every row that its owner may; the policies of {table} are not asked for them."
INSTEAD = """
op.execute("CREATE VIEW {view} WITH (security_invoker = true) AS ...")
# for one that stands:
op.execute({fix!r})
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, owner text);
CREATE POLICY own ON orders USING (owner = current_user);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
"""
BAD = sql("CREATE VIEW open AS SELECT id FROM orders", "DROP VIEW open")
GOOD = sql("CREATE VIEW open WITH (security_invoker = true) AS SELECT id FROM orders", "DROP VIEW open")


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(CreateView):
        if act.security_invoker or act.materialized:
            continue
        secured = next((name for name in act.reads if before.table(name).row_security), None)
        if secured:
            fix = f"ALTER VIEW {quoted(act.view)} SET (security_invoker = true)"
            yield found(statement, view=act.view, table=secured, fix=fix)
