"""Appointments, and the notes that practitioners write about them."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Enum, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, HasCreatedAt, HasId
from app.models.person import Person
from app.models.practitioner import Practitioner
from app.models.room import Room


class AppointmentStatus(enum.Enum):
    requested = "requested"
    booked = "booked"
    arrived = "arrived"
    completed = "completed"
    cancelled = "cancelled"


class Appointment(HasId, HasCreatedAt, Base):
    __tablename__ = "appointments"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("ix_appointments_person_id", "person_id"),
        Index("ix_appointments_room_id", "room_id"),
        Index("ix_appointments_service_id", "service_id"),
        Index(
            "ix_appointments_practitioner_id_starts_at_booked",
            "practitioner_id",
            "starts_at",
            postgresql_where=text("status = 'booked'::appointment_status"),
        ),
    )

    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("people.id"))
    practitioner_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("practitioners.id"))
    room_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("rooms.id", ondelete="SET NULL"))
    service_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("services.id"))
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    status: Mapped[AppointmentStatus] = mapped_column(
        Enum(AppointmentStatus, name="appointment_status"), server_default="requested"
    )
    reason: Mapped[str | None] = mapped_column(Text)

    person: Mapped[Person] = relationship(back_populates="appointments")
    practitioner: Mapped[Practitioner] = relationship()
    room: Mapped[Room | None] = relationship()
    notes: Mapped[list[AppointmentNote]] = relationship(back_populates="appointment", cascade="all, delete-orphan")


class AppointmentNote(HasId, HasCreatedAt, Base):
    __tablename__ = "appointment_notes"
    __table_args__ = (
        Index("ix_appointment_notes_appointment_id", "appointment_id"),
        Index("ix_appointment_notes_author_id", "author_id"),
    )

    appointment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("appointments.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("practitioners.id"))
    body: Mapped[str] = mapped_column(Text)

    appointment: Mapped[Appointment] = relationship(back_populates="notes")
    author: Mapped[Practitioner] = relationship()
