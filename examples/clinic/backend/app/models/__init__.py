"""All mapped classes. Importing this package is what fills `Base.metadata`."""

from app.models.appointment import Appointment, AppointmentNote, AppointmentStatus
from app.models.insurance_policy import InsurancePolicy
from app.models.invoice import Invoice, InvoiceLine, InvoiceStatus
from app.models.payment import Payment, PaymentMethod
from app.models.person import Person
from app.models.practitioner import Practitioner
from app.models.room import Room
from app.models.service import Service
from app.models.site import Site
from app.models.waiting_list import WaitingListEntry

__all__ = [
    "Appointment",
    "AppointmentNote",
    "AppointmentStatus",
    "InsurancePolicy",
    "Invoice",
    "InvoiceLine",
    "InvoiceStatus",
    "Payment",
    "PaymentMethod",
    "Person",
    "Practitioner",
    "Room",
    "Service",
    "Site",
    "WaitingListEntry",
]
