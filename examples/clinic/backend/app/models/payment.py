"""Payments that came in for invoices."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Enum, ForeignKey, Index, Integer, String, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, HasId
from app.models.invoice import Invoice


class PaymentMethod(enum.Enum):
    card = "card"
    cash = "cash"
    transfer = "transfer"
    insurer = "insurer"


class Payment(HasId, Base):
    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("amount_cents <> 0", name="amount_not_zero"),
        Index("ix_payments_invoice_id", "invoice_id"),
    )

    invoice_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("invoices.id"))
    method: Mapped[PaymentMethod] = mapped_column(Enum(PaymentMethod, name="payment_method"))
    amount_cents: Mapped[int] = mapped_column(Integer)
    reference: Mapped[str | None] = mapped_column(String(100))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    invoice: Mapped[Invoice] = relationship(back_populates="payments")
