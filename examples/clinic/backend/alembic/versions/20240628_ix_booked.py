"""Index for the booking page: a practitioner's booked appointments

Built concurrently, as appointments are written all day.

Revision ID: 20240628_ix_booked
Revises: 20240419_invoice_paid_at
Create Date: 2024-06-28 07:15:00

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

revision: str = '20240628_ix_booked'
down_revision: Union[str, Sequence[str], None] = '20240419_invoice_paid_at'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

INDEX = 'ix_appointments_practitioner_id_starts_at_booked'


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(INDEX, table_name='appointments', if_exists=True, postgresql_concurrently=True)
        op.create_index(
            INDEX,
            'appointments',
            ['practitioner_id', 'starts_at'],
            postgresql_where=sa.text("status = 'booked'"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(INDEX, table_name='appointments', postgresql_concurrently=True)
