"""Barman: `barman -f json list-backups SERVER`, then `show-backup` of each that is done. The form is that of 3.4, recorded.

Its listing does not say of which cluster a backup is; that is read from the copy that `barman recover` lays.
"""

from __future__ import annotations

from typing import Any

from pgwright.run.backup.provider import Ask, Laying, Listed, Provider, Run, moment, rows

JSON = ("-f", "json")


def read(ask: Ask, name: str) -> tuple[Listed, ...]:
    """Every backup of the server; the newest that is done with its details."""
    found: list[dict[str, Any]] = rows(ask([*JSON, "list-backups", name])[name])
    done = [row for row in found if row["status"] == "DONE"]
    newest = max(done, key=lambda row: float(row["end_time_timestamp"]), default=None)
    return tuple(
        _shown(ask([*JSON, "show-backup", name, row["backup_id"]])[name]) if row is newest else _brief(row) for row in found
    )


def lay(run: Run, laying: Laying) -> str:
    """Lay it with `barman recover`, WAL included."""
    if laying.listed.place:
        return "it has tablespaces, which Barman would write to where they were"
    return run(["recover", laying.name, laying.listed.id, str(laying.folder)])


def _brief(row: dict[str, Any]) -> Listed:
    if row["status"] != "DONE":
        return Listed(row["backup_id"], "", f"Barman says {row['status']}")
    return Listed(row["backup_id"], moment(float(row["end_time_timestamp"])))


def _shown(one: dict[str, Any]) -> Listed:
    base = one["base_backup_information"]
    return Listed(
        id=one["backup_id"],
        taken=moment(float(base["end_time_timestamp"])),
        wrong="" if one["status"] == "DONE" else f"Barman says {one['status']}",
        major=int(one["postgresql_version"]) // 10000,
        first=base["begin_wal"],
        archived=one["wal_information"]["last_available"] or "",
        place="tablespaces" if one["tablespaces"] else "",
    )


PROVIDER = Provider("barman", "barman", "server", read, lay)
