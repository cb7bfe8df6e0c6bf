"""backfill-without-index: each batch looks for its rows by a column without an index, so each reads what the last ones did.

Source: PostgreSQL documentation, "Examining Index Usage"; measured: batch n reads the n-1 batches before it, which it skips.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgwright.hazards.acts import Delete, Update
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, found
from pgwright.hazards.statement import Statement

CODE = "PW606"
SEVERITY = "info"
SEEN = "text"
ACTS = (Update, Delete)
WHEN = "batches of {table} are found by {columns}, which no index begins with"
EFFECT = "Every batch reads {table} from its start, past all rows that are done: the last batches take longest."
INSTEAD = """
# walk along the key instead, and keep where the last batch ended:
op.execute("... WHERE {key} > :last AND {key} <= :last + 1000 AND <still to do>")
# or, for as long as the backfill runs:
with op.get_context().autocommit_block():
    op.execute({index!r})
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text, code text);
CREATE INDEX orders_code ON orders (code);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 500) g;
"""
BAD = revision(
    up="""
    with op.get_context().autocommit_block():
        for _ in range(3):
            op.execute("UPDATE orders SET note = 'x' WHERE id IN (SELECT id FROM orders WHERE note = 'n' LIMIT 50)")
    """
)
GOOD = (
    revision(
        up="""
        with op.get_context().autocommit_block():
            for _ in range(3):
                op.execute("UPDATE orders SET code = 'x' WHERE id IN (SELECT id FROM orders WHERE code IS NULL LIMIT 50)")
        """
    ),
    revision(
        up="""
        with op.get_context().autocommit_block():
            op.execute("UPDATE orders SET note = 'x' WHERE id IN "
                       "(SELECT id FROM orders WHERE id > 100 AND note = 'n' ORDER BY id LIMIT 50)")
        """
    ),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.acts:
        if not isinstance(act, Update | Delete) or not act.limited or act.where is None:
            continue
        table = before.table(act.table)
        if not table.holds_rows or not table.is_known or _is_repeated(statement, before):
            continue
        inner = re.search(r"\bSELECT\b.*?\bWHERE\b(.*)\bLIMIT\b", act.where.text, re.I | re.S)
        named = [name for name in table.columns if inner and re.search(rf"\b{re.escape(name)}\b", inner[1])]
        first = {one.index.keys[0] for one in table.indexes.values() if one.index.keys}
        if named and not first & set(named):
            index = f"CREATE INDEX CONCURRENTLY ON {quoted(table.name)} ({', '.join(map(quoted, named))})"
            key = (*table.primary_key, "id")[0]
            yield found(statement, table=table.name, columns=", ".join(named), key=key, index=index)


def _is_repeated(statement: Statement, before: Known) -> bool:
    """True for the second batch of a loop: it is told once."""
    return any(one.text == statement.text and one.line == statement.line for one in before.done)
