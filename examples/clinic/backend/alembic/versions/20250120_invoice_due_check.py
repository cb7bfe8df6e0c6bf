"""An invoice is due on or after the day it is issued: for new rows

Revision ID: 20250120_invoice_due_check
Revises: 20241015_waiting_list
Create Date: 2025-01-20 09:10:00

"""
from typing import Sequence, Union

from alembic import op

revision: str = '20250120_invoice_due_check'
down_revision: Union[str, Sequence[str], None] = '20241015_waiting_list'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE invoices ADD CONSTRAINT ck_invoices_due_after_issue"
        " CHECK (due_on IS NULL OR issued_on IS NULL OR due_on >= issued_on) NOT VALID"
    )


def downgrade() -> None:
    op.drop_constraint(op.f('ck_invoices_due_after_issue'), 'invoices', type_='check')
