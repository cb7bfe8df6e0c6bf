"""make note unique in orders

The index is built concurrently; the constraint then takes it over without a scan.

Phase: expand
Locks: SHARE UPDATE EXCLUSIVE on orders while the index is built; readers and writers go
       on; ACCESS EXCLUSIVE for the instant of ADD CONSTRAINT

Validation: each count must be 0
  -- groups of equal values
  SELECT count(*) FROM (SELECT FROM orders WHERE note IS NOT NULL GROUP BY note HAVING count(*) > 1) AS duplicates

Notes:
- With duplicates it ends before anything is built; run the validation query first to
  see how many.

Revision ID: 000000000001
Revises: 
"""

import sqlalchemy as sa
from alembic import op

revision = "000000000001"
down_revision = None
branch_labels = None
depends_on = None

pgwright = {
    'change': 'add_unique',
    'phase': 'expand',
    'validate': ['SELECT count(*) FROM (SELECT FROM orders WHERE note IS NOT NULL GROUP BY note HAVING count(*) > 1) AS duplicates'],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(
            "DO 'DECLARE n bigint; BEGIN SELECT count(*) INTO n FROM (SELECT FROM "
            "orders WHERE note IS NOT NULL GROUP BY note HAVING count(*) > 1) AS "
            "duplicates; IF n > 0 THEN RAISE EXCEPTION USING ERRCODE = "
            "''unique_violation'', MESSAGE = format(''orders has %s groups of equal "
            "values in note'', n), HINT = ''Count them: SELECT count(*) FROM (SELECT "
            "FROM orders WHERE note IS NOT NULL GROUP BY note HAVING count(*) > 1) AS "
            "duplicates''; END IF; END'"
        )
        op.drop_index(
            op.f("uq_orders_note"),
            table_name="orders",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("uq_orders_note"),
            "orders",
            ["note"],
            unique=True,
            postgresql_concurrently=True,
        )
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT uq_orders_note UNIQUE USING INDEX "
        "uq_orders_note"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("uq_orders_note"), "orders", type_="unique")
