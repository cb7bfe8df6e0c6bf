"""backup: take one, restore it on a throw-away server, and say what it is worth."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

from pgwright.errors import Refusal
from pgwright.event import Event, OnEvent, silent
from pgwright.gate.policy import policy_of
from pgwright.gate.request import decision_on
from pgwright.project import Project
from pgwright.project.address import address_of
from pgwright.project.kept import keep, kept_file, kept_proofs
from pgwright.records import from_json
from pgwright.run import stamp
from pgwright.run.backup import dump, physical, programs, restore_point
from pgwright.run.backup.ladder import Place, Worth, worth
from pgwright.run.backup.record import Backup, Connection, Content, Own
from pgwright.run.backup.refusals import Damaged, NoBackup, NoRoom, NotBackedUp, RestoredDiffers
from pgwright.run.planned import version_table_of
from pgwright.run.session import Session
from pgwright.run.unit import Unit
from pgwright.shadow.binaries import find
from pgwright.shadow.server import start
from pgwright.verbs import backup_listed

ABOUT = "SELECT current_database()::text, (SELECT system_identifier::text FROM pg_control_system())"
# The name may be that of a .backup or .history file. Nothing counts when the last try failed, or nothing is tried any more.
ARCHIVED = """
SELECT substring(last_archived_wal FROM '^[0-9A-F]{24}') FROM pg_stat_archiver
WHERE current_setting('archive_mode') <> 'off' AND (last_failed_time IS NULL OR last_failed_time < last_archived_time)
"""
ROLES = "SELECT rolname::text FROM pg_roles WHERE rolname !~ '^pg_' AND NOT rolsuper ORDER BY 1"


@dataclass(frozen=True, slots=True)
class Checked:
    """A backup and what it is worth."""

    backup: Backup
    level: str
    why: str = ""
    format: str = "backup-check/1"


def take(
    project: Project, environment: str, folder: Path, provider: Own = "pg_dump", *, variable: str | None = None,
    on_event: OnEvent = silent,
) -> Backup:  # fmt: skip
    """Take a backup into `folder` and record it. Raises CannotTake and NoRoom."""
    address = address_of(project.settings, environment, variable=variable)
    now = datetime.now(UTC).replace(microsecond=0)
    id = f"{environment}-{now:%Y%m%dT%H%M%SZ}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NoRoom(folder=folder, why=error.strerror or error) from None
    with address.session("backup") as conn:
        here = _place(project, conn, environment)
        binaries = find(conn.info.server_version // 10000)
        roles = tuple(name for (name,) in conn.execute(ROLES))
        on_event(Event("backup", f"{provider} of {here.database}"))
        place = folder / (f"{id}.dump" if provider == "pg_dump" else id)
        taken = dump.take if provider == "pg_dump" else physical.take
        digest, content = taken(conn, address, binaries, place)
        backup = Backup(
            provider, id, now.isoformat(), environment, here.database, here.identifier, binaries.major, here.revisions,
            str(place.resolve()), digest, content, roles,
        )  # fmt: skip
    keep(project, "backups", environment, backup)
    return backup


def verify(
    project: Project, environment: str, *, variable: str | None = None, on_event: OnEvent = silent
) -> Backup:
    """Restore the newest backup that the environment's provider lists, or the one on record, and compare it.

    One of our own that was never restored comes first.
    Raises NoBackup, Damaged, RestoreFailed, RestoredDiffers, and what backup_listed.verify raises.
    """
    backup, chosen = recorded(project, environment), backup_listed.provider_of(project, environment)
    ours = backup is not None and backup.provider in get_args(Own)
    if chosen and not (ours and backup and (not backup.restored or chosen.provider.lay is None)):
        with address_of(project.settings, environment, variable=variable).session("backup") as conn:
            here = _place(project, conn, environment)
            proven = backup_listed.verify(project, chosen, conn, here, on_event)
        keep(project, "backups", environment, proven)
        return proven
    if backup is None:
        raise NoBackup(environment=environment)
    _require_bytes(backup)
    on_event(Event("restore", f"{backup.id} on a throw-away server"))
    _require_equal(backup, _restored(backup))
    proven = replace(backup, restored=datetime.now(UTC).replace(microsecond=0).isoformat())
    keep(project, "backups", environment, proven)
    return proven


def check(project: Project, environment: str, allowed: timedelta, *, variable: str | None = None) -> Checked:
    """What the best backup is worth for the database as it is now. Raises NoBackup, and what reading a listing raises."""
    if recorded(project, environment) is None and backup_listed.provider_of(project, environment) is None:
        raise NoBackup(environment=environment)
    with address_of(project.settings, environment, variable=variable).session("backup") as conn:
        here = _place(project, conn, environment)
    backup, found = _best(project, here, allowed)
    if backup is None:
        raise NoBackup(environment=environment)
    return Checked(backup, found.level, found.why.message if found.why else "")


def require(project: Project, session: Session, units: Sequence[Unit], heads: tuple[str, ...]) -> None:
    """Before production is changed: a restore point, and a backup that is worth what [policy] wants. Raises NotBackedUp."""
    if session.address.environment.kind != "production" or not units:
        return
    policy = policy_of(project.settings.policy)
    point = restore_point.write(session, units[0].revision)
    if max(policy.backup, policy.backup_for_loss) == "B0":
        return
    archived = _archived(session.conn)
    here = Place(session.name, session.about.database, session.about.identifier, heads, archived)
    try:
        _, found = _best(project, here, timedelta(hours=policy.backup_hours), restore_point=point)
    except Refusal as refusal:  # a listing that cannot be read is no backup
        found = Worth("B0", refusal)
    for unit in units:
        decision = decision_on(unit.proof, policy, session.address.environment, unit.direction)
        loses = decision.tier in ("human", "forbidden")
        wanted = max(policy.backup, policy.backup_for_loss) if loses else policy.backup
        if found.level < wanted:
            why = found.why.message if found.why else "It was not restored, or no restore point could be written."
            raise NotBackedUp(
                revision=unit.revision, environment=session.name, wanted=wanted, level=found.level, why=why
            )


def recorded(project: Project, environment: str) -> Backup | None:
    """The backup on record, or None."""
    file = kept_file(project, "backups", environment)
    return from_json(Backup, json.loads(file.read_text("utf-8"))) if file.is_file() else None


def _best(
    project: Project, here: Place, allowed: timedelta, *, restore_point: bool = False
) -> tuple[Backup | None, Worth]:
    """The backup on record or the newest that the provider lists, whichever is worth more.

    Raises what reading the listing raises, unless one of our own is on record.
    """
    record = recorded(project, here.environment)
    found = [record]
    if chosen := backup_listed.provider_of(project, here.environment):
        try:
            found = backup_listed.candidates(project, chosen, here.environment, record)
        except Refusal:
            if record is None or record.provider not in get_args(Own):
                raise
    now = datetime.now(UTC)
    judged = [(one, worth(one, here, now, allowed, restore_point=restore_point)) for one in found]
    return max(judged, key=lambda one: one[1].level)


def _place(project: Project, conn: Connection, environment: str) -> Place:
    [(database, identifier)] = conn.execute(ABOUT.encode()).fetchall()
    table = version_table_of(kept_proofs(project))
    return Place(environment, database, identifier, stamp.heads(conn, table), _archived(conn))


def _archived(conn: Connection) -> str:
    row = conn.execute(ARCHIVED.encode()).fetchone()
    return str(row[0] or "") if row else ""


def _require_bytes(backup: Backup) -> None:
    where = Path(backup.location)
    file = where if backup.provider == "pg_dump" else where / physical.MANIFEST
    if not file.is_file():
        raise Damaged(backup=backup.id, why=f"{file} is not there")
    if programs.digest_of(file) != backup.digest:
        raise Damaged(backup=backup.id, why=f"{file.name} has other bytes ({file.stat().st_size} of them) than were written")
    if backup.provider == "pg_basebackup":
        physical.require_whole(find(backup.major), where, backup.id)


def _restored(backup: Backup) -> Content:
    binaries, where = find(backup.major), Path(backup.location)
    if backup.provider == "pg_basebackup":
        return physical.restore(binaries, where, backup.database, backup.id)
    with start(binaries) as server:
        return dump.restore(server, binaries, where, backup.id, backup.roles)


def _require_equal(backup: Backup, found: Content) -> None:
    if found.fingerprint != backup.content.fingerprint:
        raise RestoredDiffers(backup=backup.id, why="its schema is another")
    for then, now in zip(backup.content.rows, found.rows, strict=False):
        if then != now:
            told = f"{then[0]} has {now[1]} rows, and had {then[1]}" if then[1] != now[1] else f"rows of {then[0]} differ"
            raise RestoredDiffers(backup=backup.id, why=told)
