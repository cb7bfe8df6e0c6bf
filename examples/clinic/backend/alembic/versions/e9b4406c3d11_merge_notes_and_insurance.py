"""merge appointment notes and insurance policies

Revision ID: e9b4406c3d11
Revises: c02d7be51a98, 5a6e0d1b9f47
Create Date: 2023-11-09 17:45:10.004411

"""

# revision identifiers, used by Alembic.
revision = 'e9b4406c3d11'
down_revision = ('c02d7be51a98', '5a6e0d1b9f47')
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
