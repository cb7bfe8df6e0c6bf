"""unused-prefix-index: the keys of one index begin those of another, which finds the same rows.

The longer one is larger and somewhat slower for the short question; that is rarely worth a second index.
Source: PostgreSQL documentation, "Multicolumn Indexes": a B-tree serves conditions on its leading columns.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddColumn, AddConstraint, CreateIndex, CreateTable, Index
from pgwright.hazards.example import revision
from pgwright.hazards.indexes import made_indexes, standing
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision

CODE = "PW809"
SEVERITY = "info"
SEEN = "catalog"
ACTS = (CreateIndex, AddConstraint, AddColumn, CreateTable)
OBSERVE = Observation(
    query="""
    SELECT EXISTS (SELECT FROM pg_index a JOIN pg_index b USING (indrelid)
                    WHERE a.indexrelid <> b.indexrelid AND indrelid = 'orders'::regclass AND NOT a.indisunique
                      AND a.indkey[0] = b.indkey[0] AND a.indnatts < b.indnatts)
    """
)
WHEN = "index {short} of {table} ({keys}) is the beginning of {long}"
EFFECT = "{long} serves the same queries; each write of {table} keeps both."
INSTEAD = """
with op.get_context().autocommit_block():
    op.drop_index({short!r}, postgresql_concurrently=True)   # or leave it out, where it is the new one
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, buyer bigint, paid date);
CREATE INDEX orders_buyer ON orders (buyer);
"""
BAD = revision(
    up='op.create_index("orders_buyer_paid", "orders", ["buyer", "paid"])',
    down='op.drop_index("orders_buyer_paid")',
)
GOOD = (
    revision(
        up='op.create_index("orders_paid_buyer", "orders", ["paid", "buyer"])',
        down='op.drop_index("orders_paid_buyer")',
    ),
    revision(
        up="""
        op.create_index("orders_buyer_paid", "orders", ["buyer", "paid"])
        op.drop_index("orders_buyer")
        """,
        down="""
        op.create_index("orders_buyer", "orders", ["buyer"])
        op.drop_index("orders_buyer_paid")
        """,
    ),
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    after = before.after_upgrade or before
    told = set()
    for statement in revision.upgrade.statements:
        for table, index in made_indexes(statement, after):
            for other in standing(table, index):
                short, long = sorted((index, other), key=lambda one: len(one.keys))
                if _begins(short, long) and (short.name, long.name) not in told:
                    told.add((short.name, long.name))
                    keys = ", ".join(short.keys)
                    yield found(statement, table=table.name, short=short.name, long=long.name, keys=keys)


def _begins(short: Index, long: Index) -> bool:
    plain = all(one.method == "btree" and not one.predicate and not one.marks and not one.include for one in (short, long))
    return plain and not short.unique and len(short.keys) < len(long.keys) and long.keys[: len(short.keys)] == short.keys
