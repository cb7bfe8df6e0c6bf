"""replace view big

In one transaction, with what stands on it: bigger ones.

Phase: expand
Locks: ACCESS EXCLUSIVE on big, bigger ones for an instant

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
    'change': 'put_view',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.execute('DROP VIEW "bigger ones"')
    op.execute("DROP VIEW big")
    op.execute(
        "CREATE VIEW big AS SELECT id, customer, customer * 3 AS thrice, note FROM "
        "orders WHERE note <> '\\:x'"
    )
    op.execute("COMMENT ON VIEW big IS 'not 100% small'")
    op.execute(
        'CREATE VIEW "bigger ones" WITH (security_barrier=true) AS  SELECT id,\n    '
        "customer\n   FROM public.big\n  WHERE (id > 10)"
    )
    op.execute('GRANT SELECT ON "bigger ones" TO PUBLIC')
    op.execute('GRANT INSERT ON "bigger ones" TO postgres')
    op.execute('GRANT SELECT ON "bigger ones" TO postgres')
    op.execute('GRANT UPDATE ON "bigger ones" TO postgres')
    op.execute('GRANT DELETE ON "bigger ones" TO postgres')
    op.execute('GRANT TRUNCATE ON "bigger ones" TO postgres')
    op.execute('GRANT REFERENCES ON "bigger ones" TO postgres')
    op.execute('GRANT TRIGGER ON "bigger ones" TO postgres')
    op.execute('GRANT MAINTAIN ON "bigger ones" TO postgres')


def downgrade() -> None:
    op.execute('DROP VIEW "bigger ones"')
    op.execute("DROP VIEW big")
    op.execute(
        "CREATE VIEW big AS  SELECT id,\n    customer,\n    (customer * 2) AS twice\n "
        "  FROM public.orders\n  WHERE (customer > 5)"
    )
    op.execute("COMMENT ON VIEW big IS 'not 100% small'")
    op.execute("COMMENT ON COLUMN big.twice IS 'two of them'")
    op.execute(
        'CREATE VIEW "bigger ones" WITH (security_barrier=true) AS  SELECT id,\n    '
        "customer\n   FROM public.big\n  WHERE (id > 10)"
    )
    op.execute('GRANT SELECT ON "bigger ones" TO PUBLIC')
    op.execute('GRANT INSERT ON "bigger ones" TO postgres')
    op.execute('GRANT SELECT ON "bigger ones" TO postgres')
    op.execute('GRANT UPDATE ON "bigger ones" TO postgres')
    op.execute('GRANT DELETE ON "bigger ones" TO postgres')
    op.execute('GRANT TRUNCATE ON "bigger ones" TO postgres')
    op.execute('GRANT REFERENCES ON "bigger ones" TO postgres')
    op.execute('GRANT TRIGGER ON "bigger ones" TO postgres')
    op.execute('GRANT MAINTAIN ON "bigger ones" TO postgres')


# ----------------------------------------------------------------------------------------------------

"""create view counted

In one transaction.

Phase: expand

Revision ID: 000000000002
Revises: 000000000001
"""

import sqlalchemy as sa
from alembic import op

revision = "000000000002"
down_revision = "000000000001"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'put_view',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "CREATE MATERIALIZED VIEW counted AS SELECT customer, count(*) AS n FROM "
        "orders GROUP BY customer"
    )


def downgrade() -> None:
    op.execute("DROP MATERIALIZED VIEW counted")
