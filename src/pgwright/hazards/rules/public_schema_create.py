"""public-schema-create: every role may put functions and operators into a schema that everybody looks names up in.

Source: PostgreSQL documentation, "Secure Schema Usage Pattern"; since 15 PUBLIC has no CREATE on schema public.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import Grant
from pgwright.hazards.example import sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW708"
SEVERITY = "error"
SEEN = "catalog"
ACTS = (Grant,)
OBSERVE = Observation(query="SELECT has_schema_privilege('public', 'app', 'CREATE')")
WHEN = "CREATE on schema {schema} is granted to PUBLIC"
EFFECT = "Any role can put a function there that others call unknowingly, with their own rights."
INSTEAD = """
op.execute("GRANT CREATE ON SCHEMA {schema} TO <the role that owns the tables>")
"""
BEFORE = "CREATE SCHEMA app"
BAD = (
    sql("GRANT CREATE ON SCHEMA app TO PUBLIC", "REVOKE CREATE ON SCHEMA app FROM PUBLIC"),
    sql("GRANT ALL ON SCHEMA app TO PUBLIC", "REVOKE ALL ON SCHEMA app FROM PUBLIC"),
)
GOOD = (
    sql("GRANT USAGE ON SCHEMA app TO PUBLIC", "REVOKE USAGE ON SCHEMA app FROM PUBLIC"),
    sql("GRANT CREATE ON SCHEMA app TO pg_monitor", "REVOKE CREATE ON SCHEMA app FROM pg_monitor"),
    sql("REVOKE CREATE ON SCHEMA app FROM PUBLIC"),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(Grant):
        may_create = not act.privileges or "create" in act.privileges
        if act.is_grant and act.kind == "schema" and "public" in act.grantees and may_create:
            yield found(statement, schema=", ".join(act.objects))
