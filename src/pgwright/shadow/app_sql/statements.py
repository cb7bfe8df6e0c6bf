"""A file of an application's statements: plain SQL, taken apart by PostgreSQL's grammar.

What does not parse, and what no application sends while it works (schema statements, transactions, COPY), is told with its
place; the statements around it are used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pgwright.errors import Refusal
from pgwright.hazards.reading import Unparsable, commands
from pgwright.hazards.sqlfile import decoded
from pgwright.shadow.app_sql.placeholders import masked, numbered

KINDS = {"select_stmt": "select", "insert_stmt": "insert", "update_stmt": "update", "delete_stmt": "delete",
         "merge_stmt": "merge"}  # fmt: skip
OBJECTS = ("ALTER", "CREATE", "DROP")  # of these the next word says what it is about


class NoAppSql(Refusal):
    """
    the application's statements cannot be read from {name}: {why}
    Name a file of SQL statements: --app-sql FILE, or app_sql in pgwright.toml.
    """

    code = "PW-PROVE-02"


class NotParsed(Refusal):
    """
    {name}, line {at}, column {column}: {why}
    The other statements of the file were tried.
    """

    code = "PW-PROVE-03"


class NotAnApplications(Refusal):
    """
    {name}, line {at}: {what} is not a statement that an application sends while it works
    Only SELECT, INSERT, UPDATE, DELETE, MERGE and VALUES are tried; take it out of the file. The others were tried.
    """

    code = "PW-PROVE-04"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: where it is written, its text, and what the server is asked, with `$1` for parameters."""

    file: str
    line: int
    text: str
    sent: str
    kind: str  # select | insert | update | delete | merge

    @property
    def place(self) -> str:
        """`app.sql:12`."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class AppSql:
    """What files hold: statements to try, and what was left out, each with its reason."""

    statements: tuple[Statement, ...] = ()
    refused: tuple[Refusal, ...] = ()


def read(files: Iterable[tuple[str, Path]]) -> AppSql:
    """The statements of files, (name, path), each text once. Raises NoAppSql for a file that is not there, or empty."""
    statements: dict[str, Statement] = {}
    refused: list[Refusal] = []
    for name, path in files:
        try:
            text, _ = decoded(path.read_bytes())
        except OSError as error:
            raise NoAppSql(name=name, why=error.strerror or type(error).__name__) from None
        found = list(_of(name, text.replace("\r\n", "\n")))
        if not found:
            raise NoAppSql(name=name, why="it holds no statement")
        for one in found:
            if isinstance(one, Statement):
                statements.setdefault(one.sent, one)
            else:
                refused.append(one)
    return AppSql(tuple(statements.values()), tuple(refused))


def _of(name: str, text: str) -> Iterator[Statement | Refusal]:
    for one in commands(masked(text)):
        at = one.at if isinstance(one, Unparsable) else one.offset
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        if isinstance(one, Unparsable):
            yield NotParsed(file=name, line=line, name=name, at=line, column=column, why=one.why)
            continue
        own = text[one.offset : one.offset + len(one.text)].rstrip()
        sent = numbered(own)
        kind, node = statement_of(sent)
        if kind in KINDS and not (kind == "select_stmt" and node.HasField("into_clause")):
            yield Statement(name, line, own, sent, KINDS[kind])
        else:
            yield NotAnApplications(file=name, line=line, name=name, at=line, what=_called(kind, own))


@lru_cache(maxsize=4096)
def statement_of(sent: str) -> tuple[str, Any]:
    """(kind, node) of one statement that parses."""
    import postgast

    (raw,) = postgast.parse(sent).stmts
    kind: str = raw.stmt.WhichOneof("node")
    return kind, getattr(raw.stmt, kind)


def _called(kind: str, text: str) -> str:
    words = re.findall(r"\w+", text)[:2]
    if kind == "select_stmt":
        return "SELECT INTO"
    return " ".join(words if words[0].upper() in OBJECTS else words[:1]).upper()
