"""hard-coded-ids: rows are named by ids of one database, which mean other rows, or none, in every other.

Source: PostgreSQL documentation, "Identity Columns": values are given out in the order of inserts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgwright.hazards.acts import Delete, Update
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, found
from pgwright.hazards.statement import Statement

CODE = "PW410"
SEVERITY = "warning"
SEEN = "text"
ACTS = (Update, Delete)
WHEN = "rows of {table} are named by the literal id {value}"
EFFECT = (
    "Other databases that run this revision have another row, or none, under {column} = {value}, and nobody is told."
)
INSTEAD = """
# name the rows by what they are, with a natural key that is the same everywhere
op.execute("... WHERE <natural key of {table}> = ...")
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, code text, note text);
INSERT INTO orders SELECT g, 'acme-' || g, 'n' FROM generate_series(1, 500) g;
"""
BAD = (
    revision(up="""op.execute("UPDATE orders SET note = 'x' WHERE id = 17")"""),
    revision(up="""op.execute("DELETE FROM orders WHERE orders.id IN (17, 18)")"""),
)
GOOD = revision(up="""op.execute("UPDATE orders SET note = 'x' WHERE code = 'acme-3'")""")

UUID = r"'[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}'"
NAMED = rf'\b((?:\w+_)?(?:id|uuid))"?\s*(?:=|IN)\s*\(?\s*(\d+|{UUID})'


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.acts:
        if isinstance(act, Update | Delete) and act.where is not None and before.holds_rows(act.table):
            named = re.search(NAMED, act.where.text, re.I)
            if named:
                yield found(statement, table=act.table, column=named[1], value=named[2])
