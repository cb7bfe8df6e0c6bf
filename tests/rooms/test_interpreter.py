"""The user's env.py and revisions, run in a child: on real servers, in tiny whole projects."""

from __future__ import annotations

import ast
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from environments import ALEMBIC, environment
from pgwright.interpreter import Interpreter, Ran, Target, Waiting
from pgwright.interpreter.process import ENVRUN
from pgwright.interpreter.refusals import (
    ChildDied,
    ChildSlow,
    EnvFailed,
    NoAlembic,
    NoPython,
    NotPostgres,
    RevisionsFailed,
)
from pgwright.project import find

EXAMPLES = Path(__file__).parent.parent / "examples"
Open = Callable[..., Interpreter]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """A function: the interpreter of an example, on a copy of it."""
    with ExitStack() as stack:

        def of(example: str, env: dict[str, str] | None = None, python: str = sys.executable) -> Interpreter:
            copy = tmp_path / example
            if not copy.exists():
                shutil.copytree(EXAMPLES / example, copy)
            project = find(copy)
            project = replace(project, settings=replace(project.settings, env=env or {}))
            return stack.enter_context(Interpreter(project, python))

        yield of


@pytest.fixture
def target(server: Any, database: str) -> Target:
    return Target(str(server.host), server.port, server.user, database)


def good(ran: Ran) -> Ran:
    assert ran.ok, ran.error
    return ran


def test_load_tells_the_tree_and_touches_nothing(opened: Open, target: Target, server: Any) -> None:
    loaded = opened("branches").load(target)
    order = [one.id for one in loaded.revisions]
    assert order.index("a1") < order.index("b1") < order.index("c1") < order.index("d1")
    assert set(loaded.heads) == {"e1", "f1", "g1"} and loaded.bases == ("a1",)
    assert loaded.revision("c1").is_merge and set(loaded.revision("c1").down_revisions) == {"b1", "b2"}
    assert loaded.revision("d1").upgrade_line == 12
    assert loaded.tables == {"person", "shop.orders"}
    assert loaded.naming_convention == '{"pk": "pk_%(table_name)s"}'
    assert loaded.connections == ("postgresql+psycopg",)
    with server.connect(target.dbname) as conn:
        assert conn.execute("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace").fetchone() == (
            0,
        )


def test_exactly_the_steps_that_were_asked_for(opened: Open, target: Target, server: Any) -> None:
    child = opened("branches")
    child.load(target)
    assert good(child.step(target, [("up", "a1"), ("up", "b1")])).heads_after == ("b1",)
    assert good(child.step(target, [("up", "b2")])).heads_after == ("b1", "b2")
    assert good(child.step(target, [("up", "c1")])).heads_after == ("c1",)
    assert good(child.step(target, [("down", "c1")])).heads_after == ("b1", "b2")
    assert good(child.step(target, [("down", "b1")])).heads_after == ("b2",)
    with server.connect(target.dbname) as conn:
        names = {row[0] for row in conn.execute("SELECT attname FROM pg_attribute WHERE attrelid = 'person'::regclass")}
    assert "right" in names and "left" not in names


def test_no_session_stays_between_calls(opened: Open, target: Target, server: Any) -> None:
    for example, env in (
        ("branches", {}),
        ("asyncio_pool", {}),
        ("asyncio_pool", {"DRIVER": "psycopg"}),
        ("tenants", {}),
    ):
        child = opened(example, env)
        child.load(target)
        good(child.step(target, [("up", "a1")]))
        server.create("copied", template=target.dbname)  # fails while anybody is connected to the template
        server.drop("copied")
        good(child.step(target, [("down", "a1")]))
        server.drop(target.dbname)
        server.create(target.dbname)


@pytest.mark.parametrize("driver", ["asyncpg", "psycopg"])
def test_a_global_pool_survives_a_loop_per_call(opened: Open, target: Target, driver: str) -> None:
    child = opened("asyncio_pool", {"DRIVER": driver})
    child.load(target)
    for _ in range(3):
        good(child.step(target, [("up", "a1")]))
        good(child.step(target, [("down", "a1")]))


