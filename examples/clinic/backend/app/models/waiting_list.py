"""The waiting list: people who would take an earlier appointment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, HasCreatedAt, HasId
from app.models.person import Person
from app.models.service import Service


class WaitingListEntry(HasId, HasCreatedAt, Base):
    __tablename__ = "waiting_list_entries"
    __table_args__ = (
        Index(
            "uq_waiting_list_entries_open",
            "person_id",
            "service_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_waiting_list_entries_person_id", "person_id"),
        Index("ix_waiting_list_entries_service_id", "service_id"),
    )

    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("people.id", ondelete="CASCADE"))
    service_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("services.id"))
    priority: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    person: Mapped[Person] = relationship()
    service: Mapped[Service] = relationship()
