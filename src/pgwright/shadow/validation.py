"""The validation queries of a revision: each counts what is wrong, so anything but nought refutes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import psycopg

from pgwright.records import Reason


def validated(conn: psycopg.Connection[Any], queries: Collection[str]) -> tuple[list[tuple[str, int]], list[Reason]]:
    """(query, count) of each query that could be asked, and why the revision is refuted. They may only read."""
    counts: list[tuple[str, int]] = []
    reasons: list[Reason] = []
    for query in queries:
        try:
            count = _count(conn, query)
        except psycopg.OperationalError:
            raise
        except (psycopg.Error, TypeError, ValueError) as error:
            reasons.append(_unanswered(query, error))
            continue
        counts.append((query, count))
        if count:
            message = f"the validation query counts {count} where 0 is right"
            reasons.append(Reason("validation-failed", "validate", message, statement=query))
    return counts, reasons


def _count(conn: psycopg.Connection[Any], query: str) -> int:
    with conn.transaction():
        conn.execute("SET TRANSACTION READ ONLY")
        row = conn.execute(query.encode()).fetchone()
    return int(row[0]) if row else 0


def _unanswered(query: str, error: Exception) -> Reason:
    return Reason(
        "validation-error",
        "validate",
        f"the validation query has no answer: {str(error).splitlines()[0]}",
        statement=query,
        sqlstate=error.sqlstate if isinstance(error, psycopg.Error) else None,
        cause="it must return one row with one count, and may only read",
    )
