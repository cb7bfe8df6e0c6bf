"""Invoices and their lines."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    CHAR,
    BigInteger,
    CheckConstraint,
    DateTime,
    Enum,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, HasCreatedAt, HasId
from app.models.person import Person
from app.models.service import Service

if TYPE_CHECKING:
    from app.models.payment import Payment


class InvoiceStatus(enum.Enum):
    draft = "draft"
    issued = "issued"
    paid = "paid"
    void = "void"


class Invoice(HasId, HasCreatedAt, Base):
    __tablename__ = "invoices"
    __table_args__ = (
        CheckConstraint("total_cents >= 0", name="total_not_negative"),
        CheckConstraint("due_on IS NULL OR issued_on IS NULL OR due_on >= issued_on", name="due_after_issue"),
        Index("ix_invoices_person_id_issued_on", "person_id", "issued_on"),
    )

    number: Mapped[str] = mapped_column(String(20), unique=True)
    public_id: Mapped[uuid.UUID] = mapped_column(Uuid, server_default=text("gen_random_uuid()"), unique=True)
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("people.id"))
    status: Mapped[InvoiceStatus] = mapped_column(Enum(InvoiceStatus, name="invoice_status"), server_default="draft")
    currency: Mapped[str] = mapped_column(CHAR(3), server_default="GBP")
    total_cents: Mapped[int] = mapped_column(Integer, server_default="0")
    issued_on: Mapped[date | None]
    due_on: Mapped[date | None]
    paid_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    person: Mapped[Person] = relationship(back_populates="invoices")
    lines: Mapped[list[InvoiceLine]] = relationship(back_populates="invoice", cascade="all, delete-orphan")
    payments: Mapped[list[Payment]] = relationship(back_populates="invoice")


class InvoiceLine(HasId, Base):
    __tablename__ = "invoice_lines"
    __table_args__ = (
        UniqueConstraint("invoice_id", "position"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_invoice_lines_service_id", "service_id"),
    )

    invoice_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("invoices.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(SmallInteger)
    service_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("services.id"))
    description: Mapped[str] = mapped_column(String(300))
    quantity: Mapped[int] = mapped_column(Integer, server_default="1")
    unit_price_cents: Mapped[int] = mapped_column(Integer)

    invoice: Mapped[Invoice] = relationship(back_populates="lines")
    service: Mapped[Service | None] = relationship()
