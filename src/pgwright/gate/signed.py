"""Texts that change the guard itself, to be signed by people with `ssh-keygen -Y sign -n pgwright`, and handed in."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

import psycopg
from psycopg import sql

from pgwright.gate import guard
from pgwright.gate.guard_refusals import Refused
from pgwright.gate.install import Installer, is_guarded
from pgwright.gate.statements import statement

Form = Literal["signers", "suspend", "resume"]
FUNCTIONS = {"signers": "change_signers", "suspend": "suspend", "resume": "resume"}


def draft(to: Installer, form: Form, lines: Sequence[str] = (), *, hours: float = 24) -> str:
    """The text to sign: for this database, once, and not for longer than `hours`."""
    [(_, _, _, _, database, cluster, _)] = to.conn.execute(statement("me")).fetchall()
    expires = (datetime.now(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
    head = {"format": f"{form}/1", "environment": to.environment.name, "cluster": cluster, "database": database}
    tail = {"expires": expires, "nonce": secrets.token_hex(16)}
    return "".join([*(f"{k}: {v}\n" for k, v in (head | tail).items()), *(f"{line}\n" for line in lines)])


def hand_in(to: Installer, form: Form, document: str, signatures: Sequence[str]) -> None:
    """Do what the signed text says. Raises Refused with the guard's own words.

    For `suspend` the event triggers go as well (a major upgrade of some platforms refuses them), for `resume` they come
    back, as far as this login may do that.
    """
    named = sql.Identifier("pgwright", FUNCTIONS[form])
    try:
        with to.conn.transaction():
            to.conn.execute(sql.SQL("SELECT {}(%s, %s)").format(named), (document, list(signatures)))
            if form != "signers" and is_guarded(to.conn):
                _event_triggers(to, form)
    except psycopg.errors.InsufficientPrivilege as error:
        message = (error.diag.message_primary or "it said no").removeprefix("pgwright: ")
        raise Refused(environment=to.environment.name, message=message, hint=error.diag.message_hint or "") from error
    to.tell(f"{form}: done, and in the ledger")


def _event_triggers(to: Installer, form: Form) -> None:
    [(_, tier, _, _, _)] = to.conn.execute(statement("guard")).fetchall()
    if tier != "T2":
        return
    try:
        with to.conn.transaction():
            if form == "suspend":
                guard.unwatch(to.conn)
            else:
                guard.watch(to.conn)
    except psycopg.errors.InsufficientPrivilege:
        if form == "resume":
            raise
