"""privilege-exposure: more people may do more than a statement of the application needs.

Source: PostgreSQL documentation, "Privileges"; GRANT; "Predefined Roles".
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import Grant
from pgwright.hazards.example import sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement
from pgwright.step import Severity

CODE = "PW704"
SEVERITY = "error"
SEEN = "catalog"
ACTS = (Grant,)
OBSERVE = Observation(
    query="""
    SELECT has_table_privilege('public', 'orders', 'SELECT') OR has_table_privilege('hazard_704', 'orders', 'TRUNCATE')
        OR has_table_privilege('hazard_704', 'orders', 'SELECT WITH GRANT OPTION')
        OR pg_has_role('hazard_704', 'pg_write_all_data', 'MEMBER') OR EXISTS (SELECT FROM pg_default_acl)
    """
)
WHEN = "{what}"
EFFECT = "{effect}"
INSTEAD = """
op.execute("GRANT SELECT, INSERT, UPDATE ON <table> TO <role>")   # one role, and what its statements need
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
DO $$ BEGIN CREATE ROLE hazard_704; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
REVOKE pg_write_all_data FROM hazard_704;
"""
BAD = (
    sql("GRANT SELECT ON orders TO PUBLIC", "REVOKE SELECT ON orders FROM PUBLIC"),
    sql("GRANT ALL PRIVILEGES ON orders TO hazard_704", "REVOKE ALL ON orders FROM hazard_704"),
    sql("GRANT SELECT ON orders TO hazard_704 WITH GRANT OPTION", "REVOKE SELECT ON orders FROM hazard_704"),
    sql("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
        "ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM PUBLIC"),
    sql("GRANT pg_write_all_data TO hazard_704", "REVOKE pg_write_all_data FROM hazard_704"),
)  # fmt: skip
GOOD = (
    sql("GRANT SELECT, INSERT ON orders TO hazard_704", "REVOKE SELECT, INSERT ON orders FROM hazard_704"),
    sql("REVOKE ALL ON orders FROM PUBLIC", "GRANT SELECT ON orders TO hazard_704"),
)

POWERFUL = (
    "pg_read_all_data", "pg_write_all_data", "pg_execute_server_program", "pg_read_server_files", "pg_write_server_files",
    "pg_maintain", "pg_signal_backend", "postgres", "rds_superuser", "cloudsqlsuperuser", "azure_pg_admin",
)  # fmt: skip


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(Grant):
        if not act.is_grant or act.kind == "schema":  # of schemas: public-schema-create
            continue
        told = _exposed(act)
        if told is not None:
            what, effect, severity = told
            yield found(statement, severity=severity, what=what, effect=effect)


def _exposed(act: Grant) -> tuple[str, str, Severity] | None:
    """What is given too widely, what follows, and how bad that is."""
    rights = ", ".join(word.upper() for word in act.privileges) or "ALL"
    on = ", ".join(act.objects) or "what is made later"
    if act.kind == "role":
        given = [name for name in act.objects if name in POWERFUL]
        if given:
            return f"membership in {given[0]} is granted", f"{', '.join(act.grantees)} may do what {given[0]} may.", "error"
        return None
    if "public" in act.grantees and act.kind not in ("function", "procedure", "routine", "type", "language"):
        return f"{rights} on {on} is granted to PUBLIC", "Every role of this server may, also one made next year.", "error"
    if act.with_grant_option:
        return f"{rights} on {on} is granted WITH GRANT OPTION", "The grantee decides who else may.", "warning"
    if not act.privileges and act.kind in ("table", "default", "database"):
        effect = "ALL also holds TRUNCATE, REFERENCES and TRIGGER, which no statement of an application needs."
        return f"ALL on {on} is granted to {', '.join(act.grantees)}", effect, "warning"
    return None
