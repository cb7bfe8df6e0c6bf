"""The queries of `sql/`, by name, as they read for one major of PostgreSQL.

A line may end in conditions: `-- since 15`, `-- before 17` (of the server's major), `-- touched` (only when the query
is restricted to some relations).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).with_name("sql")
_CONDITION = re.compile(r"\s+-- ((?:since \d+|before \d+|touched)(?:, (?:since \d+|before \d+))*)$")


@cache
def query(name: str, major: int, *, touched: bool = False) -> str:
    """The text of one query; a name like `types + functions` joins queries of one shape by UNION ALL."""
    parts = [_read(part, major, touched) for part in name.split(" + ")]
    return "\nUNION ALL\n".join(parts)


def _read(name: str, major: int, touched: bool) -> str:
    lines = (_FOLDER / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    return "\n".join(kept for line in lines if (kept := _keep(line, major, touched)))


def _keep(line: str, major: int, touched: bool) -> str:
    """The line without its conditions, or nothing when one of them does not hold (and for comment lines)."""
    found = _CONDITION.search(line)
    if line.startswith("--") or (found and not all(_holds(c, major, touched) for c in found[1].split(", "))):
        return ""
    return line[: found.start()] if found else line


def _holds(condition: str, major: int, touched: bool) -> bool:
    word, _, number = condition.partition(" ")
    if word == "touched":
        return touched
    return major >= int(number) if word == "since" else major < int(number)
