"""Amazon RDS: `aws rds describe-db-snapshots`. Made from the documented form, never run against a real one.

Snapshots of Aurora clusters are another call and are not read.
"""

from __future__ import annotations

from typing import Any

from pgwright.run.backup.provider import Ask, Listed, Provider, rows


def read(ask: Ask, name: str) -> tuple[Listed, ...]:
    """Every snapshot of the instance."""
    found = ask(["rds", "describe-db-snapshots", "--db-instance-identifier", name, "--output", "json"])
    return tuple(_listed(one) for one in rows(found["DBSnapshots"]) if one["DBInstanceIdentifier"] == name)


def _listed(one: dict[str, Any]) -> Listed:
    id, engine, status = one["DBSnapshotIdentifier"], one["Engine"], one["Status"]
    if engine != "postgres":
        return Listed(id, "", f"its engine is {engine}")
    if status != "available":
        return Listed(id, "", f"its status is {status}")
    return Listed(id, one["SnapshotCreateTime"], major=int(one["EngineVersion"].partition(".")[0]))


PROVIDER = Provider("rds", "aws", "instance", read)
