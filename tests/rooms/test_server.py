"""The shadow server: what it is, and that nothing of it outlives its owner."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from pgwright.shadow.binaries import find
from pgwright.shadow.databases import Pool
from pgwright.shadow.extensions import available_extensions
from pgwright.shadow.server import DidNotStart, Server, ServerDied, start

PATIENCE = 30
HOLD = """
import sys, time
from pgwright.shadow.binaries import find
from pgwright.shadow.server import start
with start(find(), trace=True) as server:
    print(server.pid, server.data.parent, flush=True)
    sys.stdin.read()
"""


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition; fail by name when it does not come."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    """True for a process that exists and is not merely waiting to be collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def holder(code: str = HOLD) -> tuple[subprocess.Popen[str], int, Path]:
    """Another process that runs a server and holds on to it."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    pid, folder = process.stdout.readline().split()
    return process, int(pid), Path(folder)


def below(pid: int) -> set[int]:
    """The server's own processes."""
    return {int(p) for f in Path(f"/proc/{pid}/task").glob("*/children") for p in f.read_text().split()}


def test_the_only_door_is_a_socket_in_a_folder_of_mode_0700(server: Server) -> None:
    folder = Path(server.host)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    assert len(os.fsencode(folder / ".s.PGSQL.5432")) <= 107
    with server.connect() as conn:
        assert conn.execute("SHOW listen_addresses").fetchone() == ("",)


def test_the_server_never_runs_as_root(server: Server) -> None:
    status = Path(f"/proc/{server.pid}/status").read_text()
    (uids,) = [line.split()[1:] for line in status.splitlines() if line.startswith("Uid:")]
    assert "0" not in uids


def test_what_a_client_was_told_is_already_in_the_log(server: Server, database: str) -> None:
    with server.connect(database) as conn:
        for number in range(50):
            conn.execute(f"SELECT 'mark {number}'".encode())
            assert f"LOG:  statement: SELECT 'mark {number}'" in server.log.read_text()


def test_housekeeping_leaves_no_trace_and_the_log_is_ours_alone(server: Server) -> None:
    before = len(server.log.read_text())
    server.create("made", template="template0")
    server.drop("made")
    assert "statement:" not in server.log.read_text()[before:]
    assert stat.S_IMODE(server.log.stat().st_mode) == 0o600


def test_nothing_of_the_caller_s_environment_reaches_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PGPASSWORD", "hunter2")
    monkeypatch.setenv("SECRET_KEY", "hunter2")
    with start(find()) as server, server.connect() as conn:
        conn.execute("CREATE TABLE seen (line text)")
        conn.execute("COPY seen FROM PROGRAM 'env'")
        lines = [row[0] for row in conn.execute("SELECT line FROM seen")]
    assert lines and not [line for line in lines if "hunter2" in line]


def test_kill_9_of_the_owner_leaves_no_server_and_no_lock() -> None:
    process, pid, folder = holder()
    family = below(pid)
    assert family
    process.kill()
    process.wait()
    until(lambda: not any(map(is_running, {pid, *family})), "the server of a killed owner ends")
    with start(find()) as server:  # the next one starts at once, and sweeps
        assert not folder.exists()
        assert server.data.parent.parent == folder.parent


def test_a_server_started_from_a_thread_outlives_the_thread() -> None:
    """The death signal belongs to the thread that forked, so a short-lived one must not be it."""
    process, pid, _ = holder("""
        import sys, threading
        from contextlib import ExitStack
        from pgwright.shadow.binaries import find
        from pgwright.shadow.server import start
        with ExitStack() as stack:
            servers = []
            thread = threading.Thread(target=lambda: servers.append(stack.enter_context(start(find()))))
            thread.start(); thread.join()
            servers[0].connect().close()
            print(servers[0].pid, servers[0].data.parent, flush=True)
            sys.stdin.read()
            servers[0].connect().close()
    """)
    process.communicate("")
    assert process.returncode == 0
    assert not is_running(pid)


def test_the_pipe_watchdog_does_the_same_where_the_kernel_does_not() -> None:
    """What macOS uses, here on Linux: the mechanism, not the platform."""
    process, pid, _ = holder(
        """
        import sys
        from pgwright.shadow import spawn
        spawn.Child.__init__.__kwdefaults__["watchdog"] = True
    """
        + HOLD.replace("\n", "\n        ")
    )
    family = below(pid)
    process.kill()
    process.wait()
    until(lambda: not any(map(is_running, {pid, *family})), "the watchdog ends the server")


