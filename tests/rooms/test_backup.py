"""Backups count when they were restored: what is stale, of another database, cut, flipped or elsewhere is refused by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from gated import NOTE, Gated
from gated import gated as gated
from gated import guarded_server as guarded_server
from gated import people as people
from target import Target, url_of
from target import target as target
from tiny_project import TABLE

from pgwright import project
from pgwright.doors.cli import cli
from pgwright.run.backup import refusals
from pgwright.run.backup.record import Backup
from pgwright.shadow.binaries import find
from pgwright.shadow.server import start
from pgwright.verbs import backup as verb

DAY = timedelta(hours=24)


@pytest.fixture
def shop(target: Target) -> Target:
    """A database at a1 with rows, a policy, a function and a view; b2 is ahead."""
    target.tiny.add("a1", *TABLE).add("b2", *NOTE)
    target.prove()
    target.apply("a1")
    with target.connect() as conn:
        conn.execute("INSERT INTO customers SELECT g, md5(g::text) FROM generate_series(1, 5000) g")
        conn.execute("CREATE POLICY own ON customers FOR SELECT TO pg_monitor USING (id > 0)")
        conn.execute("GRANT SELECT ON customers TO pg_monitor")
        conn.execute("CREATE VIEW named AS SELECT mail FROM customers")
        conn.execute("CREATE TABLE prices (id int, at timestamptz, cost float8, raw bytea, took interval)")
        conn.execute("INSERT INTO prices VALUES (1, '2026-01-31 12:00+02', 1e-7, '\\x00ff', '1 day')")
    return target


def found(target: Target) -> Any:
    return project.find(target.tiny.root)


def taken(target: Target, tmp_path: Path, provider: Any = "pg_dump") -> Backup:
    return verb.take(found(target), "dev", tmp_path / "backups", provider)


def test_a_dump_counts_when_it_was_restored(shop: Target, tmp_path: Path) -> None:
    made = taken(shop, tmp_path)
    assert (made.revisions, dict((name, count) for name, count, _ in made.content.rows)["public.customers"]) == (("a1",), 5000)
    assert verb.check(found(shop), "dev", DAY).level == "B2"
    assert verb.verify(found(shop), "dev").restored
    assert verb.check(found(shop), "dev", DAY).level == "B4"
    with shop.connect() as conn:
        conn.execute("DELETE FROM customers WHERE id = 1")  # the copy is compared with that moment, not with now
    assert verb.verify(found(shop), "dev").restored


def flipped(data: bytes) -> bytes:
    middle = len(data) * 2 // 3
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@pytest.mark.parametrize("change", [flipped, lambda data: data[: len(data) * 6 // 10]], ids=["flipped", "cut"])
def test_other_bytes_are_refused_and_a_restore_would_tell_too(
    shop: Target, tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    file = Path(taken(shop, tmp_path).location)
    file.write_bytes(change(file.read_bytes()))
    with pytest.raises(refusals.Damaged, match="has other bytes"):
        verb.verify(found(shop), "dev")
    record = shop.tiny.root / ".pgwright/backups/dev.json"
    told = json.loads(record.read_text())
    record.write_text(json.dumps({**told, "digest": verb.programs.digest_of(file)}))  # as if nobody had known the bytes
    with pytest.raises((refusals.RestoreFailed, refusals.RestoredDiffers)):
        verb.verify(found(shop), "dev")


def test_another_database_and_an_old_or_outrun_backup_are_told(
    shop: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(refusals.NoBackup):
        verb.check(found(shop), "dev", DAY)
    taken(shop, tmp_path)
    assert "0 h is allowed" in verb.check(found(shop), "dev", timedelta(seconds=-1)).why
    with shop.connect() as conn:
        conn.execute("UPDATE alembic_version SET version_num = 'b2'")
    outrun = verb.check(found(shop), "dev", DAY)
    assert (outrun.level, "was taken at a1, and dev stands at b2" in outrun.why) == ("B1", True)
    other = f"{shop.database}_other"
    shop.server.create(other)
    try:
        monkeypatch.setenv("TARGET_URL", url_of(shop.server, other))
        assert f"is of database {shop.database} of cluster" in verb.check(found(shop), "dev", DAY).why
    finally:
        shop.server.drop(other)


def test_a_copy_of_the_cluster(target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target.tiny.add("a1", *TABLE)
    target.prove()
    with start(find(), more={"wal_level": "replica", "max_wal_senders": "4"}) as server:
        server.create("shop")
        monkeypatch.setenv("TARGET_URL", url_of(server, "shop"))
        target.apply()
        made = taken(target, tmp_path, "pg_basebackup")
        assert verb.verify(found(target), "dev").restored
        assert verb.check(found(target), "dev", DAY).level == "B4"
    files = [file for file in (Path(made.location) / "base").rglob("*") if file.is_file()]
    victim = max(files, key=lambda file: file.stat().st_size)
    victim.write_bytes(flipped(victim.read_bytes()))
    with pytest.raises(refusals.Damaged, match="checksum"):
        verb.verify(found(target), "dev")


def test_the_commands(shop: Target, tmp_path: Path) -> None:
    where = ["--env", "dev", "-C", str(shop.tiny.root), "--json"]
    nothing = CliRunner().invoke(cli, ["backup", "check", *where])
    assert (nothing.exit_code, json.loads(nothing.stdout)["errors"][0]["code"]) == (2, "PW-BACKUP-01")
    (tmp_path / "file").touch()
    refused = CliRunner().invoke(cli, ["backup", "take", *where, "--to", str(tmp_path / "file/below")])
    assert (refused.exit_code, json.loads(refused.stdout)["errors"][0]["code"]) == (2, refusals.NoRoom.code)
    made = CliRunner().invoke(cli, ["backup", "take", *where, "--to", str(tmp_path / "there")])
    assert json.loads(made.stdout)["provider"] == "pg_dump", made.output
    assert CliRunner().invoke(cli, ["backup", "verify", *where]).exit_code == 0
    assert json.loads(CliRunner().invoke(cli, ["backup", "check", *where]).stdout)["level"] == "B4"


def test_production_waits_for_a_backup_that_is_worth_what_the_policy_wants(
    gated: Callable[[str], Gated], tmp_path: Path
) -> None:
    production = gated("T0")
    settings = production.tiny.root / "pgwright.toml"
    settings.write_text(settings.read_text() + '\n[policy]\nbackup = "B2"\nbackup_for_loss = "B4"\n')
    production.approved("b2")
    with pytest.raises(refusals.NotBackedUp, match=r"it is B0\. No backup of production is on record") as waits:
        production.apply("b2")
    assert waits.value.exit_status == 3
    verb.take(found(production), "production", tmp_path / "there")
    assert production.apply("b2").after == ("b2",)
    production.approved("b2", direction="down")
    with pytest.raises(refusals.NotBackedUp, match="worth B4: it is B1"):
        production.undo("a1")
    verb.take(found(production), "production", tmp_path / "there")
    verb.verify(found(production), "production")
    assert production.undo("a1").after == ("a1",)
    assert any(one.stage == "restore-point" for one in production.events)
