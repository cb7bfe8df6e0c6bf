"""duplicate-index: two indexes with the same keys; each write keeps both, and no query needs the second.

`sa.Column(primary_key=True, index=True)` makes one beside the key's own.
Source: PostgreSQL documentation, "Indexes", Introduction; "Unique Indexes": a key or UNIQUE constraint has its index already.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddColumn, AddConstraint, CreateIndex, CreateTable, Index
from pgwright.hazards.example import revision
from pgwright.hazards.indexes import made_indexes, standing
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision

CODE = "PW808"
SEVERITY = "warning"
SEEN = "catalog"
ACTS = (CreateIndex, AddConstraint, AddColumn, CreateTable)
OBSERVE = Observation(
    query="""
    SELECT EXISTS (SELECT FROM pg_index WHERE indrelid IN (SELECT oid FROM pg_class WHERE relname IN ('orders', 'items'))
                    GROUP BY indrelid, indkey::text, indclass::text, indpred::text HAVING count(*) > 1)
    """
)
WHEN = "index {index} of {table} has the same keys as {other}: {keys}"
EFFECT = "Every INSERT and nearly every UPDATE of {table} writes both; one of them is never needed."
INSTEAD = """
# leave {index} out; or, when it is to replace {other}, drop that one in the same revision
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text, code text);
CREATE INDEX orders_note ON orders (note);
"""
BAD = (
    revision(
        up="""
        with op.get_context().autocommit_block():
            op.create_index("orders_note_2", "orders", ["note"], postgresql_concurrently=True)
        """,
        down='op.drop_index("orders_note_2")',
    ),
    revision(
        up="""
        op.create_table("items", sa.Column("id", sa.BigInteger(), primary_key=True, index=True))
        """,
        down='op.drop_table("items")',
    ),
)
GOOD = (
    revision(
        up="""
        with op.get_context().autocommit_block():
            op.create_index("orders_pattern", "orders", ["note"], postgresql_ops={"note": "text_pattern_ops"})
            op.create_index("orders_open", "orders", ["note"], postgresql_where=sa.text("code IS NULL"))
        """,
        down="""
        op.drop_index("orders_open")
        op.drop_index("orders_pattern")
        """,
    ),
    revision(
        up="""
        op.create_index("orders_note_2", "orders", ["note"], unique=True)
        op.drop_index("orders_note")
        """,
        down="""
        op.create_index("orders_note", "orders", ["note"])
        op.drop_index("orders_note_2")
        """,
    ),
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    after = before.after_upgrade or before
    made = {index.name for statement in revision.upgrade.statements for _, index in made_indexes(statement, after)}
    told = set()
    for statement in revision.upgrade.statements:
        for table, index in made_indexes(statement, after):
            for other in standing(table, index):
                pair = frozenset((index.name, other.name))
                if index.unique and not other.unique and other.name in made:
                    continue  # the other one is new as well and guards nothing: it is told where that one is made
                if _key(other) == _key(index) and pair not in told:
                    told.add(pair)
                    keys = ", ".join(index.keys)
                    yield found(statement, index=index.name, table=table.name, other=other.name, keys=keys)


def _key(index: Index) -> tuple[object, ...]:
    return index.keys, index.method, index.marks, index.predicate and index.predicate.text, index.include
