"""refresh-matview-blocking: nobody reads a materialized view while it is refreshed.

Source: PostgreSQL documentation, REFRESH MATERIALIZED VIEW, CONCURRENTLY.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import RefreshView
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW118"
SEVERITY = "error"
SEEN = "lock"
ACTS = (RefreshView,)
OBSERVE = Observation(lock="AccessExclusiveLock", on="public.totals")
WHEN = "REFRESH MATERIALIZED VIEW {view} without CONCURRENTLY"
EFFECT = "ACCESS EXCLUSIVE lock on {view} while its query runs and its rows are written: nobody reads it meanwhile."
INSTEAD = """
# {view} needs a unique index on plain columns, over all rows
op.execute({refresh!r})
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, total int);
INSERT INTO orders SELECT g, g FROM generate_series(1, 500) g;
CREATE MATERIALIZED VIEW totals AS SELECT id, total FROM orders;
CREATE UNIQUE INDEX totals_id ON totals (id);
"""
BAD = revision(up='op.execute("REFRESH MATERIALIZED VIEW totals")')
GOOD = revision(up='op.execute("REFRESH MATERIALIZED VIEW CONCURRENTLY totals")')


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(RefreshView):
        if not act.concurrently and before.holds_rows(act.view):
            refresh = f"REFRESH MATERIALIZED VIEW CONCURRENTLY {quoted(act.view)}"
            yield found(statement, view=act.view, refresh=refresh)
