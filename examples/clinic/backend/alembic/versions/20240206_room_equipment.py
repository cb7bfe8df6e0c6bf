"""Equipment of rooms, specialties of practitioners

Revision ID: 20240206_room_equipment
Revises: e9b4406c3d11
Create Date: 2024-02-06 10:00:00

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision: str = '20240206_room_equipment'
down_revision: Union[str, Sequence[str], None] = 'e9b4406c3d11'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.add_column(
        'rooms',
        sa.Column(
            'equipment',
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
    )
    op.create_index('ix_rooms_equipment', 'rooms', ['equipment'], postgresql_using='gin')
    op.add_column(
        'practitioners',
        sa.Column('specialties', postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
    )
    op.add_column('practitioners', sa.Column('hired_on', sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column('practitioners', 'hired_on')
    op.drop_column('practitioners', 'specialties')
    op.drop_index('ix_rooms_equipment', table_name='rooms', postgresql_using='gin')
    op.drop_column('rooms', 'equipment')