def test_every_tenant_gets_the_steps(opened: Open, target: Target) -> None:
    child = opened("tenants")
    loaded = child.load(target)
    assert [one.version_table_schema for one in loaded.contexts] == ["one", "two"]
    ran = good(child.step(target, [("up", "a1")]))
    assert [(one.schema, one.after) for one in ran.versions] == [("one", ("a1",)), ("two", ("a1",))]


@pytest.mark.parametrize("driver", ["asyncpg", "psycopg"])
def test_an_error_is_told_with_its_root(opened: Open, target: Target, driver: str) -> None:
    child = opened("asyncio_pool", {"DRIVER": driver})
    child.load(target)
    good(child.step(target, [("up", "a1")]))
    error = child.step(target, [("up", "b1")]).error
    assert error is not None and error.exception.rpartition(".")[2] in ("UndefinedTableError", "UndefinedTable")
    assert error.sqlstate == "42P01" and error.message == 'relation "nobody" does not exist'
    assert error.statement == "ALTER TABLE nobody ADD COLUMN x int"
    assert error.revision == "b1" and error.file is not None
    assert "nobody" in Path(error.file).read_text().splitlines()[(error.line or 0) - 1]
    assert not error.raised_there


def test_a_downgrade_that_raises_on_purpose(opened: Open, target: Target) -> None:
    child = opened("branches")
    child.load(target)
    good(child.step(target, [("up", name) for name in ("a1", "b1", "b2", "c1", "d1")]))
    child.stamp(target, ["e1"])
    error = child.step(target, [("down", "e1")]).error
    assert error is not None and error.exception == "NotImplementedError" and error.raised_there
    assert error.message == "no way back" and "printed by env.py" in error.output


def test_a_trace_names_lines_and_stops_before_what_must_be_watched(opened: Open, target: Target, server: Any) -> None:
    child = opened("branches")
    child.load(target)
    good(child.step(target, [("up", name) for name in ("a1", "b1", "b2", "c1")]))
    stood: list[tuple[Waiting, str]] = []

    def on_wait(waiting: Waiting) -> None:
        with server.connect() as conn:
            row = conn.execute("SELECT state FROM pg_stat_activity WHERE pid = %s", [waiting.pid]).fetchone()
            stood.append((waiting, row[0]))

    with server.connect(target.dbname) as conn:
        conn.execute("CREATE TABLE probed (at timestamptz DEFAULT clock_timestamp())")
    probe = "INSERT INTO probed DEFAULT VALUES RETURNING 1"
    ran = good(child.step(target, [("up", "d1")], trace=True, probe_sql=probe, on_wait=on_wait))
    own = [(one.sql.split()[0], one.line, one.autocommit, one.rowcount) for one in ran.statements if one.line]
    assert own == [("INSERT", 13, False, 2), ("UPDATE", 14, False, 2), ("CREATE", 16, True, -1)]
    assert not any("pgwright" in one.sql for one in ran.statements)
    assert [(one.sql.split()[2], state) for one, state in stood] == [("CONCURRENTLY", "idle")]
    with server.connect(target.dbname) as conn:
        # what Alembic asked before, INSERT, UPDATE: the index is DDL and outside a transaction
        assert conn.execute("SELECT count(*) FROM probed").fetchone() == (3,)
    assert good(child.step(target, [("down", "d1")])).statements == ()


def test_create_all_and_stamp(opened: Open, target: Target, server: Any) -> None:
    child = opened("branches")
    child.load(target)
    assert child.create_all(target) == ("person", "shop.orders")
    child.stamp(target, ["c1"])
    with server.connect(target.dbname) as conn:
        assert conn.execute("SELECT version_num FROM alembic_version").fetchall() == [("c1",)]
        assert conn.execute("SELECT count(*) FROM shop.orders").fetchone() == (0,)
    child.stamp(target, [])
    assert child.step(target, []).heads_after == ()


def test_models_and_where_they_are_written(opened: Open, target: Target) -> None:
    child = opened("branches")
    child.load(target)
    person, order = child.models()
    assert (person.name, person.table, person.line) == ("Person", "person", 9)
    assert person.file is not None and person.file.endswith("app/models.py")
    assert [(one.name, one.attribute) for one in person.columns] == [("id", "id"), ("full_name", "name")]
    assert (order.table, order.schema, order.relationships[0].target) == ("shop.orders", "shop", "Person")


