"""The guard is laid over a live database, can be interrupted anywhere, and goes away without a trace."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from keys import Keys
from scenes import ENVIRONMENT, SIGNERS, build, connect, signer

from pgwright.gate import guard
from pgwright.gate.guard_refusals import MayNotInstall, NoSigners, StillInUse
from pgwright.gate.install import Installer, install, is_guarded, plan, remove
from pgwright.gate.state import checks
from pgwright.shadow.server import Server

STATE = """
SELECT kind, name, owner, array_agg(right_of ORDER BY right_of) FROM (
    SELECT 'relation' AS kind, c.oid::regclass::text AS name, c.relowner::regrole::text AS owner,
           concat_ws(' ', a.grantee::regrole, a.privilege_type, a.is_grantable) AS right_of
      FROM pg_class c, aclexplode(coalesce(c.relacl,
               acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))) a
     WHERE c.relnamespace IN ('shop'::regnamespace, 'public'::regnamespace) AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL
    SELECT 'schema', n.nspname, n.nspowner::regrole::text, concat_ws(' ', a.grantee::regrole, a.privilege_type)
      FROM pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a WHERE n.nspname !~ '^pg_'
    UNION ALL
    SELECT 'function', p.oid::regprocedure::text, p.proowner::regrole::text,
           concat_ws(' ', a.grantee::regrole, a.privilege_type)
      FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE p.pronamespace = 'shop'::regnamespace
    UNION ALL
    SELECT 'type', t.typname, t.typowner::regrole::text, concat_ws(' ', a.grantee::regrole, a.privilege_type)
      FROM pg_type t, aclexplode(coalesce(t.typacl, acldefault('T', t.typowner))) a WHERE t.typnamespace = 'shop'::regnamespace
    UNION ALL
    SELECT 'database', d.datname, d.datdba::regrole::text, concat_ws(' ', a.grantee::regrole, a.privilege_type)
      FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a WHERE d.datname = current_database()
    UNION ALL SELECT 'default', defaclrole::regrole::text, '', defaclacl::text FROM pg_default_acl
    UNION ALL SELECT 'role', rolname, '', '' FROM pg_roles WHERE rolname LIKE 'pgwright%'
    UNION ALL SELECT 'trigger', tgname, '', tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'event trigger', evtname, '', '' FROM pg_event_trigger
) s GROUP BY 1, 2, 3 ORDER BY 1, 2
"""


@pytest.fixture
def bare(server_alone: Server, keys: Keys) -> Iterator[tuple[Server, str]]:
    """A database as an application's own login made it, with a few grants to others."""
    name = "shop_bare"
    build(server_alone, name, "T0", keys)
    with server_alone.connect(name) as conn:
        conn.execute(
            "CREATE ROLE readonly; GRANT USAGE ON SCHEMA shop TO readonly; GRANT SELECT ON shop.users TO readonly;"
            "SET ROLE app; ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO readonly; RESET ROLE;"
            f"ALTER DATABASE {name} OWNER TO app"
        )
    yield server_alone, name
    server_alone.drop(name)
    with server_alone.connect() as conn:
        for role in ("pgwright_runner", "pgwright_gate", "pgwright_owner", "readonly", "maker"):
            conn.execute(f"DROP ROLE IF EXISTS {role}".encode())


@pytest.fixture(scope="module")
def server_alone() -> Iterator[Server]:
    """Its own server: these tests make and drop the guard's roles."""
    from pgwright.shadow.binaries import find
    from pgwright.shadow.server import start

    with start(find()) as running:
        yield running


def people(keys: Keys) -> list[Any]:
    return [signer(keys, one) for one in SIGNERS]


def test_remove_gives_everything_back(bare: tuple[Server, str], keys: Keys) -> None:
    server, name = bare
    with server.connect(name) as conn:
        before = conn.execute(STATE).fetchall()
        to = Installer(conn, ENVIRONMENT)
        install(to, people(keys))
        during = conn.execute(STATE).fetchall()
        assert {row[2] for row in during if row[0] == "relation"} == {guard.OWNER}
        remove(to)
        assert conn.execute(STATE).fetchall() == before
        assert not is_guarded(conn)


