"""drop view bigger ones

Only the catalog changes.

Phase: contract
Locks: ACCESS EXCLUSIVE on bigger ones for an instant

Notes:
- Only after no release that uses it is running any more.

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
    'change': 'drop_view',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute('DROP VIEW "bigger ones"')


def downgrade() -> None:
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