def test_compiled_text_or_the_reason(opened: Open, target: Target) -> None:
    child = opened("branches")
    child.load(target)
    up = child.compile("d1", "up")
    assert up.sql is not None and up.sql.startswith("INSERT INTO person") and "alembic_version" not in up.sql
    assert "CREATE INDEX CONCURRENTLY ix_name ON person (full_name);" in up.sql
    assert child.compile("f1", "up").reason == "reads-data"
    assert child.compile("g1", "up").reason == "volatile"
    assert child.compile("e1", "down").reason == "raises"


def test_compiling_without_an_offline_mode(opened: Open, target: Target) -> None:
    child = opened("tenants")
    child.load(target)
    compiled = child.compile("a1", "up")
    assert compiled.route == "plain" and compiled.sql is not None and compiled.sql.startswith("CREATE TABLE t")


def test_a_revision_is_written_as_the_project_wants_it(opened: Open, target: Target, tmp_path: Path) -> None:
    child = opened("in_pyproject")
    project = tmp_path / "in_pyproject"
    hook = "import sys; path = sys.argv[1]; text = open(path).read(); open(path, 'w').write(text + '# hooked\\n')"
    (project / "hook.py").write_text(hook)
    with (project / "pyproject.toml").open("a") as file:
        file.write('\n[[tool.alembic.post_write_hooks]]\nname = "mark"\ntype = "exec"\n')
        file.write(f'executable = "{sys.executable}"\noptions = "{project}/hook.py REVISION_SCRIPT_FILENAME"\n')
    write_env(project)
    child.load(target)
    path = child.write_revision(
        "b1",
        "Add an index",
        upgrades='op.execute("SELECT 1")\nif True:\n    op.execute("SELECT 2")',
        downgrades="pass",
        imports="import json",
        literal={"change": "x", "phase": "expand", "validate": ["SELECT 0"], "key": None},
    )
    text = path.read_text()
    assert path.name.endswith("_add_an_index_b1.py") and text.endswith("# hooked\n")
    lines = text.splitlines()
    assert lines[lines.index("depends_on = None") + 1].startswith("pgwright = {'change': 'x'")
    assert '    if True:\n        op.execute("SELECT 2")' in text and "import json" in text
    ran = good(child.step(target, [("up", "a1"), ("up", "b1")], trace=True))
    line = next(one.line for one in ran.statements if one.sql == "SELECT 2")
    assert line is not None and "SELECT 2" in lines[line - 1]
    assert child.load(target).revision("b1").validation == ("SELECT 0",)


def write_env(project: Path) -> None:
    shutil.copy(EXAMPLES / "branches" / "migrations" / "env.py", project / "migrations" / "env.py")


def test_env_that_cannot_load_names_the_setting(opened: Open, target: Target) -> None:
    with pytest.raises(EnvFailed) as refused:
        opened("wants_settings").load(target)
    assert refused.value.code == "env" and "SHOP_DATABASE_URL" in refused.value.hint
    assert str(refused.value.file).endswith("migrations/env.py") and refused.value.line == 5


def test_a_broken_revision_is_named(opened: Open, target: Target) -> None:
    with pytest.raises(RevisionsFailed) as refused:
        opened("broken_files").load(target)
    assert str(refused.value.file).endswith("b1.py") and refused.value.line == 4


def test_another_database_is_refused(opened: Open, target: Target, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "branches", tmp_path / "branches")
    env = tmp_path / "branches" / "migrations" / "env.py"
    env.write_text(
        env.read_text().replace("postgresql+psycopg://app:secret@db.example.invalid:5432/production", "sqlite://")
    )
    with pytest.raises(NotPostgres):
        opened("branches").load(target)


def test_a_revision_that_ends_the_process(opened: Open, target: Target) -> None:
    child = opened("hard")
    child.load(target)
    with pytest.raises(ChildDied, match=r"during step \(exit status 9\)"):
        child.step(target, [("up", "dies")])


