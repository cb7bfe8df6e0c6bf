"""owner-change: the new owner may alter and drop it, and policies do not hold for an owner.

Default privileges and grants of the old owner's roles do not follow. ACCESS EXCLUSIVE is held for a moment.
Source: PostgreSQL documentation, ALTER TABLE, OWNER TO; "Row Security Policies"; REASSIGN OWNED.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import ChangeOwner
from pgwright.hazards.example import sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW710"
SEVERITY = "warning"
SEEN = "catalog"
ACTS = (ChangeOwner,)
OBSERVE = Observation(
    query="""
    SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'orders' AND relowner = 'pg_monitor'::regrole)
        OR EXISTS (SELECT FROM pg_namespace WHERE nspname = 'app' AND nspowner = 'pg_monitor'::regrole)
    """
)
WHEN = "the owner of {kind} {name} becomes {owner}"
EFFECT = "{owner} may alter and drop it and is not held back by its policies; who relied on being the owner no longer may."
INSTEAD = """
# a role that only needs to use it: op.execute("GRANT ... TO {owner}"); the owner stays the role that runs migrations
"""
BEFORE = "CREATE TABLE orders (id bigint PRIMARY KEY); CREATE SCHEMA app"
BAD = (
    sql("ALTER TABLE orders OWNER TO pg_monitor", "ALTER TABLE orders OWNER TO current_user"),
    sql("ALTER SCHEMA app OWNER TO pg_monitor", "ALTER SCHEMA app OWNER TO current_user"),
)
GOOD = (
    sql("GRANT SELECT ON orders TO pg_monitor", "REVOKE SELECT ON orders FROM pg_monitor"),
    sql("CREATE TABLE fresh (id int); ALTER TABLE fresh OWNER TO pg_monitor", "DROP TABLE fresh"),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(ChangeOwner):
        function = before.functions.get(act.name)
        is_new = before.table(act.name).is_new or (function is not None and function.is_new) or _made_here(act, before)
        if not is_new and act.owner != "current_user":
            yield found(statement, kind=act.kind, name=act.name, owner=act.owner)


def _made_here(act: ChangeOwner, before: Known) -> bool:
    """True when a statement of this revision made something of that name: giving it an owner is part of making it."""
    made = (one for statement in before.done for one in statement.acts if type(one).__name__.startswith("Create"))
    return any(getattr(one, "name", None) == act.name for one in made)
