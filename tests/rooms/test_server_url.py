"""Verbs on a server that the user names: what they do there, what they leave there, and what they say of it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from tiny_project import TABLE, Tiny

from pgwright import project, verbs
from pgwright.doors.cli import cli
from pgwright.errors import Refusal
from pgwright.project.refusals import PasswordInFile
from pgwright.records import Proof
from pgwright.shadow.attached import OtherMajor, RolesStay, Unreachable
from pgwright.shadow.binaries import find
from pgwright.shadow.server import Server, start
from pgwright.shadow.stage import Options, TriggersStay
from pgwright.verbs.server import IsAnEnvironment, NoServerUrl

SECRET, QUOTED = "hunter2/é", "hunter2%2F%C3%A9"
CONCURRENTLY = (
    'with op.get_context().autocommit_block(): op.create_index("ix", "customers", ["mail"], postgresql_concurrently=True)',
    'with op.get_context().autocommit_block(): op.drop_index("ix", postgresql_concurrently=True)',
)


class Theirs:
    """A server on TCP that asks for passwords, and the URL of a role that may make databases and nothing else."""

    def __init__(self, server: Server, address: str) -> None:
        self.server, self.address = server, address

    def url(self, user: str = "maker", *, over: str = "tcp") -> str:
        where = f"{self.address}:5432/app" if over == "tcp" else f"/app?host={self.server.host}&port=5432"
        return f"postgresql://{user}:{QUOTED}@{where}"

    def look(self, query: str) -> set[Any]:
        """The first column of a superuser's query."""
        with self.server.connect("app") as conn:
            return {row[0] for row in conn.execute(query.encode())}

    def databases(self) -> set[str]:
        return self.look("SELECT datname FROM pg_database")


@pytest.fixture(scope="module")
def theirs() -> Iterator[Theirs]:
    """Every test run has a loopback address of its own, so that port 5432 is free there."""
    address = f"127.77.{secrets.randbelow(250) + 1}.{secrets.randbelow(250) + 1}"
    with start(find(), trace=True, more={"listen_addresses": address}) as server:
        server.create("app")
        with server.connect("app") as conn:
            conn.execute(f"CREATE ROLE maker LOGIN CREATEDB PASSWORD '{SECRET}'; CREATE ROLE reader LOGIN")
            conn.execute(f"CREATE ROLE owner LOGIN SUPERUSER PASSWORD '{SECRET}'; ALTER ROLE reader PASSWORD '{SECRET}'")
            conn.execute("CREATE TABLE kept AS SELECT 1 AS id")
            hba = server.data / "pg_hba.conf"
            hba.write_text("local all postgres trust\nlocal all all scram-sha-256\nhost all all all scram-sha-256\n")
            conn.execute("SELECT pg_reload_conf()")
        yield Theirs(server, address)


def prove(tiny: Tiny, url: str, what: str | None = None, **more: Any) -> dict[str, Proof]:
    """{revision: proof} on that server; what the verb tells goes into `told`."""
    told = more.pop("told", [])
    wish = verbs.Wish(options=Options(**more), server_url=url)
    found = verbs.prove(
        project.find(tiny.root), what, whole=what is None, wish=wish, on_event=lambda e: told.append(e.text)
    )
    return {p.revision: p for p in found}


@pytest.mark.parametrize("over", ["tcp", "socket"])
def test_proofs_there_say_the_same_and_leave_nothing(tiny: Tiny, theirs: Theirs, over: str) -> None:
    tiny.add("a1", *TABLE).add("b2", 'op.create_index("ix_mail", "customers", ["mail"])', "pass")
    tiny.add("c3", 'op.add_column("customers", sa.Column("age", sa.Integer()))', 'op.drop_column("customers", "age")')
    before = theirs.databases()
    told: list[str] = []
    proofs = prove(tiny, theirs.url(over=over), told=told)
    assert {name: p.verdict for name, p in proofs.items()} == {"a1": "proven", "b2": "refuted", "c3": "proven"}
    assert dict(proofs["c3"].seeded)["public.customers"] > 0
    assert "ix_mail" in proofs["b2"].reasons[0].message
    assert theirs.databases() == before and theirs.look("SELECT id FROM kept") == {1}
    assert any("throw-away databases pgwright_" in text for text in told)