def test_a_revision_that_never_ends(opened: Open, target: Target) -> None:
    child = opened("hard")
    child.load(target)
    child.timeout = 0.2
    with pytest.raises(ChildSlow, match=r"0\.2 seconds"):
        child.step(target, [("up", "hangs")])


def test_sys_exit_is_an_error_like_any_other(opened: Open, target: Target) -> None:
    child = opened("hard")
    child.load(target)
    error = child.step(target, [("up", "exits")]).error
    assert error is not None and error.exception == "SystemExit" and error.raised_there and error.revision == "exits"
    assert child.step(target, []).ok


def test_a_session_that_a_revision_forgot_is_ended(opened: Open, target: Target, server: Any) -> None:
    child = opened("hard")
    child.load(target)
    child.step(target, [("up", "forgets")])
    with server.connect(target.dbname) as conn:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        assert conn.execute(query, [target.dbname]).fetchone() == (0,)


def test_a_python_that_is_none(opened: Open) -> None:
    with pytest.raises(NoPython):
        opened("branches", python="/nowhere/python")


def test_a_python_without_alembic(opened: Open) -> None:
    with pytest.raises(NoAlembic, match="No module named"):
        opened("branches", python=f"{sys.executable} -S -I")


def test_behind_a_command_prefix(opened: Open, target: Target) -> None:
    """Only standard input and output exist there, and our files do not: the sources travel."""
    child = opened("branches", python=f"/usr/bin/env {sys.executable}")
    child.load(target)
    assert good(child.step(target, [("up", "a1")])).heads_after == ("a1",)
    child.stamp(target, ["d1"])
    error = child.step(target, [("up", "e1")]).error
    assert error is not None and error.revision == "e1" and error.line == 14


def test_the_child_sees_no_name_of_ours(opened: Open, target: Target, tmp_path: Path) -> None:
    """A project may have modules called `guard`, `steps` or `serve`."""
    shutil.copytree(EXAMPLES / "branches", tmp_path / "branches")
    (tmp_path / "branches" / "guard.py").write_text("MINE = True\n")
    env = tmp_path / "branches" / "migrations" / "env.py"
    check = (
        "import sys, guard\nassert guard.MINE and not [n for n in sys.modules if n.partition('.')[0] == 'pgwright']\n"
    )
    env.write_text(check + env.read_text())
    opened("branches").load(target)


def test_the_child_is_written_for_python_3_8() -> None:
    for path in sorted(ENVRUN.glob("*.py")):
        ast.parse(path.read_text(), feature_version=(3, 8))


@pytest.mark.slow
@pytest.mark.parametrize(("alembic", "sqlalchemy"), ALEMBIC)
def test_other_versions(opened: Open, target: Target, tmp_path: Path, alembic: str, sqlalchemy: str) -> None:
    python = environment(alembic, sqlalchemy)
    shutil.copytree(EXAMPLES / "branches", tmp_path / "branches")
    with (tmp_path / "branches" / "alembic.ini").open("a") as file:
        file.write("[post_write_hooks]\nhooks = mark\nmark.type = exec\nmark.executable = /bin/sh\n")
        file.write("mark.options = -c 'echo \"# hooked\" >> REVISION_SCRIPT_FILENAME'\n")
    child = opened("branches", python=str(python))
    loaded = child.load(target)
    assert (loaded.alembic, loaded.sqlalchemy) == (alembic, sqlalchemy)
    good(child.step(target, [("up", name) for name in ("a1", "b1", "b2", "c1", "d1")], trace=True))
    good(child.step(target, [("down", "d1")]))
    assert child.compile("d1", "up").sql and child.compile("f1", "up").reason == "reads-data"
    assert len(child.models()) == 2
    path = child.write_revision(
        "n1", "new", head="d1", splice=True, upgrades='op.execute("SELECT 1")', literal={"a": 1}
    )
    assert "pgwright = {'a': 1}" in path.read_text() and path.read_text().endswith("# hooked\n")
    assert [hook["_hook_name"] for hook in loaded.config.post_write_hooks] == ["mark"]
    good(child.step(target, [("up", "d1"), ("up", "n1")]))
