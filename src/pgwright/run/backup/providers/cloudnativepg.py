"""CloudNativePG: the Backup resources of a cluster, `kubectl get backups.postgresql.cnpg.io -o json`.

Made from the fields of its API types (v1), never run against a real one.
"""

from __future__ import annotations

from typing import Any

from pgwright.run.backup.provider import Ask, Listed, Provider, rows


def read(ask: Ask, name: str) -> tuple[Listed, ...]:
    """Every Backup whose spec names the cluster, in the namespace that kubectl is set to."""
    found = ask(["get", "backups.postgresql.cnpg.io", "-o", "json"])
    return tuple(_listed(one) for one in rows(found["items"]) if one["spec"]["cluster"]["name"] == name)


def _listed(one: dict[str, Any]) -> Listed:
    status, id = one.get("status") or {}, one["metadata"]["name"]
    if status.get("phase") != "completed":
        return Listed(id, "", f"its phase is {status.get('phase') or 'not told'}")
    return Listed(id, status["stoppedAt"], first=status.get("beginWal") or "")


PROVIDER = Provider("cloudnativepg", "kubectl", "cluster", read)