def test_every_database_that_is_used_there_is_a_throw_away_one(tiny: Tiny, theirs: Theirs) -> None:
    """The server's own log tells: all that the role did outside of them is housekeeping."""
    tiny.add("a1", *TABLE)
    begin = theirs.server.log.stat().st_size
    prove(tiny, theirs.url())
    with theirs.server.log.open("rb") as file:
        file.seek(begin)
        made = {line.split(b'"')[1] for line in file if b"statement: CREATE DATABASE" in line}
    assert made and all(name.startswith(b"pgwright_") and name[17:18] == b"_" for name in made)
    assert theirs.look("SELECT relname FROM pg_class WHERE relname = 'customers'") == set()


def test_what_is_not_recorded_is_told(tiny: Tiny, theirs: Theirs) -> None:
    tiny.add("a1", *TABLE).add("b2", *CONCURRENTLY)
    proof = prove(tiny, theirs.url(), "b2")["b2"]
    assert proof.verdict == "proven", proof.reasons
    finding = next(f for f in proof.findings if f.rule == "not-traced")
    assert "log" in finding.message and "cannot be read" in finding.message
    index = next(m for m in proof.messages_up if "CREATE INDEX" in m.message)
    assert index.held("ShareUpdateExclusiveLock", "public.customers") and index.line == 10
    assert not any(f.rule == "not-traced" for f in prove(tiny, theirs.url(), "b2", trace=False)["b2"].findings)


@pytest.mark.parametrize("thing", ["ROLE someone", "EXTENSION file_fdw"])
def test_a_right_that_the_role_lacks_refutes_nothing(tiny: Tiny, theirs: Theirs, thing: str) -> None:
    tiny.add("a1", f'op.execute("CREATE {thing}")', f'op.execute("DROP {thing}")')
    proof = prove(tiny, theirs.url(), "a1")["a1"]
    assert proof.verdict == "unproven" and "maker lacks this right" in proof.reasons[0].cause
    if thing.startswith("EXTENSION"):
        assert prove(tiny, theirs.url("owner"), "a1")["a1"].verdict == "proven"


@pytest.mark.parametrize("what", [None, "a1"])
def test_a_history_that_makes_roles_is_refused_and_its_roles_stay(
    tiny: Tiny, theirs: Theirs, what: str | None
) -> None:
    """Snapshots see every role of the server: one that is new there may be somebody else's."""
    tiny.add("a1", 'op.execute("CREATE ROLE made_there")', 'op.execute("DROP ROLE made_there")')
    with pytest.raises(RolesStay, match="made_there"):
        prove(tiny, theirs.url("owner"), what)
    assert theirs.look("SELECT rolname FROM pg_roles WHERE rolname = 'made_there'") == {"made_there"}
    with theirs.server.connect() as conn:
        conn.execute("DROP ROLE made_there")


def test_foreign_keys_that_the_role_cannot_turn_off_are_refused(tiny: Tiny, theirs: Theirs) -> None:
    tiny.add("a1", *TABLE)
    tiny.add("b2", 'op.create_table("orders", sa.Column("c", sa.Integer(), sa.ForeignKey("customers.id"))); '
             'op.execute("INSERT INTO orders VALUES (70000)")', 'op.drop_table("orders")')
    with pytest.raises(TriggersStay, match="maker"):
        prove(tiny, theirs.url(), rows="none")
    proof = prove(tiny, theirs.url("owner"), rows="none")["b2"]
    assert proof.verdict == "proven" and "needs-existing-rows" in {f.rule for f in proof.findings}


def test_plan_and_doctor_work_there_too(tiny: Tiny, theirs: Theirs) -> None:
    tiny.add("a1", *TABLE)
    env = tiny.root / "alembic" / "env.py"
    table = "sa.Table('tags', models, sa.Column('id', sa.Integer, primary_key=True))"
    model = f"import sqlalchemy as sa\nmodels = MetaData()\n{table}\n"
    env.write_text(env.read_text().replace("engine =", model + "engine =").replace("=MetaData()", "=models"))
    before = theirs.databases()
    named = ["--project", str(tiny.root), "--server-url", theirs.url()]
    planned = CliRunner().invoke(cli, [*named, "plan", "--models", "-m", "tags", "--dry-run", "--json"])
    assert planned.exit_code == 0 and "tags" in planned.stdout, planned.output
    assert theirs.address in planned.stderr
    looked = CliRunner().invoke(cli, [*named, "doctor", "--json"])
    assert looked.exit_code == 0 and theirs.address in json.loads(looked.stdout)["server"], looked.output
    assert theirs.databases() == before


