"""fk-without-index: a foreign key whose columns no index begins with.

Each DELETE of a referenced row, and each change of its key, reads the whole referencing table to look for what refers to it.
Source: PostgreSQL documentation, "Constraints", Foreign Keys: the referencing columns get no index by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddColumn, AddConstraint, CreateTable
from pgwright.hazards.columns import made_constraints
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision

CODE = "PW802"
SEVERITY = "warning"
SEEN = "catalog"
ACTS = (AddConstraint, AddColumn, CreateTable)
OBSERVE = Observation(
    query="""
    SELECT EXISTS (SELECT FROM pg_constraint c WHERE c.contype = 'f' AND NOT EXISTS (
        SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1]))
    """
)
WHEN = "no index of {table} begins with {columns}, which refer to {parents}"
EFFECT = "Each DELETE in {parents} reads all of {table}, and holds the deleted rows locked as long."
INSTEAD = """
with op.get_context().autocommit_block():
    op.create_index(None, {table!r}, {list}, postgresql_concurrently=True)
"""
BEFORE = """
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, buyer bigint, seller bigint);
CREATE INDEX orders_seller ON orders (seller);
"""
BAD = (
    revision(
        up='op.create_foreign_key("orders_buyer", "orders", "users", ["buyer"], ["id"], postgresql_not_valid=True)',
        down='op.drop_constraint("orders_buyer", "orders")',
    ),
    revision(
        up="""
        op.create_table("items", sa.Column("id", sa.BigInteger(), primary_key=True),
                        sa.Column("order_id", sa.BigInteger(), sa.ForeignKey("orders.id")))
        """,
        down='op.drop_table("items")',
    ),
)
GOOD = (
    revision(
        up='op.create_foreign_key("orders_seller", "orders", "users", ["seller"], ["id"], postgresql_not_valid=True)',
        down='op.drop_constraint("orders_seller", "orders")',
    ),
    revision(
        up="""
        op.create_table("items", sa.Column("id", sa.BigInteger(), primary_key=True),
                        sa.Column("order_id", sa.BigInteger(), sa.ForeignKey("orders.id")))
        op.create_index("items_order", "items", ["order_id", "id"])
        """,
        down='op.drop_table("items")',
    ),
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    after = before.after_upgrade or before
    for statement in revision.upgrade.statements:
        bare: dict[str, list[str]] = {}
        parents: dict[str, None] = {}
        for name, key in made_constraints(statement, "foreign key"):
            table = after.table(name)
            stands = any(one.kind == "foreign key" and one.columns == key.columns for one in table.constraints.values())
            if table.is_known and stands and not table.partition_of and not table.indexed(*key.columns):
                bare.setdefault(name, []).append(", ".join(key.columns))
                parents[key.references or ""] = None
        for name, columns in bare.items():
            told = " or ".join(columns)
            list_ = columns[0].split(", ")
            yield found(statement, table=name, columns=told, parents=", ".join(parents), list=list_)
