"""The named statements of `sql/ownership.sql`, `sql/ledger_read.sql` and `sql/state.sql`."""

from __future__ import annotations

import re
from functools import cache

from psycopg import sql

from pgwright.gate.guard import text


@cache
def _all() -> dict[str, str]:
    found = {}
    for file in ("ownership", "ledger_read", "state"):
        parts = re.split(r"^-- (\w+):.*\n(?:--.*\n)*", text(file), flags=re.M)
        found.update({name: body.strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)})
    return found


def statement(named: str, /, **parts: object) -> sql.Composed:
    """The statement of that name, its literals put in."""
    return sql.SQL(_all()[named]).format(**{name: sql.Literal(value) for name, value in parts.items()})
