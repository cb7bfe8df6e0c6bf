"""Backups that others take: what their provider lists, and a copy that was restored, recovered and compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pgwright.event import Event, OnEvent
from pgwright.project import Project
from pgwright.project.kept import kept_proofs
from pgwright.run.backup import asking, recovery
from pgwright.run.backup.ladder import Place
from pgwright.run.backup.provider import Lay, Laying, Listed
from pgwright.run.backup.providers import Chosen, chosen
from pgwright.run.backup.record import Backup, Connection, Content, schema_of
from pgwright.run.backup.refusals import (
    NoneWhole,
    NotRestorable,
    OtherDatabase,
    OtherRevisions,
    RestoredDiffers,
    RestoreFailed,
)
from pgwright.run.planned import version_table_of
from pgwright.schema.fingerprint import fingerprint
from pgwright.shadow.binaries import find

SEGMENT = "SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size'"


def provider_of(project: Project, environment: str) -> Chosen | None:
    """The provider that pgwright.toml names for the environment, or None. Raises UnknownEnvironment and BadSettings."""
    return chosen(project.settings.environment_named(environment), project.settings.source)


def candidates(project: Project, by: Chosen, environment: str, record: Backup | None) -> list[Backup | None]:
    """The newest whole backup that is listed, and the one on record unless it is of this provider and listed no more.

    Raises ProviderFailed, ProviderUnreadable, NoneWhole.
    """
    listed = asking.listing(by, environment, project.root)
    whole = {one.id for one in listed if not one.wrong}
    kept = [record] if record and (record.provider != by.provider.name or record.id in whole) else []
    return [*kept, _noted(by, environment, _newest(by, environment, listed))]


def verify(project: Project, by: Chosen, conn: Connection, here: Place, on_event: OnEvent) -> Backup:
    """The newest whole backup, restored, recovered to the newest WAL of its archive, and equal to the database of now.

    Raises what `candidates` raises, NotRestorable, and as a restored copy is: Damaged, RestoreFailed, OtherDatabase,
    OtherRevisions, RestoredDiffers.
    """
    listed = asking.listing(by, here.environment, project.root)
    newest = _newest(by, here.environment, listed)
    for one in listed:
        if one.wrong:
            on_event(Event("backup", f"{one.id} does not count: {one.wrong}", level="note"))
    lay = by.provider.lay
    if lay is None:
        raise NotRestorable(provider=by.provider.name, backup=newest.id, environment=here.environment)
    if newest.identifier not in ("", here.identifier):
        told = (f"any of cluster {newest.identifier}", f"{here.database} of cluster {here.identifier}")
        raise OtherDatabase(backup=newest.id, environment=here.environment, theirs=told[0], ours=told[1])
    on_event(Event("restore", f"{newest.id} on a throw-away server, with the WAL to {newest.archived or 'its end'}"))
    [(segment,)] = conn.execute(SEGMENT.encode()).fetchall()
    found = _restored(project, by, lay, Laying(newest, by.name, Path(), segment), conn.info.server_version // 10000, here)
    if found.revisions != here.revisions:
        then, now = (", ".join(one) or "base" for one in (found.revisions, here.revisions))
        raise OtherRevisions(backup=newest.id, environment=here.environment, then=then, now=now)
    if found.content.fingerprint != fingerprint(schema_of(conn)):
        raise RestoredDiffers(backup=newest.id, why=f"its schema is another than that of {here.environment}")
    now = datetime.now(UTC).replace(microsecond=0).isoformat()
    return _noted(by, here.environment, newest, here, found, now)


def _restored(project: Project, by: Chosen, lay: Lay, laying: Laying, major: int, here: Place) -> recovery.Recovered:
    """What a copy of it holds. Raises RestoreFailed, Damaged and OtherDatabase; nothing of the copy stays."""
    binaries, table, id = find(major), version_table_of(kept_proofs(project)), laying.listed.id
    with TemporaryDirectory(prefix="pgwright-restore-") as room:
        data = Path(room) / "data"
        data.mkdir(mode=0o700)
        if why := lay(lambda words: asking.complaint(by, words, project.root), replace(laying, folder=data)):
            raise RestoreFailed(backup=id, why=why)
        if not (data / "PG_VERSION").is_file():
            raise RestoreFailed(backup=id, why=f"{by.command[0]} ended well and left no copy")
        return recovery.recovered(binaries, data, here, table, id)


def _newest(by: Chosen, environment: str, listed: tuple[Listed, ...]) -> Listed:
    whole = [one for one in listed if not one.wrong]
    if not whole:
        wrong = "; ".join(f"{one.id}: {one.wrong}" for one in listed[-3:])
        raise NoneWhole(provider=by.provider.name, environment=environment, why=wrong or "there is none at all")
    return max(whole, key=lambda one: datetime.fromisoformat(one.taken))


def _noted(
    by: Chosen, environment: str, listed: Listed, here: Place | None = None, found: recovery.Recovered | None = None,
    restored: str = "",
) -> Backup:  # fmt: skip
    """The record of a listed backup; with `found`, of one that was restored."""
    return Backup(
        provider=by.provider.name, id=listed.id, taken=listed.taken, environment=environment,
        database=here.database if here else "", identifier=found.identifier if found else listed.identifier,
        major=listed.major, revisions=found.revisions if found else (), location=by.name, digest="",
        content=found.content if found else Content(""), restored=restored, listed=found is None,
        archived=listed.archived, recovered=found.at if found else "",
    )  # fmt: skip
