"""matview-concurrently-without-unique: REFRESH ... CONCURRENTLY needs a unique index on plain columns without a predicate.

Source: PostgreSQL documentation, REFRESH MATERIALIZED VIEW, CONCURRENTLY; SQLSTATE 55000.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import Index, RefreshView
from pgwright.hazards.example import sql
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW214"
SEVERITY = "error"
SEEN = "error"
ACTS = (RefreshView,)
OBSERVE = Observation(error="55000")
WHEN = "REFRESH MATERIALIZED VIEW CONCURRENTLY {view}, which has no unique index on plain columns"
EFFECT = "The server refuses it (55000): the revision fails whatever is in the database."
INSTEAD = """
op.execute({create!r})
# and then the refresh
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, total int);
INSERT INTO orders SELECT g, g FROM generate_series(1, 500) g;
CREATE MATERIALIZED VIEW totals AS SELECT id, total FROM orders;
CREATE UNIQUE INDEX totals_some ON totals (id) WHERE total > 10;
"""
BAD = sql("REFRESH MATERIALIZED VIEW CONCURRENTLY totals")
GOOD = sql(
    "CREATE UNIQUE INDEX totals_id ON totals (id); REFRESH MATERIALIZED VIEW CONCURRENTLY totals",
    "DROP INDEX totals_id",
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(RefreshView):
        view = before.tables.get(act.view)
        if not act.concurrently or view is None or view.kind != "materialized view" or not view.is_known:
            continue
        if not any(_serves(one.index) for one in view.indexes.values()):
            create = f"CREATE UNIQUE INDEX ON {quoted(act.view)} (<key columns>)"
            yield found(statement, view=act.view, create=create)


def _serves(index: Index) -> bool:
    return index.unique and index.predicate is None and not index.expressions
