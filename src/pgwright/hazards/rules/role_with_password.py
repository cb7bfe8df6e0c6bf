"""role-with-password: a password stands in the revision, and so in version control, in server logs and in statistics.

Nothing here prints it: findings show '***'.
Source: PostgreSQL documentation, CREATE ROLE, PASSWORD; "the command might be logged in clear text".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgwright.hazards.acts import DoBlock, Role
from pgwright.hazards.example import sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW706"
SEVERITY = "error"
SEEN = "catalog"
ACTS = (Role, DoBlock)
OBSERVE = Observation(query="SELECT rolpassword IS NOT NULL FROM pg_authid WHERE rolname = 'hazard_706'")
WHEN = "{role} gets its password from the revision"
EFFECT = "Everybody who can read the repository or the server's log has it, and it is the same in every environment."
INSTEAD = """
op.execute("CREATE ROLE <name> LOGIN")   # the password is set outside: \\password in psql, or the secrets of the deployment
"""
BEFORE = "DROP ROLE IF EXISTS hazard_706"
BAD = (
    sql("CREATE ROLE hazard_706 LOGIN PASSWORD 'not a secret'", "DROP ROLE hazard_706"),
    sql("CREATE ROLE hazard_706 LOGIN; ALTER USER hazard_706 WITH PASSWORD 'not a secret'", "DROP ROLE hazard_706"),
    sql("DO $$ BEGIN CREATE ROLE hazard_706 LOGIN PASSWORD 'not a secret'; END $$", "DROP ROLE hazard_706"),
)
GOOD = (
    sql("CREATE ROLE hazard_706 LOGIN", "DROP ROLE hazard_706"),
    sql("CREATE ROLE hazard_706 LOGIN PASSWORD NULL", "DROP ROLE hazard_706"),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for role in statement.of(Role):
        if role.has_password:
            yield found(statement, role=f"role {role.name}")
            return
    for act in statement.acts:
        if isinstance(act, DoBlock):
            said = re.search(r"\b(?:CREATE|ALTER)\s+(?:ROLE|USER)\b[^;]*?\bPASSWORD\s+(?!NULL\b)(?:E?'|%L|\$)", act.body, re.I)
            if said:
                yield found(statement, role="a role in a DO block")
