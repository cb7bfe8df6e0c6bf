"""Bad input and bad luck through the public verbs: each a named refusal that says what to do next, and nothing stays.

The rest of the list is elsewhere: broken revisions in test_prove.py, broken prompts in test_delegation.py.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tiny_project import TABLE, Tiny

from pgwright import project, verbs
from pgwright.event import silent
from pgwright.shadow import cache
from pgwright.shadow.cycle import cycle
from pgwright.shadow.lineage import BARE

PATIENCE = 300  # until a test that hangs is told apart from a machine that is busy
FAILS = """op.create_table("orders", sa.Column("id", sa.Integer()))
            op.execute("ALTER TABLE customers ADD CONSTRAINT never CHECK (id <> id)")"""
INDEX = ('op.create_index("ix_mail", "customers", ["mail"])', 'op.drop_index("ix_mail")')
# The revision tells which server it is on, and goes on when it is told to.
STANDS = """open({reached!r}, "w").write(op.get_bind().execute(sa.text("SHOW data_directory")).scalar())
    import pathlib, time
    while not pathlib.Path({go!r}).exists():
        time.sleep(0.01)
    op.execute("SELECT 1")"""


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition; fail by name when it does not come."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.01)


def pgwright(root: Path, *arguments: str, **env: str) -> subprocess.Popen[str]:
    """The command line, in another process."""
    return subprocess.Popen(
        [sys.executable, "-m", "pgwright", "--project", str(root), *arguments, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **env},
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, dict[str, Any], str]:
    """Exit status, the JSON object, and what was told on the way."""
    out, told = process.communicate(timeout=PATIENCE)
    return process.returncode, json.loads(out), told


def images() -> set[str]:
    """Everything in the folder of images, half images included; the locks' folder is empty files."""
    return {f.name for f in cache.images().iterdir()} - {".locks"} if cache.images().is_dir() else set()


