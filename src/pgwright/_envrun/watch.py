"""Watches statements while a traced step runs. Without a trace no listener exists and nothing is paid."""

import contextlib
import re
import sys

BLOCKING = re.compile(
    r"^\s*(?:CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY|DROP\s+INDEX\s+CONCURRENTLY|ALTER\s+TABLE\b.*\bDETACH\b.*\bCONCURRENTLY|REFRESH\s+MATERIALIZED\s+VIEW\s+CONCURRENTLY|CLUSTER|VACUUM\s*(?:\(.*\bFULL\b|FULL)|REINDEX|TRUNCATE)",
    re.I | re.S,
)
COMMENTS = re.compile(r"^(?:\s+|--[^\n]*\n|/\*.*?\*/)+", re.S)
DDL = re.compile(r"^(CREATE|ALTER|DROP|COMMENT|GRANT|REVOKE|SECURITY|IMPORT|REINDEX|REFRESH)\b", re.I)
OURS = "/* pgwright */"


@contextlib.contextmanager
def watching(files, trace, wire):
    """Yields the list that fills with statements; `trace` is None, or {"probe_sql": text or null, "wait": bool}."""
    statements = []
    if trace is None:
        yield statements
        return
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    before, after = _listeners(files, trace, wire, statements)
    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "after_cursor_execute", after)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", before)
        event.remove(Engine, "after_cursor_execute", after)


def _listeners(files, trace, wire, statements):
    probe = trace.get("probe_sql")
    if probe and OURS not in probe:
        probe = OURS + " " + probe
    unseen = [False]  # something of Alembic's or env.py's own: observed all together, before the revision's next

    def before(connection, cursor, sql, parameters, context, many):
        if OURS in sql:
            return
        dbapi = connection.connection.dbapi_connection
        autocommit = bool(getattr(dbapi, "autocommit", False))
        file, line = _caller(files)
        if file is not None and unseen[0]:
            unseen[0] = False
            if probe and not autocommit:
                _one(dbapi, probe)
        statements.append(
            {"sql": sql, "file": file, "line": line, "autocommit": autocommit, "rowcount": None, "many": bool(many)}
        )
        if autocommit and trace.get("wait") and BLOCKING.match(COMMENTS.sub("", sql)):
            pid = _one(dbapi, OURS + " SELECT pg_backend_pid()")
            wire.ask({"event": "waiting", "sql": sql, "pid": pid, "file": file, "line": line})

    def after(connection, cursor, sql, parameters, context, many):
        if OURS in sql or not statements:
            return
        entry = statements[-1]
        entry["rowcount"] = getattr(cursor, "rowcount", None)
        if entry["file"] is None:
            unseen[0] = True
            return
        if probe and not entry["autocommit"] and not DDL.match(COMMENTS.sub("", sql)):
            _one(connection.connection.dbapi_connection, probe)

    return before, after


def _caller(files):
    """(file, line) of the revision that is running, found up the stack; (None, None) for Alembic's own statements."""
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if name in files:
            return name, frame.f_lineno
        frame = frame.f_back
    return None, None


def _one(dbapi, sql):
    """The first value of a query on that very session."""
    cursor = dbapi.cursor()
    try:
        cursor.execute(sql)
        row = cursor.fetchone()
        return row[0] if row else None
    finally:
        cursor.close()
