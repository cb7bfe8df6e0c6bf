"""pgBackRest: `pgbackrest info --output=json`, and `restore` with every WAL segment that is in the archive.

The form is that of pgBackRest 2.45, recorded. Tablespaces go below our own folder, never to where they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pgwright.run.backup.provider import Ask, Laying, Listed, Provider, Run, moment, rows


def read(ask: Ask, name: str) -> tuple[Listed, ...]:
    """Every backup of the stanza, in every repository."""
    return tuple(
        _listed(stanza, one)
        for stanza in rows(ask(["info", f"--stanza={name}", "--output=json"])) if stanza["name"] == name
        for one in rows(stanza["backup"])
    )  # fmt: skip


def lay(run: Run, laying: Laying) -> str:
    """Restore without letting PostgreSQL ask for WAL: what the archive has is fetched here, by the user who may read it."""
    listed, folder = laying.listed, laying.folder
    common = [f"--stanza={laying.name}", f"--repo={listed.place}", f"--pg1-path={folder}"]
    elsewhere = folder.parent / "tablespaces"
    why = run([*common, f"--set={listed.id}", "--type=none", f"--tablespace-map-all={elsewhere}", "--no-delta", "restore"])
    if why:
        return why
    if not listed.archived:
        return "there is no WAL in its archive"
    if listed.first[:8] != listed.archived[:8]:
        return f"the archive went on in timeline {listed.archived[:8]}, and the backup is of {listed.first[:8]}"
    for segment in _segments(listed.first, listed.archived, laying.segment):
        if why := run([*common, "archive-get", segment, str(folder / "pg_wal" / segment)]):
            return f"WAL segment {segment}: {why}"
        if not (folder / "pg_wal" / segment).is_file():
            return f"WAL segment {segment} is not in the archive"
    return ""


def _listed(stanza: dict[str, Any], one: dict[str, Any]) -> Listed:
    cluster = _of(one)
    [database] = [db for db in stanza["db"] if (db["id"], db.get("repo-key", 1)) == cluster]
    newest = [archive["max"] for archive in stanza["archive"] if _of(archive) == cluster and archive["max"]]
    return Listed(
        id=one["label"],
        taken=moment(one["timestamp"]["stop"]),
        wrong="pgBackRest found pages with a wrong checksum in it (error = true)" if one.get("error") else "",
        identifier=str(database["system-id"]),
        major=int(str(database["version"]).partition(".")[0]),
        first=one["archive"]["start"] or "",
        archived=max(newest, default=""),
        place=str(cluster[1]),
    )


def _of(one: dict[str, Any]) -> tuple[int, int]:
    return one["database"]["id"], one["database"].get("repo-key", 1)


def _segments(first: str, last: str, size: int) -> Iterator[str]:
    """Their names, both ends included (PostgreSQL documentation, pg_walfile_name: timeline, then the number in two parts)."""
    per_log = (1 << 32) // size
    numbers = [int(name[8:16], 16) * per_log + int(name[16:24], 16) for name in (first, last)]
    for number in range(numbers[0], numbers[1] + 1):
        yield f"{first[:8]}{number // per_log:08X}{number % per_log:08X}"


PROVIDER = Provider("pgbackrest", "pgbackrest", "stanza", read, lay)
