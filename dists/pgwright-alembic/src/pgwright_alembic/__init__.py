"""An Alembic plugin: what a guarded database would refuse is refused before it is sent, and told in words.

It protects nothing: the guard inside the database does. Nothing in here may ever stop a command that only reads, so every
doubt lets the statement through to the database, which knows better.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

__version__ = "0.1.0"

CHANGES = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:(?:CREATE|ALTER|DROP)\s+(?!(?:LOCAL\s+|GLOBAL\s+)?TEMP)|TRUNCATE\b|GRANT\b|REVOKE\b|COMMENT\s+ON\b"
    r"|(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+\S*alembic_version)",
    re.I | re.S,
)
ASKED = "SELECT suspended IS NULL FROM pgwright.guard"
KEY = "pgwright_alembic.guarded"
MESSAGE = (
    "this database is guarded: plain alembic cannot change it. Ask for an approval (pgwright request REV --env ENV), have it "
    "signed (pgwright approve ID), then: pgwright apply --env ENV"
)


class Guarded(RuntimeError):
    """Raised where Alembic's own CommandError is not loaded."""


class _Module(ModuleType):
    """Alembic 1.18 iterates over what an entry point gives, later versions take the module: this is both."""

    def __iter__(self) -> Iterator[ModuleType]:
        yield self


sys.modules[__name__].__class__ = _Module


def setup(plugin: Any) -> None:
    """Called by Alembic while it loads. Registers the one listener; whatever goes wrong here is not worth a broken alembic."""
    try:
        from sqlalchemy import event
        from sqlalchemy.engine import Engine

        event.listen(Engine, "before_cursor_execute", refuse)
    except Exception:
        return


def refuse(conn: Any, cursor: Any, statement: Any, parameters: Any, context: Any, executemany: Any) -> None:
    """Raises CommandError when the statement would change a guarded database."""
    if conn.dialect.name == "postgresql" and CHANGES.match(str(statement)) and _is_guarded(conn):
        told = sys.modules.get("alembic.util.exc")  # loaded whenever a command runs; nothing of Alembic is imported here
        raise getattr(told, "CommandError", Guarded)(MESSAGE)


def _is_guarded(conn: Any) -> bool:
    """Asked once per connection."""
    if KEY not in conn.info:
        conn.info[KEY] = False
        try:
            there = conn.exec_driver_sql("SELECT to_regclass('pgwright.guard') IS NOT NULL").scalar()
            conn.info[KEY] = bool(there) and bool(conn.exec_driver_sql(ASKED).scalar())
        except Exception:
            return False
    return bool(conn.info[KEY])
