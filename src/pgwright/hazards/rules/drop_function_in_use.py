"""drop-function-in-use: the running release, a trigger or a default may still call the function.

Source: PostgreSQL documentation, DROP FUNCTION; SQLSTATE 42883.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import CreateFunction, Drop
from pgwright.hazards.example import sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision

CODE = "PW320"
SEVERITY = "warning"
SEEN = "app"
OBSERVE = Observation(app=("SELECT twice(2)",))
WHEN = "{kind} {name} is dropped"
EFFECT = "Code of the release that still runs and calls {name} fails (42883) from that moment."
INSTEAD = """
# 1. a release that no longer calls {name}; 2. in a revision after it: this one
"""
BEFORE = """
CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2 * $1';
"""
BAD = sql(
    "DROP FUNCTION twice(int)", "CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2 * $1'"
)
GOOD = (
    sql(
        "DROP FUNCTION twice(int);"
        "CREATE FUNCTION twice(number int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT number + number'",
    ),
    sql("CREATE FUNCTION thrice(int) RETURNS int LANGUAGE sql AS 'SELECT 3 * $1'; DROP FUNCTION thrice"),
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    script = revision.upgrade
    made: set[str] = set()
    for statement in script.statements:
        made |= {act.name for act in statement.of(CreateFunction) if act.name not in before.functions}
        later = [one for one in script.after(statement) if one.transaction == statement.transaction]
        again = {act.name for one in later for act in one.of(CreateFunction)}
        for act in statement.of(Drop):
            absent = act.if_exists and act.name not in before.functions
            if act.kind in ("function", "procedure") and act.name not in made | again and not absent:
                yield found(statement, kind=act.kind, name=act.name)
