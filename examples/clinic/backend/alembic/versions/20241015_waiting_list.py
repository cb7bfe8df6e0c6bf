"""Waiting list

Revision ID: 20241015_waiting_list
Revises: 20240628_ix_booked
Create Date: 2024-10-15 16:05:00

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

revision: str = '20241015_waiting_list'
down_revision: Union[str, Sequence[str], None] = '20240628_ix_booked'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.create_table(
        'waiting_list_entries',
        sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column('person_id', sa.BigInteger(), nullable=False),
        sa.Column('service_id', sa.BigInteger(), nullable=False),
        sa.Column('priority', sa.SmallInteger(), server_default='0', nullable=False),
        sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.PrimaryKeyConstraint('id', name='pk_waiting_list_entries'),
        sa.ForeignKeyConstraint(['person_id'], ['people.id'], name='fk_waiting_list_entries_person_id', ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['service_id'], ['services.id'], name='fk_waiting_list_entries_service_id'),
    )
    op.create_index('ix_waiting_list_entries_person_id', 'waiting_list_entries', ['person_id'])
    op.create_index('ix_waiting_list_entries_service_id', 'waiting_list_entries', ['service_id'])
    op.create_index(
        'uq_waiting_list_entries_open',
        'waiting_list_entries',
        ['person_id', 'service_id'],
        unique=True,
        postgresql_where=sa.text('closed_at IS NULL'),
    )


def downgrade() -> None:
    op.drop_table('waiting_list_entries')
