"""WAL-G: `wal-g backup-list --detail --json`. Made from the fields of its Go types, never run against a real one."""

from __future__ import annotations

from typing import Any

from pgwright.run.backup.provider import Ask, Listed, Provider, rows


def read(ask: Ask, name: str) -> tuple[Listed, ...]:
    """Every backup in the storage that WAL-G is set up for."""
    return tuple(_listed(one) for one in rows(ask(["backup-list", "--detail", "--json"])))


def _listed(one: dict[str, Any]) -> Listed:
    identifier = one.get("system_identifier")
    return Listed(
        id=one["backup_name"],
        taken=one["finish_time"],
        identifier="" if identifier is None else str(identifier),
        major=int(one["pg_version"]) // 10000,
        first=one["wal_file_name"],
    )


PROVIDER = Provider("wal-g", "wal-g", "", read)
