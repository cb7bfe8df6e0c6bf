"""`pytest --pgwright-record FILE`: what the application sends while its tests run, for `pgwright prove --app-sql FILE`.

Texts as SQLAlchemy hands them to the driver, placeholders included; values of parameters are never looked at. Without the
option nothing is imported. Source: SQLAlchemy documentation, "SQL Execution and Connection Events".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

OPTION, END = "--pgwright-record", "\n;\n"  # a line of its own: the last line of a text may be a comment
SENT = re.compile(r"(?:\s+|/\*.*?\*/|--[^\n]*\n|\()*(?:SELECT|INSERT|UPDATE|DELETE|MERGE|WITH|VALUES)\b", re.I | re.S)
SERVERS = re.compile(r"\bpg_catalog\.")  # what drivers and SQLAlchemy ask the server about itself
PLACE = re.compile(
    r"(?:%\(\w+\)s|%s|\$\d+)(?:::\w+(?: WITH(?:OUT)? TIME ZONE| PRECISION| VARYING)?(?:\(\d+(?:, ?\d+)?\))?(?:\[\])?)?"
)
LIST, ROWS = re.compile(r"\?(?:,\s*\?)+"), re.compile(r"\(\?(?:,\s*\d+)?\)(?:,\s*\(\?(?:,\s*\d+)?\))*")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option of the recorder."""
    told = (
        "append the statements that SQLAlchemy sends to PostgreSQL, without values, for pgwright prove --app-sql FILE"
    )
    parser.getgroup("pgwright").addoption(OPTION, metavar="FILE", default=None, help=told)


def pytest_configure(config: pytest.Config) -> None:
    """Listen from here on, when it was asked for. Raises UsageError without SQLAlchemy."""
    file = config.getoption(OPTION)
    if not file:
        return
    try:
        config.pluginmanager.register(Recorder(Path(file).absolute()), "pgwright-recorder")
    except ImportError as error:
        from pytest import UsageError

        raise UsageError(f"{OPTION} listens to SQLAlchemy, which cannot be imported: {error}") from None


class Recorder:
    """Keeps one text of each shape until the tests are over; processes side by side write into one file."""

    def __init__(self, file: Path) -> None:
        """Every engine of this process is listened to. Raises ImportError without SQLAlchemy."""
        from sqlalchemy import event
        from sqlalchemy.engine import Engine

        self.file, self.texts = file, dict[str, str]()
        event.listen(Engine, "before_cursor_execute", self.sent)

    def sent(self, conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        """SQLAlchemy's event; the values in `parameters` stay where they are."""
        if conn.dialect.name == "postgresql" and SENT.match(statement) and not SERVERS.search(statement):
            key = shape(statement)
            if len(statement) < len(self.texts.get(key, statement + " ")):
                self.texts[key] = statement

    def pytest_sessionfinish(self) -> None:
        """The tests are over."""
        from sqlalchemy import event
        from sqlalchemy.engine import Engine

        event.remove(Engine, "before_cursor_execute", self.sent)
        append(self.file, self.texts.values())


def shape(statement: str) -> str:
    """The text without how many values a list, or rows an INSERT, happened to have."""
    return " ".join(ROWS.sub("(?)", LIST.sub("?", PLACE.sub("?", statement))).split())


def append(file: Path, texts: Iterable[str]) -> None:
    """Add the texts whose shape the file does not have yet."""
    import fcntl

    with file.open("a+", encoding="utf-8") as out:
        fcntl.flock(out, fcntl.LOCK_EX)  # given back when the file is closed
        out.seek(0)
        there = {shape(one) for one in out.read().split(END)}
        for text in sorted({shape(one): one.strip().rstrip(";") for one in texts}.values()):
            if shape(text) not in there:
                out.write(f"{text}{END}")
