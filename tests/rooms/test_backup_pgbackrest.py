"""pgBackRest, the real program: a backup counts when it was restored, recovered and equal, and what is wrong is named."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from click.testing import CliRunner
from gated import NOTE
from target import Target, url_of
from tiny_project import TABLE, Tiny

from pgwright import project
from pgwright.doors.cli import cli
from pgwright.run.backup import refusals
from pgwright.shadow.account import dropped, server_account
from pgwright.shadow.binaries import find
from pgwright.shadow.server import Server, start
from pgwright.verbs import backup as verb

MAJOR = 15  # the newest that pgBackRest 2.45 (Debian 12) knows
DAY = timedelta(hours=24)
pytestmark = [
    pytest.mark.major(MAJOR),
    pytest.mark.skipif(
        shutil.which("pgbackrest") is None, reason="pgbackrest is not installed: apt-get install pgbackrest"
    ),
]


@dataclass
class Vault:
    """A server that archives into a repository, and one full backup of it."""

    server: Server
    room: Path
    proofs: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str) -> str:
        """pgbackrest, as the user that the server runs as."""
        done = subprocess.run(
            [*self.command, "--stanza=main", *words],
            capture_output=True,
            text=True,
            check=True,
            cwd="/",
            **dropped(server_account()),
        )
        return done.stdout

    @property
    def command(self) -> list[str]:
        return ["env", f"PGBACKREST_CONFIG={self.room}/pgbackrest.conf", "pgbackrest"]

    def archive(self) -> None:
        """Everything that was committed so far is in the repository afterwards."""
        with self.server.connect() as conn:
            [(segment,)] = conn.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchall()
            deadline = time.monotonic() + 30
            while (conn.execute("SELECT last_archived_wal FROM pg_stat_archiver").fetchone() or ("",))[0] < segment:
                assert time.monotonic() < deadline, "the segment was not archived"
                time.sleep(0.02)


@pytest.fixture(scope="module")
def vault() -> Iterator[Vault]:
    room = Path(mkdtemp(prefix="pgbackrest-"))
    account = server_account()
    try:
        if account:
            os.chown(room, account.uid, account.gid)
        push = f"PGBACKREST_CONFIG={room}/pgbackrest.conf pgbackrest --stanza=main archive-push %p"
        more = {
            "wal_level": "replica",
            "max_wal_senders": "4",
            "full_page_writes": "on",
            "archive_mode": "on",
            "archive_command": push,
        }
        with start(find(MAJOR), more=more) as server:
            (room / "pgbackrest.conf").write_text(
                f"[global]\nrepo1-path={room}/repo\nlog-path={room}\nlock-path={room}/lock\nlog-level-console=error\n"
                f"start-fast=y\njob-retry=0\nrepo1-retention-full=2\n[main]\npg1-path={server.data}\npg1-socket-path={server.host}\n"
                "pg1-user=postgres\n"
            )
            made = Vault(server, room)
            made.run("stanza-create")
            made.run("backup", "--type=full")
            yield made
    finally:
        shutil.rmtree(room)


@pytest.fixture
def shop(vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Target]:
    """A database at a1, made after the backup, in the archive. b2 is ahead."""
    database = f"shop_{tmp_path.name}"
    vault.server.create(database)
    monkeypatch.setenv("PGWRIGHT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TARGET_URL", url_of(vault.server, database))
    (tmp_path / "project").mkdir()
    made = Target(Tiny(tmp_path / "project"), vault.server, database)
    settings(made, vault.command)
    made.tiny.add("a1", *TABLE).add("b2", *NOTE)
    proven(made.tiny, vault.proofs)
    made.apply("a1")
    with made.connect() as conn:
        conn.execute("INSERT INTO customers SELECT g, md5(g::text) FROM generate_series(1, 1000) g")
    vault.archive()
    yield made
    vault.server.drop(database)


def proven(tiny: Tiny, proofs: dict[str, str]) -> None:
    """Proven on that major, once for all tests here."""
    folder = tiny.root / ".pgwright/proofs"
    if not proofs:
        tiny.prove(rows="none")
        proofs.update({file.name: file.read_text() for file in folder.glob("*.json")})
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in proofs.items():
        (folder / name).write_text(text)


def settings(target: Target, command: list[str], stanza: str = "main") -> None:
    (target.tiny.root / "pgwright.toml").write_text(
        f'major = {MAJOR}\n[environments.dev]\nkind = "dev"\nurl_env = "TARGET_URL"\n'
        f'backup = {{provider = "pgbackrest", stanza = "{stanza}", command = {command}}}\n'
    )


def found(target: Target) -> Any:
    return project.find(target.tiny.root)


def test_a_backup_counts_more_when_it_was_restored_and_recovered_to_the_newest_wal(shop: Target, vault: Vault) -> None:
    listed = verb.check(found(shop), "dev", DAY)
    assert (listed.level, listed.backup.listed, listed.backup.major) == (
        "B2",
        True,
        MAJOR,
    )  # all WAL since is in the archive
    proven = verb.verify(found(shop), "dev")
    assert (proven.revisions, proven.database) == (("a1",), shop.database)  # a database that is younger than the backup
    assert datetime.fromisoformat(proven.taken) < datetime.fromisoformat(proven.recovered)
    assert verb.check(found(shop), "dev", DAY).level == "B4"
    assert "0 h is allowed" in verb.check(found(shop), "dev", timedelta(seconds=-1)).why
    shop.apply("b2")
    with pytest.raises(refusals.OtherRevisions, match="was taken at a1, and dev stands at b2"):
        verb.verify(found(shop), "dev")
    vault.archive()
    told = CliRunner().invoke(cli, ["backup", "verify", "--env", "dev", "-C", str(shop.tiny.root)])
    assert "restored and recovered to the commit of 20" in told.stdout, told.output


def test_a_schema_that_is_not_in_the_archive_is_told(shop: Target) -> None:
    with shop.connect() as conn:
        conn.execute("CREATE TABLE by_hand (id int)")
    with pytest.raises(refusals.RestoredDiffers, match="its schema is another than that of dev"):
        verb.verify(found(shop), "dev")


def damaged(file: Path, how: str) -> bytes:
    before = file.read_bytes()
    middle = len(before) * 2 // 3
    cut = before[:middle]
    file.write_bytes(cut if how == "cut" else cut + bytes([before[middle] ^ 1]) + before[middle + 1 :])
    if (
        how == "replayed"
    ):  # WAL that unpacks well, and of which the server reads nothing: it ends the replay without an error
        file.write_bytes(gzip.compress(bytes(16 << 20), 1))
    return before


DATA, WAL, LIST = "backup/main/2*F/pg_data/**/*.gz", "archive/main/15-1/*/*.gz", "backup/main/2*F/backup.manifest*"
DAMAGES = [
    pytest.param(DATA, "flipped"),
    pytest.param(WAL, "flipped"),
    pytest.param(WAL, "replayed"),
    *(
        pytest.param(*one, marks=pytest.mark.slow)
        for one in ((DATA, "cut"), (WAL, "cut"), (LIST, "cut"), (LIST, "flipped"))
    ),
]


@pytest.mark.parametrize(("pattern", "how"), DAMAGES)
def test_other_bytes_are_refused(shop: Target, vault: Vault, pattern: str, how: str) -> None:
    files = sorted(
        (vault.room / "repo").glob(pattern), key=lambda one: (pattern == DATA and one.stat().st_size, str(one))
    )
    kept = [(one, damaged(one, how)) for one in files[-2 if pattern == LIST else -1 :]]  # the manifest has a copy
    try:
        with pytest.raises((refusals.RestoreFailed, refusals.Damaged)) as refused:
            verb.verify(found(shop), "dev")
        assert how != "replayed" or "its WAL could be replayed to" in refused.value.message
    finally:
        for file, before in kept:
            file.write_bytes(before)


@pytest.mark.slow
def test_tablespaces_are_refused_and_what_they_hold_stays_as_it_was(shop: Target, vault: Vault) -> None:
    far = vault.room / "far"
    far.mkdir()
    if account := server_account():
        os.chown(far, account.uid, account.gid)
    with vault.server.connect() as conn:
        conn.execute(f"CREATE TABLESPACE far LOCATION '{far}'".encode())
        try:
            conn.execute("CREATE TABLE far (id int) TABLESPACE far")
            vault.run("backup", "--type=full")
            before = sorted(far.rglob("*"))
            with pytest.raises(refusals.RestoreFailed, match="it has tablespaces"):
                verb.verify(found(shop), "dev")
            assert sorted(far.rglob("*")) == before
        finally:
            conn.execute("DROP TABLE IF EXISTS far")
            conn.execute("DROP TABLESPACE far")
            vault.run("backup", "--type=full")  # the tests after this one restore the newest


def test_another_cluster_and_another_stanza_are_told(
    shop: Target, vault: Vault, server: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARGET_URL", url_of(server, database))
    assert verb.check(found(shop), "dev", DAY).why.startswith("The backup")
    assert "of cluster" in verb.check(found(shop), "dev", DAY).why
    with pytest.raises(refusals.OtherDatabase):
        verb.verify(found(shop), "dev")
    settings(shop, vault.command, "other")
    with pytest.raises(refusals.NoneWhole, match="there is none at all"):
        verb.check(found(shop), "dev", DAY)