def is_running(pid: int) -> bool:
    """True for a process that exists and is not merely waiting to be collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def disk() -> Iterator[Callable[[str], Path]]:
    """A function that mounts a file system of that size, and makes the same one larger when it is called again."""
    folder = Path(tempfile.mkdtemp())  # a short path: the server's socket lives in it
    mounted = False

    def sized(size: str) -> Path:
        nonlocal mounted
        options = f"{'remount,' if mounted else ''}size={size},mode=0755"
        mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        ran = subprocess.run(mount, capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            pytest.skip(f"a small file system cannot be mounted here: {ran.stderr.strip()}")
        mounted = True
        return folder

    yield sized
    if mounted:
        subprocess.run(["umount", "--lazy", folder], check=True)
    folder.rmdir()


@pytest.mark.parametrize("way", ["up", "down"])
def test_a_server_that_dies_in_the_middle_of_a_proof(tiny: Tiny, tmp_path: Path, way: str) -> None:
    """What was proven before stays kept; the revision is neither proven nor refuted; the next command works."""
    reached, go = tmp_path / "reached", tmp_path / "go"
    waits = STANDS.format(reached=str(reached), go=str(go)).replace("\n    ", "\n            ")
    tiny.add("a1", *TABLE).add("b2", *INDEX).add("c3", *((waits, "pass") if way == "up" else ("pass", waits)))
    process = pgwright(tiny.root, "prove", "a1..c3")
    until(lambda: process.poll() is not None or (reached.exists() and reached.read_text() != ""), "c3 is reached")
    data = Path(reached.read_text())
    os.kill(pid := int((data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    until(lambda: not is_running(pid), "the killed server ends")
    go.touch()
    status, answer, told = ended(process)
    assert status == 2, told
    (error,) = answer["errors"]
    assert error["code"] == "PW-SHADOW-12" and "SIGKILL" in error["message"]
    assert "Run the same command again" in error["hint"]
    assert [f.name for f in (tiny.root / ".pgwright" / "proofs").iterdir()] == ["b2.json"]
    assert not data.parent.exists()
    assert all(not name.startswith(".") for name in images())
    assert ended(pgwright(tiny.root, "prove", "a1..c3"))[0] == 0


def test_a_full_disk_in_the_cache_costs_the_image_and_the_next_command_makes_it(
    tiny: Tiny, disk: Callable[[str], Path]
) -> None:
    tiny.add("a1", *TABLE).add("b2", *INDEX)
    small = str(disk("8m"))
    status, answer, told = ended(pgwright(tiny.root, "prove", "b2", PGWRIGHT_CACHE=small))
    assert status == 0 and answer["revisions"][0]["verdict"] == "proven"
    assert "the image was not kept: No space left on device" in told
    assert not list(Path(small, "images").glob("*/image.json"))
    assert not list(Path(small, "images").glob(".draft-*"))
    disk("512m")
    assert ended(pgwright(tiny.root, "prove", "b2", PGWRIGHT_CACHE=small))[0] == 0
    status, _, told = ended(pgwright(tiny.root, "prove", "b2", PGWRIGHT_CACHE=small))
    assert status == 0 and "from an image at revision 1" in told


def test_a_disk_that_fills_up_in_the_middle_of_a_proof_refutes_nobody(tiny: Tiny, disk: Callable[[str], Path]) -> None:
    rows = "op.execute(\"INSERT INTO customers SELECT g, repeat('x', 1000) FROM generate_series(1, 100000) g\")"
    tiny.add("a1", *TABLE).add("b2", rows, 'op.execute("TRUNCATE customers")')
    small = str(disk("90m"))
    status, answer, told = ended(pgwright(tiny.root, "prove", "b2", "--rows", "none", PGWRIGHT_RUNTIME=small))
    assert status == 2 and answer["revisions"] == []
    (error,) = answer["errors"]
    assert error["code"] in ("PW-SHADOW-12", "PW-SHADOW-23"), told
    assert any(said in error["message"] for said in ("No space left on device", "16 MB are left on its disk")), told
    assert {f.name for f in Path(small).glob("*/*")} == {"lock"}
    disk("2g")
    status, answer, _ = ended(pgwright(tiny.root, "prove", "b2", "--rows", "none", PGWRIGHT_RUNTIME=small))
    assert status == 0 and answer["revisions"][0]["verdict"] == "proven"


def test_two_proofs_at_once_on_a_cold_cache(tiny: Tiny, tmp_path: Path) -> None:
    tiny.add("a1", *TABLE).add("b2", *INDEX)
    both = [pgwright(tiny.root, "prove", "b2") for _ in range(2)]
    for status, answer, told in [ended(process) for process in both]:
        assert status == 0 and [r["verdict"] for r in answer["revisions"]] == ["proven"], told
    together = images()
    ended(pgwright(tiny.root, "prove", "b2", PGWRIGHT_CACHE=str(tmp_path / "alone")))
    alone = {f.parent.name for f in (tmp_path / "alone" / "images").glob("*/image.json")}
    assert together == alone and len(alone) == 2  # the empty cluster's, and the history's at the parent


def test_an_orphan_stamp_is_named(tiny: Tiny) -> None:
    """A set-up dump brings a version table whose revision nobody has any more."""
    tiny.add("a1", *TABLE).add("b2", *INDEX)
    stamped = "CREATE TABLE alembic_version (version_num varchar(32)); INSERT INTO alembic_version VALUES ('gone77')"
    (tiny.root / "setup.sql").write_text(stamped)
    (tiny.root / "pgwright.toml").write_text('setup_sql = ["setup.sql"]\n')
    status, answer, _ = ended(pgwright(tiny.root, "prove", "--all"))
    (error,) = answer["errors"]
    assert status == 2 and "'gone77'" in error["message"] and "alembic_version" in error["hint"]


def test_a_stamp_of_the_set_up_that_is_known_is_where_the_history_stands(tiny: Tiny) -> None:
    tiny.add("a1", *TABLE).add("b2", *INDEX)
    (tiny.root / "setup.sql").write_text(
        "CREATE TABLE customers (id serial PRIMARY KEY, mail text);"
        "CREATE TABLE alembic_version (version_num varchar(32)); INSERT INTO alembic_version VALUES ('a1')"
    )
    (tiny.root / "pgwright.toml").write_text('setup_sql = ["setup.sql"]\n')
    assert tiny.prove("b2", whole=False)["b2"].verdict == "proven"


@pytest.mark.parametrize(
    ("prompt", "says"),
    [
        ("", "task"),
        ("Task: Add 'x' column to Ghost model\n\nContext:\n- Model: Ghost\n- New column: x (text)\n", "Ghost"),
    ],
)
def test_a_prompt_that_says_nothing_or_names_nobody(tiny: Tiny, prompt: str, says: str) -> None:
    tiny.add("a1", *TABLE)
    (tiny.root / "TASK.md").write_text(prompt)
    status, answer, _ = ended(pgwright(tiny.root, "plan", str(tiny.root / "TASK.md")))
    assert status == 2 and any(says in f"{e['message']} {e['hint']}" for e in answer["errors"]), answer
    assert all(e["hint"] for e in answer["errors"])
    assert [f.name for f in (tiny.root / "alembic" / "versions").glob("*.py")] == ["a1.py"]


def test_a_failing_upgrade_leaves_the_previous_table_and_its_rows(tiny: Tiny) -> None:
    """`alembic downgrade -1` after a failed, rolled-back upgrade drops the table before, and exits with 0."""
    tiny.add("a1", *TABLE).add("b2", FAILS, 'op.drop_table("orders")')
    with verbs.session(project.find(tiny.root), verbs.Wish(), 0, silent, keep=False) as (stage, lineage):
        assert lineage.advance(["a1"]) is None
        with stage.connected(BARE) as conn:
            conn.execute("INSERT INTO customers SELECT g, 'mail' FROM generate_series(1, 1000) g")
        found = cycle(stage, BARE, "b2", lineage.snapshot, ["public.customers"])
        assert [r.sqlstate for r in found.reasons] == ["23514"] and found.down == ()
        assert found.rollback == "nothing to undo: the database is still at a1" and stage.heads(BARE) == ("a1",)
        with stage.connected(BARE) as conn:
            assert conn.execute("SELECT count(*) FROM customers").fetchone() == (1000,)


def test_a_failing_upgrade_is_refuted_and_the_revision_before_is_not(tiny: Tiny) -> None:
    tiny.add("a1", *TABLE).add("b2", FAILS, 'op.drop_table("orders")')
    status, answer, _ = ended(pgwright(tiny.root, "prove", "--all"))
    first, second = answer["revisions"]
    assert status == 1 and first["verdict"] == "proven" and second["verdict"] == "refuted"
    assert second["reasons"][0]["code"] == "up-failed" and second["reasons"][0]["line"] == 11
    kept = json.loads((tiny.root / ".pgwright" / "proofs" / "b2.json").read_text())
    assert kept["rollback"] == "nothing to undo: the database is still at a1" and kept["messages_down"] == []