def test_the_plan_changes_nothing_and_says_what_would_happen(bare: tuple[Server, str]) -> None:
    server, name = bare
    with server.connect(name) as conn:
        before = conn.execute(STATE).fetchall()
        planned = plan(Installer(conn, ENVIRONMENT))
        assert conn.execute(STATE).fetchall() == before
    assert (planned.tier, planned.installed) == ("T2", False)
    assert ("TABLE", "shop.users", "app") in planned.moves
    assert planned.version_tables == ("shop.alembic_version",)
    assert "signed exactly these statements" in planned.promise
    assert planned.gaps
    assert any("REFRESH" in line for line in planned.warnings)


class Killed(Exception):
    """The process would have ended here."""


def test_an_interrupted_install_is_gone_on_with(bare: tuple[Server, str], keys: Keys) -> None:
    """Ended at every point in turn; the next run goes on, the application works at each, and remove still gives all back."""
    server, name = bare
    with server.connect(name) as conn:
        before = conn.execute(STATE).fetchall()
    ends = 0
    for stop_at in range(100):
        points = iter(range(stop_at, -1, -1))

        def pause(point: str, points: Iterator[int] = points) -> None:
            if next(points) == 0:
                raise Killed(point)

        with server.connect(name) as conn:
            try:
                install(Installer(conn, ENVIRONMENT, pause=pause), people(keys))
            except Killed:
                ends += 1
            else:
                break
        with connect(server, name, "app") as conn, conn.transaction(force_rollback=True):
            conn.execute("INSERT INTO shop.orders (user_id) VALUES (1)")
            conn.execute("DELETE FROM shop.users WHERE id = 2")
    assert ends > 3
    with server.connect(name) as conn:
        remove(Installer(conn, ENVIRONMENT))
        assert conn.execute(STATE).fetchall() == before


def test_an_interrupted_remove_is_gone_on_with(bare: tuple[Server, str], keys: Keys) -> None:
    server, name = bare
    with server.connect(name) as conn:
        before = conn.execute(STATE).fetchall()
        install(Installer(conn, ENVIRONMENT), people(keys))
    with server.connect(name) as conn, pytest.raises(Killed):
        remove(Installer(conn, ENVIRONMENT, pause=_ends_after(3)))
    with server.connect(name) as conn:
        remove(Installer(conn, ENVIRONMENT))
        assert conn.execute(STATE).fetchall() == before


def _ends_after(count: int) -> Any:
    seen = iter(range(count))

    def pause(point: str) -> None:
        if next(seen, None) is None:
            raise Killed(point)

    return pause


def test_a_live_application_meets_no_error(bare: tuple[Server, str], keys: Keys) -> None:
    """Writers and readers run through the whole installation, the guarded time and the removal."""
    server, name = bare
    stop, errors, done = threading.Event(), [], [0]

    def work() -> None:
        with connect(server, name, "app") as conn:
            while not stop.is_set():
                try:
                    conn.execute("INSERT INTO shop.users (name) VALUES ('live')")
                    conn.execute("UPDATE shop.orders SET note = 'y' WHERE id = 3")
                    conn.execute("INSERT INTO shop.orders (user_id) SELECT min(id) FROM shop.users")
                    conn.execute("SELECT shop.twice(count(*)::integer) FROM shop.orders")
                    done[0] += 1
                except psycopg.Error as error:
                    errors.append(str(error))
                    return

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    with server.connect(name) as conn:
        install(Installer(conn, ENVIRONMENT), people(keys))
        remove(Installer(conn, ENVIRONMENT))
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert done[0] > 0


