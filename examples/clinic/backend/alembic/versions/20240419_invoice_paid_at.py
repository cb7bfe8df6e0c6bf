"""When an invoice was paid: column, and its value for the invoices that are

Revision ID: 20240419_invoice_paid_at
Revises: 20240206_room_equipment
Create Date: 2024-04-19 13:20:00

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

revision: str = '20240419_invoice_paid_at'
down_revision: Union[str, Sequence[str], None] = '20240206_room_equipment'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.add_column('invoices', sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True))
    op.execute(
        """
        UPDATE invoices
           SET paid_at = last.received_at
          FROM (SELECT invoice_id, max(received_at) AS received_at FROM payments GROUP BY invoice_id) AS last
         WHERE last.invoice_id = invoices.id
           AND invoices.status = 'paid'
        """
    )


def downgrade() -> None:
    op.drop_column('invoices', 'paid_at')
