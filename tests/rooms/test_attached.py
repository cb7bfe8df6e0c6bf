"""A server that the user names: nothing of it is touched but what we made, and that goes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from pgwright.event import Event
from pgwright.shadow.attached import IsTheTarget, NotCarried, RolesStay, Unreachable, attach
from pgwright.shadow.binaries import find
from pgwright.shadow.databases import Pool
from pgwright.shadow.server import Server, start


@pytest.fixture(scope="module")
def theirs() -> Iterator[Server]:
    """Stands for the user's server, with a user that may make databases and nothing else."""
    with start(find()) as server:
        server.create("app")
        with server.connect() as conn:
            conn.execute("CREATE ROLE maker LOGIN CREATEDB PASSWORD 'hunter2'; CREATE ROLE reader LOGIN")
        yield server


def url(server: Server, user: str = "maker", database: str = "postgres") -> str:
    return f"postgresql://{user}:hunter2@/{database}?host={server.host}&port={server.port}"


def databases(server: Server) -> set[str]:
    with server.connect() as conn:
        return {row[0] for row in conn.execute("SELECT datname FROM pg_database")}


def test_what_we_made_goes_and_the_rest_stays(theirs: Server) -> None:
    before = databases(theirs)
    with attach(url(theirs)) as server:
        name = server.name("work")
        server.create(name)
        with server.connect(name) as conn:
            conn.execute("CREATE TABLE t (id int)")
        server.create(server.name("copy"), template=name)
        assert len(databases(theirs) - before) == 2
        assert server.log is None
    assert databases(theirs) == before


@pytest.mark.parametrize("foreign", ["app", "postgres", "template1", "pgwright_12345678_other"])
def test_no_name_leads_to_a_database_of_somebody_else(theirs: Server, foreign: str) -> None:
    """Whatever a caller says, what is made, filled, renamed and dropped bears the prefix of this run."""
    before = databases(theirs)
    with attach(url(theirs, user="postgres")) as server:
        server.create(foreign)
        with server.connect(foreign) as conn:
            assert conn.info.dbname.startswith(server.prefix)
        server.rename(foreign, "other")
        server.create(foreign, template="other")
        server.drop(foreign)
        server.drop(foreign)
        assert databases(theirs) - before == {server.name("other")}
    assert databases(theirs) == before


def test_what_we_made_goes_after_a_failure_too_and_with_people_connected(theirs: Server) -> None:
    before = databases(theirs)
    with pytest.raises(KeyError), attach(url(theirs)) as server:
        server.create(server.name("work"))
        with server.connect(server.name("work")):
            raise KeyError
    assert databases(theirs) == before


def test_a_killed_run_is_cleaned_up_by_the_next_and_a_living_one_is_not(theirs: Server) -> None:
    before = databases(theirs)
    code = (
        "import sys, os; from pgwright.shadow.attached import attach\n"
        "with attach(sys.argv[1]) as s:\n"
        "    s.create(s.name('left')); print(s.name('left'), flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, url(theirs)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    left = process.stdout.readline().strip()
    with attach(url(theirs)):
        assert left in databases(theirs)
    process.kill()
    process.wait()
    with theirs.connect() as conn:  # its session ends when the server notices, which is not ours to hurry
        conn.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = %s", (left[:17],)
        )
    assert left in databases(theirs)
    with attach(url(theirs)):
        assert left not in databases(theirs)
    assert databases(theirs) == before


def test_the_target_itself_is_refused(theirs: Server) -> None:
    with theirs.connect() as conn:
        row = conn.execute("SELECT system_identifier FROM pg_control_system()").fetchone()
    assert row is not None
    with pytest.raises(IsTheTarget), attach(url(theirs), target=row[0]):
        pass
    with attach(url(theirs), target=row[0] + 1):
        pass


def test_a_user_without_createdb_is_refused_with_the_right_that_is_missing(theirs: Server) -> None:
    with pytest.raises(Unreachable, match="CREATEDB"), attach(url(theirs, user="reader")):
        pass


@pytest.mark.parametrize(
    "bad", ["postgresql://me:hunter2@127.0.0.1:1/x", "nonsense hunter2", "postgresql://me:hunter2@[x"]
)
def test_the_password_is_in_no_message(theirs: Server, bad: str) -> None:
    with pytest.raises(Unreachable) as refused, attach(bad):
        pass
    assert "hunter2" not in str(refused.value) + repr(refused.value.facts)
    with attach(url(theirs)) as server:
        assert "hunter2" not in repr(server)


def test_roles_that_a_revision_made_are_told(theirs: Server) -> None:
    events: list[Event] = []
    with attach(url(theirs, user="postgres"), on_event=events.append) as server, server.connect() as conn:
        conn.execute("CREATE ROLE left_behind")
    with theirs.connect() as conn:
        conn.execute("DROP ROLE left_behind")
    assert [e for e in events if "left_behind" in e.text]


def test_no_role_is_dropped_there(theirs: Server) -> None:
    with attach(url(theirs, user="postgres")) as server:
        with server.connect() as conn:
            conn.execute("CREATE ROLE somebody")
        with pytest.raises(RolesStay, match='DROP ROLE "somebody"'):
            server.drop_roles({"somebody"})
        server.drop_roles(set())
    with theirs.connect() as conn:
        conn.execute("DROP ROLE somebody")  # fails when it is gone


@pytest.mark.parametrize("asked", ["sslmode=require", "sslrootcert=ca.pem"])
def test_encryption_that_a_driver_may_not_keep_is_refused(theirs: Server, asked: str) -> None:
    with pytest.raises(NotCarried, match=asked.partition("=")[0]), attach(f"{url(theirs)}&{asked}"):
        pass


def test_a_pool_works_there_too(theirs: Server) -> None:
    before = databases(theirs)
    with attach(url(theirs)) as server:
        template = server.name("template")
        server.create(template)
        with Pool(server, template, size=2) as pool:
            pool.settle()
            server.connect(pool.take(server.name("taken"))).close()
    assert databases(theirs) == before