def test_a_folder_of_a_living_owner_is_not_swept() -> None:
    process, pid, folder = holder()
    with start(find()):
        assert folder.exists() and is_running(pid)
    process.communicate("")
    assert process.returncode == 0
    assert not folder.exists() and not is_running(pid)


def test_a_killed_server_is_a_named_refusal() -> None:
    with pytest.raises(ServerDied) as refused, start(find()) as server, server.connect() as conn:
        os.kill(server.pid, signal.SIGKILL)
        until(lambda: not is_running(server.pid), "the killed server ends")
        while True:  # the backend notices by itself, at the latest when it next waits
            conn.execute("SELECT pg_sleep(0.01)")
    assert "SIGKILL" in refused.value.message
    assert refused.value.code == "PW-SHADOW-12"


def test_the_refusal_of_a_dead_server_tells_no_statement() -> None:
    with pytest.raises(ServerDied) as refused, start(find(), trace=True) as server:
        with server.connect() as conn:
            conn.execute("CREATE ROLE app PASSWORD 'could not hunter2'")
        os.kill(server.pid, signal.SIGKILL)
        until(lambda: not is_running(server.pid), "the killed server ends")
        server.connect()
    assert "hunter2" not in str(refused.value)


def test_a_setting_that_the_server_refuses_is_told_in_its_own_words() -> None:
    with pytest.raises(DidNotStart, match="no_such_setting"), start(find(), more={"no_such_setting": "1"}):
        pass


def test_leaving_by_an_exception_leaves_nothing() -> None:
    with pytest.raises(KeyError), start(find()) as server:
        folder, pid = server.data.parent, server.pid
        raise KeyError
    assert not folder.exists() and not is_running(pid)


def test_no_shared_memory_stays_behind_a_killed_server() -> None:
    before = set(Path("/dev/shm").glob("PostgreSQL.*"))
    with pytest.raises(ServerDied), start(find()) as server:
        with server.connect() as conn:
            conn.execute("SELECT 1")
        mapped = Path(f"/proc/{server.pid}/maps").read_text()
        os.kill(server.pid, signal.SIGKILL)
        until(lambda: not is_running(server.pid), "the killed server ends")
        server.connect()
    assert "/dev/shm/PostgreSQL" not in mapped
    assert not {f for f in set(Path("/dev/shm").glob("PostgreSQL.*")) - before if str(f) in mapped}


def test_databases_come_from_templates_and_go(server: Server, database: str) -> None:
    with server.connect(database) as conn:
        conn.execute("CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)")
    server.create('odd "name"', template=database)
    with server.connect('odd "name"') as conn:
        assert conn.execute("SELECT id FROM kept").fetchone() == (7,)
        server.drop('odd "name"')  # although somebody is connected
    with pytest.raises(psycopg.OperationalError):
        server.connect('odd "name"')


def test_the_pool_gives_equal_databases_and_keeps_none(server: Server, database: str) -> None:
    with server.connect(database) as conn:
        conn.execute("CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)")
    with Pool(server, database, size=2) as pool:
        for number in range(5):  # more than are ready: the rest is cloned on the spot
            with server.connect(pool.take(f"taken_{number}")) as conn:
                assert conn.execute("SELECT id FROM kept").fetchone() == (7,)
            pool.drop(f"taken_{number}")
        pool.settle()
    with server.connect() as conn:
        left = conn.execute("SELECT count(*) FROM pg_database WHERE datname ~ '^(pool|taken)_'").fetchone()
    assert left == (0,)


@pytest.mark.parametrize("major", [pytest.param(n, marks=pytest.mark.major(n)) for n in (14, 15, 16, 17, 18)])
def test_every_major_starts_traces_and_clones(server_of: Callable[[int], Server], major: int) -> None:
    server = server_of(major)
    assert server.major == major
    server.create("one")
    server.create("two", template="one")
    with server.connect("two") as conn:
        conn.execute("SELECT 'here'")
    assert "statement: SELECT 'here'" in server.log.read_text()
    assert "plpgsql" in available_extensions(server)
    server.drop("two")
    server.drop("one")
