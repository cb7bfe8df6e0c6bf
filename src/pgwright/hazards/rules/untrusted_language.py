"""untrusted-language: code that reaches files, programs and other machines with the rights of the server's account.

Source: PostgreSQL documentation, CREATE LANGUAGE, TRUSTED; "Trusted and Untrusted PL/Perl"; pages of the extensions.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import CreateExtension, CreateFunction
from pgwright.hazards.example import sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW711"
SEVERITY = "warning"
SEEN = "catalog"
ACTS = (CreateExtension, CreateFunction)
OBSERVE = Observation(
    query="""
    SELECT EXISTS (SELECT FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
                    WHERE p.pronamespace = 'public'::regnamespace AND NOT l.lanpltrusted)
    """
)
WHEN = "{what}"
EFFECT = "It runs outside of the database's privileges: a fault or a hole in it is one of the whole server."
INSTEAD = """
# a trusted language (plpgsql, SQL), or the work done by the application
"""
BEFORE = "CREATE TABLE orders (id bigint PRIMARY KEY)"
BAD = sql("CREATE FUNCTION longer(text) RETURNS int LANGUAGE internal STRICT AS 'textlen'", "DROP FUNCTION longer(text)")
GOOD = sql("CREATE FUNCTION longer(t text) RETURNS int LANGUAGE sql AS 'SELECT length(t)'", "DROP FUNCTION longer(text)")

EXTENSIONS = ("dblink", "file_fdw", "postgres_fdw", "plsh", "http", "pg_net")
UNTRUSTED = ("plpython3u", "plpythonu", "plpython2u", "plperlu", "pltclu", "plsh", "c", "internal")


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.acts:
        if isinstance(act, CreateFunction) and act.language.lower() in UNTRUSTED:
            yield found(statement, what=f"function {act.name} is written in {act.language}, an untrusted language")
        elif isinstance(act, CreateExtension) and act.name in (*EXTENSIONS, *UNTRUSTED):
            yield found(statement, what=f"extension {act.name} reaches outside of the database")
