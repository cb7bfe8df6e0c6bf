"""The named statements of `sql/run.sql`, with identifiers and literals put in, quoted."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from psycopg import sql

_NAME = re.compile(r"^-- (\w+):.*\n(?:--.*\n)*", re.M)


@cache
def _named() -> dict[str, str]:
    text = _text("run")
    parts = _NAME.split(text)
    return {name: body.strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def statement(named: str, /, **parts: object) -> sql.Composed:
    """The statement of that name. Values become literals; what is Composable already is put in as it is."""
    made = {k: v if isinstance(v, sql.Composable) else sql.Literal(v) for k, v in parts.items()}
    return sql.SQL(_named()[named]).format(**made)


def whole_file(file: str) -> sql.SQL:
    """All of a file, to be sent as one message."""
    return sql.SQL(_text(file))


def _text(file: str) -> str:
    return (files("pgwright.run") / "sql" / f"{file}.sql").read_text(encoding="utf-8")
