"""Google Cloud SQL: `gcloud sql backups list`. Made from the documented form, never run against a real one."""

from __future__ import annotations

from typing import Any

from pgwright.run.backup.provider import Ask, Listed, Provider, rows


def read(ask: Ask, name: str) -> tuple[Listed, ...]:
    """Every backup run of the instance."""
    found = ask(["sql", "backups", "list", f"--instance={name}", "--format=json"])
    return tuple(_listed(one) for one in rows(found) if one["instance"] == name)


def _listed(one: dict[str, Any]) -> Listed:
    if one["status"] != "SUCCESSFUL":
        return Listed(str(one["id"]), "", f"its status is {one['status']}")
    return Listed(str(one["id"]), one["endTime"])


PROVIDER = Provider("cloudsql", "gcloud", "instance", read)
