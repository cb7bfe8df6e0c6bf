"""Reads what weighs a finding off a server: sizes, writes, the oldest transaction, what is published, what is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import psycopg

from pgwright.project.lost import is_lost

_NAME = re.compile(r"^-- (\w+):.*\n", re.M)
LIMITS = "SET default_transaction_read_only = on; SET statement_timeout = '10s'; SET lock_timeout = '1s'"


@dataclass(frozen=True, slots=True)
class Relation:
    """One table or materialised view, by the server's own estimates."""

    rows: int
    heap: int  # bytes of the rows
    bytes: int  # with indexes
    writes: float  # rows written in a second, on average since the counters began
    published: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """One database as it was when it was looked at."""

    environment: str
    relations: Mapping[str, Relation] = field(default_factory=dict)
    oldest: float = 0.0  # seconds that the longest running transaction has been open
    statements: tuple[tuple[str, int], ...] | None = None  # (text, calls); None: pg_stat_statements cannot be read


def look(conn: psycopg.Connection[tuple[Any, ...]], environment: str) -> Target:
    """The facts, by reading catalogs and counters alone. What the role may not read is left out."""
    conn.execute(LIMITS)
    age = max(1.0, _value(conn, "age") or 0.0)
    relations = {
        name: Relation(rows, heap, total, written / age, published)
        for which in ("relations", "parents")
        for name, rows, heap, total, written, published in conn.execute(_queries()[which].encode()).fetchall()
    }
    return Target(environment, relations, _value(conn, "oldest") or 0.0, _statements(conn))


def _statements(conn: psycopg.Connection[tuple[Any, ...]]) -> tuple[tuple[str, int], ...] | None:
    if not _value(conn, "has_statements"):
        return None
    try:
        return tuple(
            (str(text), int(calls)) for text, calls in conn.execute(_queries()["statements"].encode()).fetchall()
        )
    except psycopg.Error as error:  # the extension is there and its library is not loaded, or the role may not read it
        if is_lost(error):
            raise
        return None


def _value(conn: psycopg.Connection[tuple[Any, ...]], name: str) -> Any:
    row = conn.execute(_queries()[name].encode()).fetchone()
    return row[0] if row else None


@cache
def _queries() -> dict[str, str]:
    parts = _NAME.split((files("pgwright.hazards.target") / "facts.sql").read_text(encoding="utf-8"))
    return {name: body.strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}
