"""Booking: an appointment takes a practitioner's time and, when it needs one, a room."""

from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.models import Appointment, AppointmentStatus, Person, Practitioner, Room, Service


class NotFree(ValueError):
    """The practitioner has another appointment at that time."""


def book(
    session: Session,
    person: Person,
    practitioner: Practitioner,
    service: Service,
    at: datetime,
    room: Room | None = None,
) -> Appointment:
    """Book `service` for `person`, or raise NotFree."""
    until = at + timedelta(minutes=service.duration_minutes)
    if session.scalar(select(overlapping(practitioner, at, until))):
        raise NotFree(f"practitioner {practitioner.id} is not free at {at:%Y-%m-%d %H:%M}")
    appointment = Appointment(
        person=person,
        practitioner=practitioner,
        service_id=service.id,
        room=room,
        starts_at=at,
        ends_at=until,
        status=AppointmentStatus.booked,
    )
    session.add(appointment)
    session.flush()
    return appointment


def overlapping(practitioner: Practitioner, start: datetime, end: datetime):
    """Whether a booked appointment of the practitioner overlaps the period; served by the partial index."""
    return exists().where(
        Appointment.practitioner_id == practitioner.id,
        Appointment.status == AppointmentStatus.booked,
        Appointment.starts_at < end,
        Appointment.ends_at > start,
    )
