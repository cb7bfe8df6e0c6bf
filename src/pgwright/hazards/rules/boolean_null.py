"""boolean-null: a flag with three values: `WHERE flag` and `WHERE NOT flag` together leave rows out.

Source: PostgreSQL documentation, "Boolean Type"; "Comparison Functions and Operators", on null.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddColumn, CreateTable
from pgwright.hazards.columns import made_columns
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision

CODE = "PW813"
SEVERITY = "info"
SEEN = "catalog"
ACTS = (CreateTable, AddColumn)
OBSERVE = Observation(
    query="""
    SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'orders'::regclass AND atttypid = 16
                    AND NOT attnotnull AND NOT atthasdef)
    """
)
WHEN = "{columns} of {table} is boolean, may be null, and has no default"
EFFECT = "Rows of the running release get null, which is neither true nor false: each query must say what that means."
INSTEAD = """
sa.Column({column!r}, sa.Boolean(), nullable=False, server_default=sa.false())
"""
BEFORE = "CREATE TABLE orders (id bigint PRIMARY KEY)"
BAD = revision(
    up='op.add_column("orders", sa.Column("paid", sa.Boolean()))',
    down='op.drop_column("orders", "paid")',
)
GOOD = revision(
    up='op.add_column("orders", sa.Column("paid", sa.Boolean(), nullable=False, server_default=sa.false()))',
    down='op.drop_column("orders", "paid")',
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    after = before.after_upgrade or before
    for statement in revision.upgrade.statements:
        open_: dict[str, list[str]] = {}
        for table, column in made_columns(statement):
            now = after.table(table).column(column.name) or (column if revision.upgrade.read == "full" else None)
            if now is not None and now.type.name == "bool" and not now.type.array and not now.not_null and not now.default:
                open_.setdefault(table, []).append(now.name)
        for table, columns in open_.items():
            yield found(statement, table=table, columns=", ".join(columns), column=columns[0])
