"""How much a backup is worth: B0 none, B1 one on record, B2 fresh and of this database and its revisions, B3 and a restore
point was written, B4 and a copy was restored and compared.

A backup that is only listed says nothing of revisions. It is worth B2 when its cluster is known and every WAL segment that the
server archived is in the same archive: then it can be brought to any moment since.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pgwright.errors import Refusal
from pgwright.run.backup.record import Backup
from pgwright.run.backup.refusals import NoBackup, OnlyListed, OtherDatabase, OtherRevisions, Stale

CLOCKS = timedelta(minutes=10)  # by which two machines may differ


@dataclass(frozen=True, slots=True)
class Place:
    """The database as it is now."""

    environment: str
    database: str
    identifier: str
    revisions: tuple[str, ...]
    archived: str = ""  # the last WAL segment that its server archived; empty when it archives none, or the last try failed


@dataclass(frozen=True, slots=True)
class Worth:
    """The level, and what keeps it from being higher."""

    level: str
    why: Refusal | None = None


def worth(backup: Backup | None, here: Place, now: datetime, allowed: timedelta, *, restore_point: bool = False) -> Worth:
    """What the backup on record is worth here and now. A drill is forgotten when it is older than what is allowed."""
    if backup is None:
        return Worth("B0", NoBackup(environment=here.environment))
    for wrong in (_database(backup, here), _age(backup, here, now, allowed), _revisions(backup, here)):
        if wrong is not None:
            return Worth("B1", wrong)
    if backup.restored and now - _moment(backup.restored) <= allowed:
        return Worth("B4")
    return Worth("B3" if restore_point else "B2")


def _database(backup: Backup, here: Place) -> Refusal | None:
    theirs, ours = (backup.identifier, backup.database), (here.identifier, here.database)
    if backup.listed:  # of a whole cluster
        theirs = (backup.identifier or here.identifier, here.database)
    if theirs == ours:
        return None
    told = [f"{name} of cluster {identifier}" for identifier, name in (theirs, ours)]
    return OtherDatabase(backup=backup.id, environment=here.environment, theirs=told[0], ours=told[1])


def _age(backup: Backup, here: Place, now: datetime, allowed: timedelta) -> Refusal | None:
    age = now - _moment(backup.taken)
    if -CLOCKS <= age <= allowed:  # a time that is still to come is no time
        return None
    hours = [f"{one.total_seconds() / 3600:.0f} h" for one in (age, allowed)]
    return Stale(backup=backup.id, environment=here.environment, age=hours[0], allowed=hours[1])


def _revisions(backup: Backup, here: Place) -> Refusal | None:
    if backup.listed:
        return _reach(backup, here)
    if backup.revisions == here.revisions:
        return None
    told = [", ".join(one) or "base" for one in (backup.revisions, here.revisions)]
    return OtherRevisions(backup=backup.id, environment=here.environment, then=told[0], now=told[1])


def _reach(backup: Backup, here: Place) -> Refusal | None:
    """With all WAL that was written since, a backup reaches the revisions of now, whatever it was taken at."""
    lacks = ""
    if not backup.identifier:
        lacks = "it does not say of which cluster it is"
    elif not here.archived:
        lacks = "the server archives no WAL, or could not lately, so that it reaches no later revision"
    elif backup.archived < here.archived:
        lacks = f"its archive goes to {backup.archived or 'no WAL segment'}, and the server archived {here.archived}"
    return OnlyListed(provider=backup.provider, backup=backup.id, lacks=lacks, environment=here.environment) if lacks else None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
