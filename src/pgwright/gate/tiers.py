"""The tiers: what each claims, word for word, and what it does not stop."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from pgwright.gate.guard import Connection, Tier


@dataclass(frozen=True, slots=True)
class Claim:
    """What a tier promises, and its gaps. Each line of both is a row or more of the bypass matrix."""

    tier: str
    promise: str
    gaps: tuple[str, ...]


_ALWAYS = (
    "rows: the application's login can change and delete every row that it may change",
    "locks: whoever may write a table can lock it; set lock_timeout for the application's role",
    "superusers, a platform's master login that made the roles, and the machine itself: shown afterwards, not stopped",
    "an approver's key that an agent may use: require a hardware key's touch, or approvers on other machines",
)
CLAIMS = {
    "T0": Claim("T0", "Nothing is enforced by the database: files and CI only.", ("everything",)),
    "T1": Claim(
        "T1",
        "Only a run that listed people signed can change the schema; what it then sends is checked by the runner, not by"
        " the server.",
        ("contents: a stolen runner login with a fresh approval can send other statements than the signed ones", *_ALWAYS),
    ),
    "T2": Claim(
        "T2",
        "No schema change reaches this database unless listed people signed exactly these statements.",
        (
            "EXPLAIN ANALYZE CREATE TABLE AS creates a table without an event; the fingerprint after a run shows it",
            "VACUUM FULL, CLUSTER, LOCK and (before PostgreSQL 17) REINDEX in an approved run fire no event",
            "an approved run may leave out a step by declaring it done; the ledger and the fingerprint show it",
            *_ALWAYS,
        ),
    ),
}
BEFORE_16 = "PostgreSQL before 16: every login with CREATEROLE can make itself a member of any role, ours too"


def claim(tier: str, major: int) -> Claim:
    """The tier's claim on a server of that major."""
    found = CLAIMS[tier]
    if major >= 16 or tier == "T0":
        return found
    return Claim(found.tier, found.promise, (*found.gaps, BEFORE_16))


def probe(conn: Connection) -> tuple[Tier, str]:
    """The tier that this login can reach here, and why not the next one. Tried in a transaction that is rolled back."""
    try:
        with conn.transaction(force_rollback=True):
            conn.execute("CREATE FUNCTION pg_temp.pgwright_probe() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'")
            conn.execute("CREATE EVENT TRIGGER pgwright_probe ON sql_drop EXECUTE FUNCTION pg_temp.pgwright_probe()")
            conn.execute("ALTER EVENT TRIGGER pgwright_probe ENABLE ALWAYS")
    except psycopg.Error as error:
        return "T1", error.diag.message_primary or type(error).__name__
    return "T2", ""


