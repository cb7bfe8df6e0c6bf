"""What lies between a database and the wish: units of one version table, or of each tenant's, the canary's first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from psycopg import sql

from pgwright.run import journal, stamp, tenants
from pgwright.run.planned import Known, upwards, version_table_of
from pgwright.run.refusals import NotProven, UnknownTenant
from pgwright.run.session import Session
from pgwright.run.tenants import Loop
from pgwright.run.unit import Unit

Units = Callable[[Known, tuple[str, ...]], tuple[Unit, ...]]


@dataclass(frozen=True, slots=True)
class Way:
    """The units in order; `before` is what each tenant records, empty where there is one version table."""

    known: Known
    table: str
    units: tuple[Unit, ...]
    one: tuple[str, ...] = ()  # what the only version table records
    before: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    loop: Loop | None = None

    def heads(self, session: Session) -> tuple[str, ...]:
        """What is recorded now, of all tenants together."""
        if self.loop is None:
            return stamp.heads(session.conn, self.table)
        return tuple(sorted({head for name in self.before for head in _heads(session, self.loop, name)}))

    def to(self, tenant: str, revision: str, environment: str) -> tuple[Unit, ...]:
        """The units up to a revision, of the tenant that has begun it."""
        if self.loop is None:
            return upwards(self.known, self.one, revision, environment)
        units_of: Units = lambda known, heads: upwards(known, heads, revision, environment)  # noqa: E731
        return _of_tenant(self.known, self.loop, tenant, units_of, self.before[tenant])


def way_of(session: Session, known: Known, units_of: Units, tenant: str | None, canary: str | None) -> Way:
    """The way for the database as it is. Raises UnknownTenant and NotPerTenant."""
    table = version_table_of(known.proofs.values())
    found = tenants.loop(known)
    names = tenants.present(session, found) if found else ()
    if found is None or not names:
        if tenant or canary:
            raise UnknownTenant(environment=session.name, tenant=tenant or canary, known="one version table, and no tenants")
        one = stamp.heads(session.conn, table)
        return Way(known, table, units_of(known, one), one)
    for asked in (tenant, canary):
        if asked and asked not in names:
            raise UnknownTenant(environment=session.name, tenant=asked, known=", ".join(names))
    before = {name: _heads(session, found, name) for name in names}
    order = [tenant] if tenant else sorted(names, key=lambda name: (name != _begun(session), name != canary, name))
    units: list[Unit] = []
    for name in order:
        units += _of_tenant(known, found, name, units_of, before[name])
    return Way(known, table, tuple(units), (), before, found)


def _of_tenant(known: Known, found: Loop, name: str, units_of: Units, heads: tuple[str, ...]) -> tuple[Unit, ...]:
    written, refused = tenants.known_for(known, found, name)
    try:
        units = units_of(written, heads)
    except NotProven as error:
        for revision, refusal in refused.items():
            if error.facts.get("revision") == revision:
                raise refusal from None
        raise
    return tenants.of_tenant(units, found, name)


def _begun(session: Session) -> str:
    """The tenant with a unit that is not finished: it goes first, whoever the canary is."""
    if not journal.exists(session) or not session.look("has_tenant")[0][0]:
        return ""
    noted = journal.open_unit(session)
    return noted.tenant if noted is not None else ""


def _heads(session: Session, found: Loop, tenant: str) -> tuple[str, ...]:
    return stamp.heads(session.conn, sql.Identifier(tenant, found.table).as_string(None))
