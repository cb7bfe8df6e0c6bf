"""The named statements of `sql/server.sql`."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from psycopg import sql


@cache
def _all() -> dict[str, str]:
    text = (files("pgwright.shadow") / "sql" / "server.sql").read_text(encoding="utf-8")
    parts = re.split(r"^-- (\w+):.*\n", text, flags=re.M)
    return {name: body.strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def statement(named: str, /, **parts: sql.Composable) -> sql.Composed:
    """The statement of that name with its identifiers and literals put in, quoted."""
    return sql.SQL(_all()[named]).format(**parts)
