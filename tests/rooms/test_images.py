"""Cluster images: whole or not there, shared between processes, within their limit, and honest about a full disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pgwright.event import Event
from pgwright.shadow import cache, image
from pgwright.shadow.binaries import find
from pgwright.shadow.runtime import NoRuntimeFolder
from pgwright.shadow.server import start

START = """
from pgwright.shadow.binaries import find
from pgwright.shadow.server import start
with start(find()) as server:
    print(server.connect().execute("SELECT system_identifier FROM pg_control_system()").fetchone()[0])
"""


@pytest.fixture(autouse=True)
def cold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache of the test's own, empty."""
    monkeypatch.setenv("PGWRIGHT_CACHE", str(tmp_path / "cache"))
    yield tmp_path / "cache"
    for folder in list(image._held):
        image.release(folder / "data")


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of 8 MB that the server's user can reach."""
    folder = Path(tempfile.mkdtemp())
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m,mode=0755", "tmpfs", str(folder)]
    ran = subprocess.run(mount, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        folder.rmdir()
        pytest.skip(f"a small file system cannot be mounted here: {ran.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)
    folder.rmdir()


def made(folder: Path, size: int = 1000) -> Path:
    """Something that looks like a cleanly stopped data directory, of a known size."""
    (folder / "global").mkdir(parents=True)
    (folder / "global" / "pg_control").write_bytes(bytes(16) + image.CLEAN.to_bytes(4, sys.byteorder) + bytes(100))
    (folder / "base").write_bytes(os.urandom(size))
    return folder


def names() -> set[str]:
    return {f.parent.name for f in cache.images().glob("*/image.json")}


def test_a_stopped_server_comes_back_with_rows_and_roles() -> None:
    named = image.key("test", "one")
    with start(find()) as server:
        server.create("kept")
        with server.connect("kept") as conn:
            conn.execute("CREATE ROLE app; CREATE TABLE t (id int); INSERT INTO t VALUES (7)")
        server.stop()
        assert image.store(server.data, named)
    found = image.nearest([image.key("none"), named, image.key("later")])
    assert found is not None and found[0] == 1
    for _ in range(2):  # what one copy does, the next does not see
        again = image.nearest([named])
        assert again is not None
        with start(find(), image=again[1]) as server, server.connect("kept") as conn:
            assert conn.execute("SELECT id FROM t").fetchall() == [(7,)]
            assert conn.execute("SELECT count(*) FROM pg_roles WHERE rolname = 'app'").fetchone() == (1,)
            conn.execute("INSERT INTO t VALUES (8)")


def test_a_running_or_killed_server_makes_no_image() -> None:
    with start(find()) as server:
        with pytest.raises(image.NotStopped):
            image.store(server.data, image.key("running"))
        server.discard()
        with pytest.raises(image.NotStopped):
            image.store(server.data, image.key("killed"))


def test_the_key_depends_on_every_part_and_their_borders() -> None:
    keys = {image.key("a", "b"), image.key("ab"), image.key("a", "b", ""), image.key("b", "a"), image.key(b"a", "c")}
    assert len(keys) == 5


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    data = made(tmp_path / "data")
    for number, name in enumerate("abc"):
        assert image.store(data, name)
        os.utime(cache.images() / name / "image.json", (number, number))
    assert image.nearest(["a"])  # now a is the most recently used
    image.release(cache.images() / "a" / "data")
    assert image.evict(2500) == 1
    assert names() == {"a", "c"}


def test_an_image_in_use_is_never_evicted(tmp_path: Path) -> None:
    data = made(tmp_path / "data")
    image.store(data, "held")
    image.store(data, "free")
    found = image.nearest(["held"])
    assert found is not None
    other = "from pgwright.shadow import image; print(image.clean())"  # another process, as it would be
    assert subprocess.check_output([sys.executable, "-c", other], text=True).split() == ["1"]
    assert names() == {"held"}
    image.release(found[1])
    assert image.clean() == 1
    assert names() == set()


def test_storing_keeps_within_the_limit(tmp_path: Path) -> None:
    for number in range(6):
        image.store(made(tmp_path / f"data{number}"), f"image{number}", limit=3000)
    kept = sum(json.loads((cache.images() / n / "image.json").read_text())["bytes"] for n in names())
    assert kept <= 3000
    assert "image5" in names()


def test_a_killed_store_leaves_a_draft_that_nobody_takes(tmp_path: Path) -> None:
    cache.made(cache.images())
    draft = cache.images() / ".draft-killed" / "data"
    draft.mkdir(parents=True)
    assert image.nearest([".draft-killed", "killed"]) is None
    image.clean()
    assert not draft.exists()


def test_a_damaged_image_is_refused_and_removed(tmp_path: Path) -> None:
    image.store(made(tmp_path / "data"), "hurt")
    (cache.images() / "hurt" / "data" / "base").write_bytes(b"short")
    found = image.nearest(["hurt"])
    assert found is not None
    with pytest.raises(image.BrokenImage):
        image.copy(found[1], tmp_path / "copy", None)
    assert not (tmp_path / "copy").exists()
    assert image.nearest(["hurt"]) is None


def test_a_link_in_a_data_directory_is_not_followed(tmp_path: Path) -> None:
    data = made(tmp_path / "data")
    (data / "planted").symlink_to("/etc/passwd")
    events: list[Event] = []
    assert not image.store(data, "linked", events.append)
    assert names() == set() and "no plain file" in events[0].text


def test_two_processes_at_once_on_a_cold_cache_both_work() -> None:
    running = [subprocess.Popen([sys.executable, "-c", START], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    told = [process.communicate()[0].strip() for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert len(set(told)) == 1  # one ran initdb, the others found its image
    assert len(names()) == 1


def test_a_full_disk_in_the_cache_costs_the_image_and_nothing_else(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGWRIGHT_CACHE", str(small_disk))
    events: list[Event] = []
    with start(find(), on_event=events.append) as server, server.connect() as conn:
        assert conn.execute("SELECT 1").fetchone() == (1,)
    assert [e for e in events if e.stage == "image" and "No space left" in e.text]
    assert not list((small_disk / "images").glob(".draft-*")) and names() == set()


def test_a_full_disk_where_the_server_would_run_is_a_named_refusal(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with start(find()):  # the cache is warm
        pass
    monkeypatch.setenv("PGWRIGHT_RUNTIME", str(small_disk))
    with pytest.raises(image.DiskFull, match="No space left"), start(find()):
        pass
    assert {f.name for f in small_disk.glob("*/*")} == {"lock"}


def test_a_full_disk_while_initdb_runs_is_the_same_refusal(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGWRIGHT_RUNTIME", str(small_disk))
    with pytest.raises(image.DiskFull), start(find()):
        pass
    assert {f.name for f in small_disk.glob("*/*")} == {"lock"}


def test_without_a_cache_that_can_be_written_it_still_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGWRIGHT_CACHE", "/proc/nowhere")
    events: list[Event] = []
    with start(find(), on_event=events.append) as server, server.connect() as conn:
        assert conn.execute("SELECT 1").fetchone() == (1,)
    assert [e for e in events if "not kept" in e.text]


def test_a_folder_too_deep_for_a_socket_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    monkeypatch.setenv("PGWRIGHT_RUNTIME", str(deep))
    with pytest.raises(NoRuntimeFolder, match="107 bytes"), start(find()):
        pass
