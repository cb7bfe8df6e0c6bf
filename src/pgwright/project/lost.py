"""Which errors end a session: what the server sends with them, or that nobody is there to send anything."""

from __future__ import annotations

import psycopg

# PostgreSQL documentation, Appendix A: ended by an administrator, a crash elsewhere, a start or a shutdown, idle for too long
# (idle_session_timeout, idle_in_transaction_session_timeout, transaction_timeout).
ENDED = ("57P01", "57P02", "57P03", "57P05", "25P03", "25P04")


def is_lost(error: BaseException | None) -> bool:
    """True for an error of the driver that its session does not survive, whichever of the two noticed first."""
    if not isinstance(error, psycopg.Error):
        return False
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError)
    return ends_session(error.sqlstate)


def ends_session(sqlstate: str) -> bool:
    """True for the SQLSTATEs that come with the end of a session; class 08 is a connection exception."""
    return sqlstate in ENDED or sqlstate.startswith("08")