def test_a_table_in_use_is_named(bare: tuple[Server, str], keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    server, name = bare
    monkeypatch.setattr("pgwright.gate.ownership.PATIENCE", 0.3)
    with connect(server, name, "app", autocommit=False) as busy, server.connect(name) as conn:
        busy.execute("SELECT * FROM shop.orders")
        with pytest.raises(StillInUse) as refused:
            install(Installer(conn, ENVIRONMENT), people(keys))
        assert "shop.orders" in refused.value.message
        busy.rollback()
        install(Installer(conn, ENVIRONMENT), people(keys))
        remove(Installer(conn, ENVIRONMENT))


def test_nobody_could_sign(bare: tuple[Server, str]) -> None:
    server, name = bare
    with server.connect(name) as conn, pytest.raises(NoSigners):
        install(Installer(conn, ENVIRONMENT), [])


@pytest.mark.parametrize(
    ("rights", "grants", "what"),
    [
        ("LOGIN", "", "make roles"),
        ("LOGIN CREATEROLE", "", "make roles, schema"),  # may make roles, but no schema in this database
        ("LOGIN CREATEROLE", "GRANT CREATE ON DATABASE shop_bare TO maker", "move what the application owns"),
        (
            "LOGIN CREATEROLE",
            "GRANT CREATE ON DATABASE shop_bare TO maker; GRANT app TO maker;"
            "GRANT ALL ON SCHEMA public TO maker WITH GRANT OPTION",
            "take away the right to create",
        ),
    ],
)
def test_a_login_without_the_rights_is_told_which(
    bare: tuple[Server, str], keys: Keys, rights: str, grants: str, what: str
) -> None:
    server, name = bare
    with server.connect(name) as conn:
        conn.execute(f"CREATE ROLE maker {rights}; {grants}".encode())
    try:
        with connect(server, name, "maker") as conn:
            assert plan(Installer(conn, ENVIRONMENT)).tier == "T1"
            with pytest.raises(MayNotInstall) as refused:
                install(Installer(conn, ENVIRONMENT), people(keys))
            assert what in refused.value.message
    finally:
        with server.connect(name) as conn:
            if is_guarded(conn):
                remove(Installer(conn, ENVIRONMENT))
            conn.execute("REASSIGN OWNED BY maker TO postgres; DROP OWNED BY maker")


def test_a_platforms_master_reaches_t1_and_is_named_as_its_gap(bare: tuple[Server, str], keys: Keys) -> None:
    """No superuser: what a managed platform gives. The login that made the roles can always make itself a member."""
    server, name = bare
    with server.connect(name) as conn:
        conn.execute("CREATE ROLE maker LOGIN CREATEROLE CREATEDB; GRANT app TO maker")
        conn.execute("ALTER DATABASE shop_bare OWNER TO maker")
        before = conn.execute(STATE).fetchall()
    with connect(server, name, "maker") as conn:
        planned = install(Installer(conn, ENVIRONMENT), people(keys))
        assert (planned.tier, "event trigger" in planned.why_not_more) == ("T1", True)
        found = {one.name: one for one in checks(conn)}
        assert [one.name for one in found.values() if one.level == "bad"] == []
        assert "maker" in found["maker"].text
    with connect(server, name, "app") as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute("ALTER TABLE shop.users ADD COLUMN c integer")
    with connect(server, name, "maker") as conn:  # the documented gap
        conn.execute("GRANT pgwright_owner TO maker WITH SET TRUE")
        conn.execute("REVOKE pgwright_owner FROM maker")
        remove(Installer(conn, ENVIRONMENT))
    with server.connect(name) as conn:
        assert [row for row in conn.execute(STATE).fetchall() if row not in before] == []
        conn.execute("REASSIGN OWNED BY maker TO postgres; DROP OWNED BY maker")


def test_the_runners_own_tables_can_be_written_by_runs(bare: tuple[Server, str], keys: Keys) -> None:
    """A journal from before the guard, and one laid with it, belong to the gate; runs write them, the application does not."""
    server, name = bare
    with server.connect(name) as conn:
        conn.execute("CREATE SCHEMA pgwright; CREATE TABLE pgwright.unit (id integer)")
        also = "CREATE TABLE IF NOT EXISTS pgwright.step (id bigint GENERATED ALWAYS AS IDENTITY, unit integer)"
        install(Installer(conn, ENVIRONMENT), people(keys), also=also)
    with connect(server, name, "pgwright_runner") as conn:
        conn.execute("INSERT INTO pgwright.unit VALUES (1)")
        conn.execute("INSERT INTO pgwright.step (unit) VALUES (1)")
    with connect(server, name, "app") as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute("INSERT INTO pgwright.unit VALUES (1)")
    with server.connect(name) as conn:
        remove(Installer(conn, ENVIRONMENT))
        assert conn.execute("SELECT count(*) FROM pgwright.unit").fetchall() == [(1,)]
