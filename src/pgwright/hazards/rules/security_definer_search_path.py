"""security-definer-search-path: a SECURITY DEFINER function looks names up where its caller says.

A caller who may create objects in any schema of the path puts an own function or operator before the meant one, and it
runs with the rights of the owner.
Source: PostgreSQL documentation, CREATE FUNCTION, "Writing SECURITY DEFINER Functions Safely".
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AlterFunction, CreateFunction
from pgwright.hazards.example import sql
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision

CODE = "PW705"
SEVERITY = "error"
SEEN = "catalog"
ACTS = (CreateFunction, AlterFunction)
OBSERVE = Observation(
    query="""
    SELECT EXISTS (SELECT FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
                   AND NOT coalesce(proconfig::text LIKE '%search_path=%', false))
    """
)
WHEN = "{function} is SECURITY DEFINER and has no search_path of its own"
EFFECT = "Whoever may call it and create objects anywhere on their path can run code with the rights of its owner."
INSTEAD = """
op.execute({fix!r})   # or as a clause of CREATE FUNCTION
"""
BEFORE = "CREATE FUNCTION old() RETURNS int LANGUAGE sql AS 'SELECT 1'"
BAD = (
    sql("CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'", "DROP FUNCTION f()"),
    sql("ALTER FUNCTION old() SECURITY DEFINER", "ALTER FUNCTION old() SECURITY INVOKER"),
)
GOOD = (
    sql(
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT 1'",
        "DROP FUNCTION f()",
    ),
    sql(
        """
        CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
        ALTER FUNCTION f() SET search_path = pg_catalog, pg_temp
        """,
        "DROP FUNCTION f()",
    ),
    sql("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "DROP FUNCTION f()"),
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    after = before.after_upgrade or before
    told = set()
    for statement in revision.upgrade.statements:
        for act in statement.acts:
            if not isinstance(act, CreateFunction | AlterFunction) or not act.security_definer or act.name in told:
                continue
            function = after.functions.get(act.name)
            settings = act.settings if function is None else function.settings
            if function is not None and not function.security_definer:
                continue
            if "search_path" not in settings:
                told.add(act.name)
                fix = f"ALTER FUNCTION {quoted(act.name)} SET search_path = pg_catalog, public, pg_temp"
                yield found(statement, function=act.name, fix=fix)
