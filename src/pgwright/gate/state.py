"""Whether a guard is as it was laid: what nothing can stop somebody above it from changing, this shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pgwright.gate import guard, ledger, ownership
from pgwright.gate.guard import EVENT_TRIGGERS, GATE, Connection
from pgwright.gate.statements import statement

Level = Literal["good", "note", "bad"]
AGAIN = "Lay the guard again: pgwright gate install --yes"
INVOKERS = ("on_command", "on_drop", "on_rewrite")  # they run as whoever sent the command


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, and what to do about it."""

    level: Level
    name: str
    text: str
    hint: str = ""


def checks(conn: Connection) -> Iterator[Check]:
    """Everything that a superuser could have changed, and everything that stays outside of the guard."""
    [(version, tier, quorum, exempt, suspended)] = conn.execute(statement("guard")).fetchall()
    yield Check("good" if version == guard.VERSION else "note", "guard", f"version {version}, tier {tier}, quorum {quorum}")
    if suspended:
        yield Check("bad", "suspended", "contents are not checked at the moment", "Resume it: pgwright gate resume")
    if exempt:
        yield Check("note", "exempt", f"the platform's own: {', '.join(exempt)}")
    yield from _triggers(conn, tier)
    yield from _functions(conn)
    yield from _roles(conn)
    yield from _objects(conn)
    [(people, keys)] = conn.execute(statement("signers")).fetchall()
    yield Check("good" if people > 1 else "note", "signers", f"{people} people with {keys} keys")
    damage = ledger.verify(conn, "").damage
    for one in damage:
        yield Check("bad", "ledger", one.message, "pgwright ledger verify compares it with git, too")
    if not damage:
        yield Check("good", "ledger", "its chain is whole; pgwright ledger verify compares it with git, too")


def _triggers(conn: Connection, tier: str) -> Iterator[Check]:
    found: dict[str, str] = dict(conn.execute(statement("triggers")).fetchall())
    wanted = ("seal", "only_append", *(EVENT_TRIGGERS if tier == "T2" else ()))
    wrong = [name for name in wanted if found.get(name) != "A"]
    for name in wrong:
        what = "is disabled or weakened" if name in found else "is missing"
        yield Check("bad", "trigger", f"{name} {what}", AGAIN)
    if not wrong:
        yield Check("good", "triggers", f"{len(wanted)} are there and always fire")


def _functions(conn: Connection) -> Iterator[Check]:
    """Bodies must stand in our files word for word."""
    ours = "".join(guard.text(name) for name in guard.FILES)
    names = re.findall(r"CREATE OR REPLACE FUNCTION pgwright\.(\w+)", ours)
    wrong = []
    found = conn.execute(statement("functions")).fetchall()
    for signature, body, definer, owner, config in found:
        name = signature.removeprefix("pgwright.").partition("(")[0]
        pinned = "search_path=pg_catalog, pg_temp" in config or name == "on_command"
        if f"$${body}$$" not in ours or owner != GATE or not pinned or (definer and name in INVOKERS):
            wrong.append(signature)
    missing = len(names) - len(found)
    for signature in wrong:
        yield Check("bad", "function", f"{signature} is not the one of this version", AGAIN)
    if missing > 0:
        yield Check("bad", "function", f"{missing} functions of the guard are missing", AGAIN)
    if not wrong and missing <= 0:
        yield Check("good", "functions", f"{len(found)} are word for word those of this version")


def _roles(conn: Connection) -> Iterator[Check]:
    for role, member in conn.execute(statement("members")).fetchall():
        hint = f"REVOKE {role} FROM {member}"
        yield Check("bad", "members", f"{member} is a member of {role}", hint)
    for (login,) in conn.execute(statement("makers")).fetchall():
        yield Check("note", "maker", f"{login} made {guard.OWNER} and can grant it to itself")
    for login, what in conn.execute(statement("others")).fetchall():
        yield Check("note", "above", f"{login} has {what}")


def _objects(conn: Connection) -> Iterator[Check]:
    left = ownership.owned(conn)
    for one in left[:10]:
        yield Check("bad", "outside", f"{one.kind.lower()} {one.identity} belongs to {one.owner}", AGAIN)
    for name, owner in conn.execute(statement("definers")).fetchall():
        yield Check("note", "definer", f"{name} runs as {owner}, who can change it")
    for schema, grantee in conn.execute(statement("creators")).fetchall():
        yield Check("bad", "create", f"{grantee} may create in schema {schema}", AGAIN)
    for (name,) in conn.execute(statement("versions_guarded")).fetchall():
        yield Check("bad", "version table", f"{name} can be written without a run", AGAIN)
    if not left:
        yield Check("good", "objects", f"all belong to {guard.OWNER}")
