"""A named point in the WAL to which a physical backup can be brought back, written before production is changed."""

from __future__ import annotations

import psycopg

from pgwright.run.session import Session

PREFIX = "pgwright_before_"
LONGEST = 63  # bytes of the name; PostgreSQL documentation, pg_create_restore_point


def write(session: Session, revision: str) -> bool:
    """Write the point, or tell why there is none: the role needs EXECUTE on the function, the server WAL for archives."""
    name = f"{PREFIX}{revision}".encode()[:LONGEST].decode(errors="ignore")
    try:
        [(where,)] = session.conn.execute("SELECT pg_create_restore_point(%s)::text", (name,)).fetchall()
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectNotInPrerequisiteState) as error:
        session.tell("restore-point", f"none was written: {error.diag.message_primary}", level="note")
        return False
    session.tell("restore-point", f"{name} at {where}")
    return True
