"""The clinic at work: its own billing code, on a fixed schedule, from several threads.

Latency is counted from the moment at which a transaction was due, not from the moment at which a thread was free for it:
a stall is then seen by everybody who had to wait for it.
"""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sample:
    """One transaction: when it was due, how many seconds it took from then, and the error that the application saw."""

    due: float
    took: float
    error: str = ""


@dataclass
class Load:
    """Transactions of the clinic from `start` to `stop`; `rate` of them are due each second."""

    invoices: int
    rate: float = 60.0
    threads: int = 6
    samples: list[Sample] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _running: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin, once every thread is connected. The application's package and CLINIC_DATABASE_URL must be in place."""
        from app.db.session import make_sessions

        sessions, ready = make_sessions(), threading.Barrier(self.threads + 1)
        for number in range(self.threads):
            thread = threading.Thread(target=self._work, args=(sessions, ready, number), daemon=True)
            thread.start()
            self._running.append(thread)
        ready.wait()

    def stop(self) -> None:
        """End, and wait for the transactions that are under way."""
        self._over.set()
        for thread in self._running:
            thread.join()

    def _work(self, sessions, ready: threading.Barrier, number: int) -> None:
        for _ in range(3):  # connected and compiled before anything counts
            with sessions.begin() as session:
                _transaction(session, number + 1)
        ready.wait()
        turn, begin = number, time.time()
        while not self._over.is_set():
            due = begin + turn / self.rate
            time.sleep(max(0.0, due - time.time()))
            error = ""
            try:
                with sessions.begin() as session:
                    _transaction(session, random.randint(1, self.invoices))
            except Exception as problem:
                error = f"{type(problem).__name__}: {problem}".splitlines()[0]
            self.samples.append(Sample(due, time.time() - due, error))
            turn += self.threads


def _transaction(session, invoice_id: int) -> None:
    """Half of them look at the payments of an invoice, half record one more."""
    from app.models import Invoice, PaymentMethod
    from app.services.billing import pay

    invoice = session.get_one(Invoice, invoice_id)
    if random.random() < 0.5:
        sum(payment.amount_cents for payment in invoice.payments)
    else:
        pay(session, invoice, random.randint(1, 5000), PaymentMethod.card)
