"""superuser-or-bypassrls: a role that no policy, and perhaps no privilege, holds back.

Source: PostgreSQL documentation, CREATE ROLE; "Role Attributes".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgwright.hazards.acts import DoBlock, Role
from pgwright.hazards.example import sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW707"
SEVERITY = "error"
SEEN = "catalog"
ACTS = (Role, DoBlock)
OBSERVE = Observation(
    query="SELECT rolsuper OR rolbypassrls OR rolreplication OR rolcreaterole FROM pg_roles WHERE rolname = 'hazard_707'"
)
WHEN = "{role} becomes {attribute}"
EFFECT = "{effect}"
INSTEAD = """
op.execute("CREATE ROLE <name> LOGIN")   # and the privileges that it needs, by GRANT
"""
BEFORE = "DROP ROLE IF EXISTS hazard_707"
BAD = (
    sql("CREATE ROLE hazard_707 SUPERUSER", "DROP ROLE hazard_707"),
    sql("CREATE ROLE hazard_707; ALTER ROLE hazard_707 BYPASSRLS", "DROP ROLE hazard_707"),
    sql("CREATE USER hazard_707 REPLICATION", "DROP ROLE hazard_707"),
    sql("CREATE USER hazard_707 CREATEROLE", "DROP ROLE hazard_707"),
    sql("DO $$ BEGIN CREATE ROLE hazard_707 LOGIN SUPERUSER; END $$", "DROP ROLE hazard_707"),
)
GOOD = sql("CREATE ROLE hazard_707 LOGIN NOSUPERUSER NOBYPASSRLS", "DROP ROLE hazard_707")

EFFECTS = {
    "superuser": "No privilege and no policy holds for it, and it can run programs on the server.",
    "bypassrls": "No row level security holds for it.",
    "isreplication": "It can copy the whole cluster, every database of it.",
    "createrole": "It can make roles, and before 16 give itself nearly any other.",
}
WORDS = {"isreplication": "replication"}


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.acts:
        if isinstance(act, Role):
            for option in act.options:
                if option in EFFECTS:
                    word = WORDS.get(option, option).upper()
                    yield found(statement, role=f"role {act.name}", attribute=word, effect=EFFECTS[option])
        elif isinstance(act, DoBlock) and not any(statement.of(Role)):
            said = re.search(r"\b(?:CREATE|ALTER)\s+(?:ROLE|USER)\b[^;]*?\s(SUPERUSER|BYPASSRLS)\b", act.body, re.I)
            if said:
                word = said[1].lower()
                yield found(statement, role="a role in a DO block", attribute=word.upper(), effect=EFFECTS[word])
