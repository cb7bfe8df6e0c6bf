"""`pgwright gate install` and `gate remove`: every step can be repeated, so a killed run is gone on with by the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from pgwright.event import Event, OnEvent, silent
from pgwright.gate import guard, ownership, tiers
from pgwright.gate.guard import GATE, OWNER, RUNNER, Connection
from pgwright.gate.guard_refusals import MayNotInstall, NoSigners, NotGuarded
from pgwright.gate.ownership import Thing
from pgwright.gate.signers import Listed
from pgwright.gate.statements import statement
from pgwright.project.address import Address
from pgwright.project.settings import Environment

PLATFORM = ("rdsadmin", "cloudsqladmin", "azuresu", "azure_pg_admin", "supabase_admin", "cloud_admin")


@dataclass(frozen=True, slots=True)
class Plan:
    """What an installation would do, and what it cannot."""

    environment: str
    database: str
    cluster: str
    login: str
    major: int
    tier: str
    why_not_more: str
    moves: tuple[tuple[str, str, str], ...]  # kind, identity, owner
    version_tables: tuple[str, ...]
    steps: tuple[str, ...]
    warnings: tuple[str, ...]
    promise: str
    gaps: tuple[str, ...]
    installed: bool = False
    format: str = "gate-plan/1"


@dataclass(frozen=True, slots=True)
class Installer:
    """A connection to one environment, and what is known about it."""

    conn: Connection
    environment: Environment
    on_event: OnEvent = silent
    pause: Callable[[str], None] = lambda point: None  # tests end the process here

    def tell(self, text: str) -> None:
        """One thing is done."""
        self.on_event(Event("gate", text, level="good"))
        self.pause(text)


@contextmanager
def opened(address: Address, on_event: OnEvent = silent) -> Iterator[Installer]:
    """An installer for the length of the block. Raises Unreachable, Lost, Hindered."""
    with address.session("gate") as conn:
        yield Installer(conn, address.environment, on_event)


def is_guarded(conn: Connection) -> bool:
    """True when a guard is there, complete or not."""
    return bool(conn.execute(statement("laid")).fetchall()[0][0])


def plan(to: Installer) -> Plan:
    """What `install` would do. Changes nothing."""
    conn = to.conn
    [(login, _, _, _, database, cluster, owner)] = conn.execute(statement("me")).fetchall()
    tier, why = tiers.probe(conn)
    major = conn.info.server_version // 10000
    claim = tiers.claim(tier, major)
    things = ownership.owned(conn)
    versions = tuple(name for name, _ in conn.execute(statement("version_tables")))
    moving = sorted({one.owner for one in things})
    steps = (
        f"make the roles {OWNER}, {GATE} and {RUNNER}, and the schema pgwright",
        *(
            f"move {sum(t.owner == who for t in things)} objects from {who} to {OWNER}; {who} keeps reading and writing"
            for who in moving
        ),
        f"let nobody but {OWNER} create objects: schemas, the schema public, the database (now {owner}'s)",
        *(f"let only approved runs write {name}" for name in versions),
        *(["add three event triggers"] if tier == "T2" else []),
    )  # fmt: skip
    return Plan(
        to.environment.name, database, cluster, login, major, tier, why,
        tuple((t.kind, t.identity, t.owner) for t in things), versions, steps, _warnings(conn), claim.promise, claim.gaps,
        installed=is_guarded(conn),
    )  # fmt: skip


def _warnings(conn: Connection) -> tuple[str, ...]:
    """What stays as it is, or changes for the application, and should be known before."""
    found = [f"{name} stays with {who}: it runs with its owner's rights" for name, who in conn.execute(statement("definers"))]
    found += [
        f"{name} has row security without FORCE: its former owner will be bound by the policies"
        for (name,) in conn.execute(statement("row_security"))
    ]
    found += [
        f"{name} has {what}: the guard does not stop it" + (", only its slips" if what == "superuser" else "")
        for name, what in conn.execute(statement("others"))
    ]
    if any(kind == "MATERIALIZED VIEW" for kind, *_ in conn.execute(statement("owned")).fetchall()):
        found.append("materialized views: REFRESH becomes a step of an approved run; before 17 nobody else can be granted it")
    return tuple(found)


def install(to: Installer, signers: Sequence[Listed], *, quorum: int = 1, also: str = "") -> Plan:
    """Do what `plan` says. Raises NoSigners, MayNotInstall and StillInUse; run again, it goes on.

    `also` is SQL for further tables in the schema pgwright that runs write (the runner's journal).
    """
    if not signers:
        raise NoSigners(why="no signer is given", where=".pgwright/allowed_signers")
    planned = plan(to)
    parts: tuple[tuple[str, Callable[[], None]], ...] = (
        ("make roles, schema and functions", lambda: _lay(to, signers, quorum, also)),
        ("move what the application owns", lambda: _move(to)),
        ("take away the right to create objects", lambda: _close(to)),
        ("guard the version tables", lambda: _versions(to)),
        ("add the event triggers", lambda: _watch(to, planned)),
    )
    for name, step in parts:
        try:
            step()
        except psycopg.errors.InsufficientPrivilege as error:
            what = f"it may not {name} ({error.diag.message_primary})"
            raise MayNotInstall(login=planned.login, environment=to.environment.name, what=what) from error
    return planned


def _lay(to: Installer, signers: Sequence[Listed], quorum: int, also: str) -> None:
    conn = to.conn
    first = not is_guarded(conn)
    with conn.transaction():
        query = "SELECT rolname::text FROM pg_roles WHERE rolname = ANY (%s)"
        exempt = [name for (name,) in conn.execute(query, (list(PLATFORM),))]
        guard.lay(conn, quorum=quorum, exempt=exempt, also=also)
        with guard.as_gate(conn):
            if first:
                for one in signers:
                    conn.execute("SELECT pgwright.list_signer(%s, %s, %s, %s)", (one.principal, one.kind, one.key, one.touch))
                names = sorted({one.principal for one in signers})
                conn.execute("SELECT pgwright.note('install', jsonb_build_object('signers', %s::text[], 'version', %s::int))",
                             (names, guard.VERSION))  # fmt: skip
    to.tell("roles, schema and functions are there")


def _move(to: Installer) -> None:
    conn = to.conn
    things = ownership.owned(conn)
    superusers = [name for (name,) in conn.execute("SELECT rolname::text FROM pg_roles WHERE rolsuper")]
    with conn.transaction():
        database, owner = sql.Identifier(conn.info.dbname), sql.Identifier(OWNER)
        conn.execute(sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(database, owner))
        conn.execute(sql.SQL("GRANT USAGE, CREATE ON SCHEMA public TO {}").format(owner))
    with guard.borrowed(conn, OWNER), guard.borrowed(conn):
        for who in sorted({one.owner for one in things} - set(superusers)):
            _future(conn, who)
        with conn.transaction(), guard.acting(conn, OWNER):
            conn.execute("ALTER DEFAULT PRIVILEGES REVOKE TRUNCATE ON TABLES FROM CURRENT_USER")
        for thing in things:
            ownership.take(conn, thing, superusers)
            to.pause(f"moved {thing.identity}")
    to.tell(f"{len(things)} objects belong to {OWNER}")


def _future(conn: Connection, who: str) -> None:
    """What `who` and those it granted defaults to will have on tables that approved runs create."""
    named = sql.Identifier(who).as_string(conn)
    rights = [("", "TABLES", named, ownership.RIGHTS["TABLE"]), ("", "SEQUENCES", named, ownership.RIGHTS["SEQUENCE"]),
              ("", "SCHEMAS", named, "USAGE")]  # fmt: skip
    rights += conn.execute(statement("defaults", role=who)).fetchall()
    with conn.transaction(), guard.acting(conn, OWNER):
        for schema, kind, grantee, right in rights:
            where = f" IN SCHEMA {schema}" if schema else ""
            conn.execute(f"ALTER DEFAULT PRIVILEGES{where} GRANT {right} ON {kind} TO {grantee}".encode())


def _close(to: Installer) -> None:
    """Nobody else creates objects. The database goes to the gate, whom nobody can be: its owner could drop it."""
    conn = to.conn
    [(_, _, _, _, database, _, owner)] = conn.execute(statement("me")).fetchall()
    with conn.transaction(), guard.borrowed(conn):
        for schema, grantee in conn.execute(statement("creators")).fetchall():
            ownership.remember(conn, Thing("CREATE", f"{schema} {grantee}", grantee))
            conn.execute(f"REVOKE CREATE ON SCHEMA {schema} FROM {grantee}".encode())
        if owner != GATE:
            ownership.remember(conn, Thing("DATABASE", sql.Identifier(database).as_string(conn), owner))
            conn.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(database), sql.Identifier(GATE)))
    to.tell(f"only {OWNER} creates objects")


def _versions(to: Installer) -> None:
    conn = to.conn
    names = [name for name, _ in conn.execute(statement("version_tables"))]
    with conn.transaction(), guard.borrowed(conn, OWNER), guard.acting(conn, OWNER):
        for name in names:
            conn.execute(f"DROP TRIGGER IF EXISTS pgwright_version ON {name}".encode())
            conn.execute(
                f"CREATE TRIGGER pgwright_version BEFORE INSERT OR UPDATE OR DELETE ON {name}"
                " FOR EACH STATEMENT EXECUTE FUNCTION pgwright.on_version()".encode()
            )
            conn.execute(f"GRANT SELECT ON {name} TO {RUNNER}".encode())  # where a run stands, it has to read itself
            if not name.startswith("public."):
                conn.execute(f"GRANT USAGE ON SCHEMA {name.rpartition('.')[0]} TO {RUNNER}".encode())
    to.tell(f"version tables: {', '.join(names) or 'none yet'}")


def _watch(to: Installer, planned: Plan) -> None:
    with to.conn.transaction():
        if planned.tier == "T2":
            guard.watch(to.conn)
        else:
            guard.set_tier(to.conn, "T1")
    to.tell(f"the guard is at {planned.tier}")


def remove(to: Installer) -> int:
    """Give everything back and take the guard away; the number of objects that went back. Raises NotGuarded."""
    conn = to.conn
    if not is_guarded(conn):
        raise NotGuarded(environment=to.environment.name)
    with conn.transaction():
        guard.unwatch(conn)
    back = 0
    with guard.borrowed(conn, OWNER, inherit=True), guard.borrowed(conn, inherit=True):
        with conn.transaction(), guard.acting(conn, OWNER):
            for name, is_ours in conn.execute(statement("version_tables")).fetchall():
                if is_ours:
                    conn.execute(f"DROP TRIGGER IF EXISTS pgwright_version ON {name}".encode())
        for thing in ownership.remembered(conn):
            ownership.give_back(conn, thing)
            to.pause(f"gave back {thing.identity}")
            back += 1
        with conn.transaction():
            _reopen(conn)
    with conn.transaction():
        guard.clear(conn)
    to.tell(f"{back} objects went back; the guard is gone")
    return back


def _reopen(conn: Connection) -> None:
    """The rights to create, and the database."""
    rows: list[tuple[Any, ...]] = conn.execute(statement("remembered")).fetchall()
    for kind, identity, owner, _ in rows:
        if kind == "CREATE":
            schema = identity.removesuffix(f" {owner}")
            conn.execute(f"GRANT CREATE ON SCHEMA {schema} TO {owner}".encode())
        elif kind == "DATABASE":
            conn.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.SQL(identity), sql.Identifier(owner)))