def test_the_variable_that_holds_the_url_is_named_in_the_settings(
    tiny: Tiny, theirs: Theirs, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.add("a1", *TABLE)
    (tiny.root / "pgwright.toml").write_text('server_url_env = "SHADOW_URL"\n')
    monkeypatch.delenv("SHADOW_URL", raising=False)
    with pytest.raises(NoServerUrl, match="SHADOW_URL"):
        verbs.prove(project.find(tiny.root))
    monkeypatch.setenv("SHADOW_URL", theirs.url().replace("postgresql://", "postgresql+asyncpg://"))
    (proof,) = verbs.prove(project.find(tiny.root))
    assert proof.verdict == "proven" and theirs.address in proof.server
    (tiny.root / "pgwright.toml").write_text(f'server_url_env = "{theirs.url()}"\n')
    with pytest.raises(PasswordInFile, match="server_url_env") as refused:
        project.find(tiny.root)
    assert QUOTED not in str(refused.value)


def test_an_environment_of_the_project_is_refused_unconnected(
    tiny: Tiny, theirs: Theirs, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.add("a1", *TABLE)
    (tiny.root / "pgwright.toml").write_text('[environments.production]\nurl_env = "LIVE"\n')
    monkeypatch.setenv("LIVE", f"postgresql+psycopg2://other:pw@{theirs.address}/shop")
    begin = theirs.server.log.stat().st_size
    with pytest.raises(IsAnEnvironment, match="production"):
        prove(tiny, theirs.url())
    assert theirs.server.log.stat().st_size == begin


def test_a_role_that_may_not_make_databases_and_another_major_are_refused(tiny: Tiny, theirs: Theirs) -> None:
    tiny.add("a1", *TABLE)
    with pytest.raises(Unreachable, match="CREATEDB"):
        prove(tiny, theirs.url("reader"))
    with pytest.raises(OtherMajor, match="major 15"):
        verbs.prove(project.find(tiny.root), wish=verbs.Wish(major=15, server_url=theirs.url()))




@pytest.mark.parametrize("form", [[], ["--json"]])
@pytest.mark.parametrize(
    "up", ["pass", 'import env_says; raise ValueError(env_says.last)', 'import os; os.kill(os.getpid(), 9)']
)
def test_the_password_is_nowhere(tiny: Tiny, theirs: Theirs, form: list[str], up: str) -> None:
    """Not in proofs, events, errors or anything else below the project, even when the project's code prints it."""
    tiny.add("a1", *TABLE).add("b2", up, "pass")
    (tiny.root / "env_says.py").write_text("last = {}\n")
    env = tiny.root / "alembic" / "env.py"
    env.write_text(
        "import sys; sys.path.insert(0, '.')\nimport env_says, sqlalchemy as sa\n"
        '@sa.event.listens_for(sa.engine.Engine, "do_connect")\n'
        "def loud(dialect, record, cargs, cparams):\n"
        "    print('connecting with', cparams, file=sys.stderr); env_says.last = dict(cparams)\n" + env.read_text()
    )
    ended = CliRunner().invoke(cli, ["-C", str(tiny.root), "prove", "--all", "--server-url", theirs.url(), *form])
    assert ended.exit_code in ((0,) if up == "pass" else (1, 2)), ended.output
    kept = [p.read_text("utf-8", "replace") for p in (tiny.root / ".pgwright").rglob("*") if p.is_file()]
    assert ("***" in ended.output) == (up != "pass")
    for text in (ended.output, ended.stderr, repr(ended.exception), *kept):
        assert SECRET not in text and QUOTED not in text


@pytest.mark.parametrize("bad", ["postgresql://me:hunter2%2F@127.0.0.1:1/x", "no url hunter2/", "postgresql://me:hunter2@[x"])
def test_the_password_is_in_no_refusal(tiny: Tiny, bad: str) -> None:
    tiny.add("a1", *TABLE)
    with pytest.raises(Refusal) as refused:
        prove(tiny, bad)
    assert "hunter2" not in str(refused.value) + str(refused.value.as_json())
    assert "hunter2" not in repr(verbs.Wish(server_url=bad))
