"""Python source of revisions, formatted the way ruff and black would leave it."""

from __future__ import annotations

import re
from functools import lru_cache
from textwrap import indent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.sql.compiler import IdentifierPreparer

WIDTH = 88  # of a line, the indent of upgrade() included
_BIND = re.compile(r"(?<![:\w\\]):(?=\w+(?!:))|(?<=\\):(?=\w)")  # what sqlalchemy.text() would take for a parameter
AUTOCOMMIT = "with op.get_context().autocommit_block():"


def quoted(name: str) -> str:
    """The identifier as SQL, quoted where PostgreSQL needs it, exactly as Alembic's own operations quote it."""
    return _preparer().quote(name)


@lru_cache(maxsize=1)
def _preparer() -> IdentifierPreparer:
    """Made when a name is quoted: a proof that quotes none waits for no SQLAlchemy."""
    from sqlalchemy.dialects.postgresql.base import PGDialect

    return PGDialect(paramstyle="named").identifier_preparer  # type: ignore[no-untyped-call]


def qualified(schema: str | None, name: str) -> str:
    """The table as SQL; the default schema is left to the search path, as in the project's models."""
    return f"{quoted(schema)}.{quoted(name)}" if schema else quoted(name)


def columns_sql(names: tuple[str, ...]) -> str:
    """`a, "B"`."""
    return ", ".join(quoted(n) for n in names)


def sql_string(text: str) -> str:
    """The text as an SQL string constant, safe whatever standard_conforming_strings says."""
    doubled = text.replace("'", "''")
    return "E'" + doubled.replace("\\", "\\\\") + "'" if "\\" in text else f"'{doubled}'"


def string(text: str) -> str:
    """The text as a Python string literal, in double quotes where that needs no escapes."""
    plain = repr(text)
    return plain if '"' in text or not plain.startswith("'") else f'"{plain[1:-1]}"'


def bound_safe(sql: str) -> str:
    """SQL for sqlalchemy.text() or op.execute(): colons that are no parameters are escaped."""
    return _BIND.sub(r"\\:", sql)


def names(values: tuple[str, ...]) -> str:
    """A Python list of strings."""
    return f"[{', '.join(string(v) for v in values)}]"


def name_of(name: str) -> str:
    """A constraint's or index's name in op.f(): no naming convention of the project changes it any more."""
    return f"op.f({string(name)})"


def text(sql: str) -> str:
    """`sa.text("...")`."""
    return f"sa.text({string(bound_safe(sql))})"


def call(function: str, *arguments: str, **named: str | None) -> str:
    """A call, on one line when it fits, else one argument a line. Named arguments that are None are left out."""
    return _call(function, arguments, named, WIDTH - 4)


def nested(function: str, *arguments: str, **named: str | None) -> str:
    """A call that stands one level deeper: an argument of another one, or in a block."""
    return _call(function, arguments, named, WIDTH - 8)


def _call(function: str, arguments: tuple[str, ...], named: dict[str, str | None], room: int) -> str:
    parts = [*arguments, *(f"{k}={v}" for k, v in named.items() if v is not None)]
    line = f"{function}({', '.join(parts)})"
    if "\n" not in line and len(line) <= room:
        return line
    return f"{function}(\n" + "".join(indent(p, "    ") + ",\n" for p in parts) + ")"


def execute(sql: str) -> str:
    """`op.execute("...")`, long SQL in pieces cut at blanks."""
    safe = bound_safe(sql)
    line = f"op.execute({string(safe)})"
    if len(line) <= WIDTH - 4:
        return line
    return "op.execute(\n" + indent("\n".join(string(p) for p in _pieces(safe)), "    ") + "\n)"


def assigned(name: str, sql: str) -> str:
    """`name = "..."`, long SQL in parentheses, cut at blanks."""
    safe = bound_safe(sql)
    line = f"{name} = {string(safe)}"
    if len(line) <= WIDTH - 4:
        return line
    return f"{name} = (\n" + indent("\n".join(string(p) for p in _pieces(safe)), "    ") + "\n)"


def _pieces(sql: str) -> list[str]:
    pieces = [""]
    for word in re.split(r"(?<= )", sql):
        if pieces[-1] and len(pieces[-1]) + len(word) > WIDTH - 14:
            pieces.append("")
        pieces[-1] += word
    return pieces


def autocommit(code: str) -> str:
    """The code inside an autocommit block: CONCURRENTLY refuses to run in a transaction."""
    return f"{AUTOCOMMIT}\n{indent(code, '    ')}"
