"""Barman, the real program: its listing says B1, and a copy that it laid, recovered and equal, says B4."""

from __future__ import annotations

import getpass
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from target import Target, url_of
from target import target as target

from pgwright import project
from pgwright.run.backup import refusals
from pgwright.shadow.binaries import find
from pgwright.shadow.server import Server, start
from pgwright.verbs import backup as verb

MAJOR = 15
PATIENCE = 120  # seconds
DAY = timedelta(hours=24)
pytestmark = [
    pytest.mark.slow,  # Barman waits in whole seconds
    pytest.mark.major(MAJOR),
    pytest.mark.skipif(shutil.which("barman") is None, reason="barman is not installed: apt-get install barman"),
]


@contextmanager
def backed_up(server: Server, room: Path) -> Iterator[list[str]]:
    """The command of a Barman that streams from the server and has taken one backup."""
    where = f"host={server.host} port={server.port} user={server.user} dbname=postgres"
    (room / "barman.d").mkdir(parents=True)
    (room / "barman.conf").write_text(
        f"[barman]\nbarman_user = {getpass.getuser()}\nbarman_home = {room}/home\nbarman_lock_directory = {room}\n"
        f"configuration_files_directory = {room}/barman.d\nlog_file = {room}/log\npath_prefix = {server.bin}\n"
        f'[main]\ndescription = "main"\nconninfo = {where}\nstreaming_conninfo = {where}\nbackup_method = postgres\n'
        "streaming_archiver = on\nslot_name = barman\nimmediate_checkpoint = true\n"
    )
    command = ["barman", "-c", f"{room}/barman.conf"]
    subprocess.run([*command, "receive-wal", "--create-slot", "main"], check=True, capture_output=True)
    receiving = subprocess.Popen(
        [*command, "receive-wal", "main"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        with server.connect() as conn:  # a segment that is closed before somebody receives is never sent
            deadline = time.monotonic() + PATIENCE
            while not conn.execute("SELECT FROM pg_stat_replication WHERE state = 'streaming'").fetchall():
                assert time.monotonic() < deadline, "never: Barman receives"
                time.sleep(0.05)
        for words in (["switch-wal", "--force", "--archive", "--archive-timeout", "300", "main"], ["backup", "--wait", "main"]):
            done = subprocess.run([*command, *words], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
        yield command
    finally:
        receiving.terminate()
        receiving.wait()


def test_a_copy_that_barman_laid_counts_when_it_is_equal(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with start(find(MAJOR), more={"wal_level": "replica", "max_wal_senders": "4", "full_page_writes": "on"}) as server:
        server.create("shop")
        with server.connect("shop") as conn:
            conn.execute("CREATE TABLE customers (id int PRIMARY KEY); CREATE TABLE alembic_version (version_num text)")
            conn.execute("INSERT INTO alembic_version VALUES ('a1')")
        monkeypatch.setenv("TARGET_URL", url_of(server, "shop"))
        with backed_up(server, tmp_path / "barman") as command:
            (target.tiny.root / "pgwright.toml").write_text(
                f'[environments.dev]\nurl_env = "TARGET_URL"\n'
                f'backup = {{provider = "barman", server = "main", command = {command}}}\n'
            )
            found = project.find(target.tiny.root)
            listed = verb.check(found, "dev", DAY)
            assert (listed.level, listed.backup.major) == ("B1", MAJOR)
            assert verb.verify(found, "dev").revisions == ("a1",)
            assert verb.check(found, "dev", DAY).level == "B4"
            with server.connect("shop") as conn:
                conn.execute("CREATE TABLE by_hand (id int)")
            with pytest.raises(refusals.RestoredDiffers):
                verb.verify(found, "dev")
            copy = max((tmp_path / "barman/home/main/base").rglob("base/*/*"), key=lambda one: one.stat().st_size)
            copy.unlink()
            with pytest.raises((refusals.RestoreFailed, refusals.RestoredDiffers)):
                verb.verify(found, "dev")
