"""A copy of a cluster is recovered to the newest WAL that lies in it, and read.

PostgreSQL asks for no more WAL than is there (`restore_command = false`): what is missing is an end that is too early, which
is seen, and not a wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psycopg

from pgwright.run import stamp
from pgwright.run.backup import physical
from pgwright.run.backup.asking import SEGMENT
from pgwright.run.backup.ladder import Place
from pgwright.run.backup.record import Content, content_of
from pgwright.run.backup.refusals import Damaged, OtherDatabase, RestoreFailed
from pgwright.shadow.binaries import Binaries
from pgwright.shadow.copying import NotPlain
from pgwright.shadow.image import BrokenImage
from pgwright.shadow.server import DidNotStart, Server, ServerDied, start

PATIENCE = 24 * 3600.0
# Hot standby would ask for settings at least as large as production's (PostgreSQL documentation, 27.4.3).
MORE = {"restore_command": "false", "hot_standby": "off"}
TOLD = """
SELECT (SELECT system_identifier::text FROM pg_control_system()), pg_last_wal_replay_lsn()::text,
       to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
       (SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size')
"""
DATABASES = "SELECT datname::text FROM pg_database WHERE datallowconn ORDER BY 1"


@dataclass(frozen=True, slots=True)
class Recovered:
    """What the copy holds. `at` is its last commit; empty when none was replayed, which is the backup's own moment then."""

    identifier: str
    at: str
    revisions: tuple[str, ...]
    content: Content


def recovered(binaries: Binaries, data: Path, here: Place, table: str, backup: str) -> Recovered:
    """Start it, under settings of our own. Raises RestoreFailed, Damaged, OtherDatabase."""
    try:
        last = max((file.name for file in (data / "pg_wal").iterdir() if SEGMENT.fullmatch(file.name)), default="")
        for name, text in {**physical.OWN, "recovery.signal": ""}.items():
            (data / name).write_text(text, "utf-8")
        if any((data / "pg_tblspc").iterdir()):
            raise RestoreFailed(backup=backup, why="it has tablespaces, and those are links, which are not followed")
        (data / "standby.signal").unlink(missing_ok=True)
        physical.note_size(data)
        with start(binaries, image=data, more=MORE, patience=PATIENCE) as server:
            identifier, at = _about(server, last, backup)
            _require_same(server, identifier, here, backup)
            with server.connect(here.database) as conn:
                return Recovered(identifier, at, stamp.heads(conn, table), content_of(conn, rows=False))
    except (DidNotStart, ServerDied, BrokenImage, psycopg.Error, OSError, NotPlain) as error:
        raise RestoreFailed(backup=backup, why=str(error).splitlines()[0]) from error


def _about(server: Server, last: str, backup: str) -> tuple[str, str]:
    """Identifier and last commit, once the replay went into the last segment: a broken one ends it without an error."""
    with server.connect() as conn:
        [(identifier, reached, at, size)] = conn.execute(TOLD.encode()).fetchall()
    if last and _bytes(reached) <= (int(last[8:16], 16) << 32) + int(last[16:], 16) * size:
        raise Damaged(backup=backup, why=f"its WAL could be replayed to {reached} only, and goes on to segment {last}")
    return identifier, at or ""


def _require_same(server: Server, identifier: str, here: Place, backup: str) -> None:
    """Raises OtherDatabase unless it is of this cluster, and holds this database."""
    with server.connect() as conn:
        names = [name for (name,) in conn.execute(DATABASES)]
    if identifier != here.identifier or here.database not in names:
        told = f"{' or '.join(names)} of cluster {identifier}"
        ours = f"{here.database} of cluster {here.identifier}"
        raise OtherDatabase(backup=backup, environment=here.environment, theirs=told, ours=ours)


def _bytes(lsn: str) -> int:
    high, _, low = (lsn or "0/0").partition("/")
    return (int(high, 16) << 32) + int(low, 16)
