"""A failure of the shadow itself says nothing about the revision: it refuses, and refutes nobody."""

from __future__ import annotations

from pgwright.errors import Refusal
from pgwright.interpreter import Ran
from pgwright.interpreter.recorded import Failure
from pgwright.project.lost import ends_session
from pgwright.shadow.attached import AttachedServer
from pgwright.shadow.server import Server

# PostgreSQL documentation, Appendix A, class 53: insufficient resources
LACKING = {
    "53100": "room on its disk",
    "53200": "memory",
    "53300": "connections: max_connections are in use",
}


# What the drivers raise without a SQLSTATE when nobody answers any more: psycopg 2 and 3, asyncpg, pg8000, the socket itself
CUT_OFF = ("OperationalError", "InterfaceError", "DatabaseError", "ConnectionResetError", "BrokenPipeError")


class ShadowLacks(Refusal):
    """
    the shadow server ran out of {what}: {message}
    This says nothing about the revision. Free some, or name a larger folder in PGWRIGHT_RUNTIME; then run it again.
    """

    code = "PW-SHADOW-23"


def require_server(server: Server | AttachedServer, ran: Ran) -> Ran:
    """The run as it is, unless it failed because of the server. Raises ServerDied and ShadowLacks."""
    if ran.error is not None:
        server.require_alive(lost=was_cut_off(ran.error))
        if what := LACKING.get(ran.error.sqlstate or ""):
            error = ran.error
            raise ShadowLacks(what=what, message=error.message, file=error.file, line=error.line)
    return ran


def was_cut_off(error: Failure) -> bool:
    """True when the step's session may have been lost: its client learns of a crash before the server does."""
    if error.sqlstate:
        return ends_session(error.sqlstate)
    return error.exception.rpartition(".")[2] in CUT_OFF
