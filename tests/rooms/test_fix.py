"""`check --fix`: the corrected revision ends in the same catalog, is found clean, and nothing released is touched."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from check_project import project, with_settings
from click.testing import CliRunner

from pgwright.doors.cli import cli
from pgwright.project import Project, find
from pgwright.schema.catalog import capture
from pgwright.schema.fingerprint import fingerprint
from pgwright.shadow.server import Server
from pgwright.verbs.fix import Released, fix
from pgwright.verbs_check import check

BEFORE = """
CREATE TABLE users (id bigint PRIMARY KEY, email text);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, note text, "Odd name" int);
CREATE INDEX orders_old ON orders (id, user_id);
INSERT INTO users SELECT g, g FROM generate_series(1, 200) g;
INSERT INTO orders SELECT g, g, 'n', g FROM generate_series(1, 200) g;
"""
MADE = f'op.execute("""{BEFORE}""")'
CASES = {
    "index": (
        'op.create_index("i", "orders", ["note"], postgresql_where=sa.text("note IS NOT NULL"))',
        "index-blocking",
    ),
    "index, kept": ('op.create_index("i", "orders", ["note"], if_not_exists=True)', "index-blocking"),
    "index over lines": ('op.create_index(\n    "i",\n    "orders",\n    ["note"],\n)', "index-blocking"),
    "unique index": ('op.create_index("i", "users", ["email"], unique=True)', "index-blocking"),
    "index under if": ('if True:\n    op.create_index("i", "orders", ["note"])', "index-blocking"),
    "invalid kept": (
        "with op.get_context().autocommit_block():\n"
        '    op.create_index("i", "orders", ["note"], postgresql_concurrently=True, if_not_exists=True)',
        "invalid-index-kept",
    ),
    "index without block": (
        'op.create_index("i", "orders", ["note"], postgresql_concurrently=True)',
        "concurrently-in-txn",
    ),
    "index dropped": ('op.drop_index("orders_old", "orders")', "drop-index-blocking"),
    "foreign key": ('op.create_foreign_key("fk", "orders", "users", ["user_id"], ["id"])', "add-fk-validated"),
    "check": ('op.create_check_constraint("c", "orders", "note <> \'\'")', "add-check-validated"),
    "unique": ('op.create_unique_constraint("u", "users", ["email"])', "add-unique-blocking"),
    "not null": ('op.alter_column("orders", "note", existing_type=sa.Text(), nullable=False)', "set-not-null-scan"),
    "odd name": ('op.alter_column("orders", "Odd name", nullable=False)', "set-not-null-scan"),
    "validate": (
        'op.execute("ALTER TABLE orders ADD CONSTRAINT c CHECK (id > 0) NOT VALID")\n'
        'op.execute("ALTER TABLE orders VALIDATE CONSTRAINT c")',
        "validate-same-txn",
    ),
}

AGAIN = ("index-blocking", "invalid-index-kept", "concurrently-in-txn", "add-fk-validated", "add-check-validated",
         "set-not-null-scan")  # fmt: skip


def file_of(found: Project, name: str = "r2") -> Path:
    return found.history().by_id[name].file


IN_THE_SUITE = ("index over lines", "foreign key", "unique", "not null", "validate")  # all with --slow


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=() if one in IN_THE_SUITE else pytest.mark.slow) for one in CASES]
)
def test_it_ends_in_the_same_catalog(name: str, tmp_path: Path, server: Server, database: str) -> None:
    body, rule = CASES[name]
    made = project(tmp_path, MADE, body)
    old = file_of(made).read_text()
    after, fixed = fix(made, ["r2"])
    assert [(one.rule, one.left) for one in fixed] == [(rule, "")]
    assert rule not in {one.rule for one in after.findings}
    new = file_of(made).read_text()
    assert new != old
    with server.connect(database) as conn:
        conn.execute(BEFORE.encode())
    server.create(other := f"{database}_fixed", template=database)
    try:
        ends = [run(server, database, old), run(server, other, new)]
        assert ends[1] and ends[0] == ("" if rule == "concurrently-in-txn" else ends[1])
        if rule in AGAIN:  # as after a failure behind it, with the version still where it was
            assert run(server, other, new) == ends[1]
    finally:
        server.drop(other)


def run(server: Server, database: str, source: str) -> str:
    """The fingerprint after the upgrade; nothing where the server refused it."""
    engine = sa.create_engine(
        "postgresql+psycopg://", poolclass=sa.NullPool,
        connect_args={"host": str(server.host), "port": server.port, "user": server.user, "dbname": database},
    )  # fmt: skip
    module: dict[str, Any] = {"__name__": "r2"}
    exec(compile(source, "r2.py", "exec"), module)  # noqa: S102 - our own revisions
    with engine.connect() as connection:
        context = MigrationContext.configure(connection=connection, opts={"transaction_per_migration": True})
        with Operations.context(context):
            try:
                with context.begin_transaction(_per_migration=True):
                    module["upgrade"]()
            except sa.exc.DBAPIError:
                return ""
    with server.connect(database) as conn:
        return fingerprint(capture(conn).schema)


def test_the_rest_of_the_file_stays_letter_by_letter(tmp_path: Path) -> None:
    body = """
    x = 1   # odd   spacing
    # why this index
    op.create_index( "i" , "orders", ["note"])  # and why here
    op.execute('SELECT 1')
    """
    made = project(tmp_path, MADE, body)
    fix(made, ["r2"])
    text = file_of(made).read_text()
    assert dedent("""
        x = 1   # odd   spacing
        # why this index
        with op.get_context().autocommit_block():
            op.execute('DROP INDEX CONCURRENTLY IF EXISTS i')
            op.create_index( "i" , "orders", ["note"], postgresql_concurrently=True)
        op.execute('SELECT 1')
    """).strip() in dedent(text.partition("def upgrade():\n")[2].partition("\n\n\n")[0])


@pytest.mark.parametrize(
    "body",
    [
        'for name in ["note", "user_id"]:\n    op.create_index(f"i_{name}", "orders", [name])',
        'def build():\n    op.create_index("i", "orders", ["note"])\nbuild()',
        'op.add_column("orders", sa.Column("more", sa.Text(), index=True))',
        'with op.batch_alter_table("orders") as batch:\n    batch.create_index("i", ["note"])',
        'op.alter_column("orders", "note", nullable=False, server_default="x")',
    ],
    ids=["loop", "helper", "hidden", "batch", "more than one thing"],
)
def test_what_has_no_simple_form_is_left_with_the_reason(tmp_path: Path, body: str) -> None:
    made = project(tmp_path, MADE, body)
    before = file_of(made).read_bytes()
    _, fixed = fix(made, ["r2"])
    assert fixed and all(one.left for one in fixed)
    assert file_of(made).read_bytes() == before


ONLINE = """
from alembic import context
from app.models import Base

target_metadata = Base.metadata

def run(connection):
    {before}
    context.configure(connection=connection, target_metadata=target_metadata)
    with context.begin_transaction():
        context.run_migrations()

{around}
    run(connection)
"""
PLAIN, OWN = "with engine.connect() as connection:", "with engine.begin() as connection:"
SENT = "connection.exec_driver_sql('SET search_path TO app')"


@pytest.mark.parametrize(
    ("before", "around", "line"),
    [
        ("pass", PLAIN, None),
        (SENT, PLAIN, 8),
        (f"{SENT}; connection.commit()", PLAIN, None),
        ("connection.begin()", PLAIN, 8),
        ("pass", OWN, 13),
    ],
)
def test_an_autocommit_block_is_not_written_where_env_py_makes_it_fail(
    before: str, around: str, line: int | None, tmp_path: Path
) -> None:
    """Alembic ends only the transaction that it began: with another one open, the block raises an AssertionError."""
    env = ONLINE.format(before=before, around=around)
    found = project(tmp_path, MADE, 'op.create_index("i", "orders", ["note"])', env=env)
    text = file_of(found).read_text()
    _, (done,) = fix(found, ["r2"])
    if line is None:
        assert not done.left
    else:
        assert done.left == f"it needs an autocommit block, and env.py opens the transaction itself (line {line})"
        assert file_of(found).read_text() == text


def test_what_would_bring_another_finding_is_taken_back(tmp_path: Path) -> None:
    made = project(tmp_path, MADE, 'op.create_index("i", "orders", ["note"])')
    brings = 'op.execute("INSERT INTO users VALUES (900, NULL)")\nop.create_index("i", "orders", ["note"])'
    made = project(tmp_path, MADE, brings)
    before = {one.rule for one in check(made, ["r2"]).findings if one.severity != "info"}
    fix(made, ["r2"])
    assert {one.rule for one in check(made, ["r2"]).findings if one.severity != "info"} <= before


@pytest.fixture
def committed(tmp_path: Path) -> Iterator[Project]:
    project(tmp_path, MADE, CASES["index"][0])
    for command in ("init -q -b main", "add -A", "commit -q -m first", "switch -q -c change"):
        git(tmp_path, *command.split())
    yield find(tmp_path)


def git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


def test_what_the_main_branch_has_is_refused(committed: Project) -> None:
    before = file_of(committed).read_bytes()
    with pytest.raises(Released, match="the main branch has it"):
        fix(committed, ["r2"])
    assert file_of(committed).read_bytes() == before


def test_what_was_applied_is_refused(tmp_path: Path) -> None:
    made = project(tmp_path, MADE, CASES["index"][0])
    receipts = tmp_path / ".pgwright" / "receipts"
    receipts.mkdir(parents=True)
    (receipts / "one.json").write_text(json.dumps({"revision": "r2"}))
    with pytest.raises(Released, match=r"it was applied \(.pgwright/receipts/one.json\)"):
        fix(made, ["r2"])


def test_a_rule_that_is_off_is_not_corrected(tmp_path: Path) -> None:
    made = with_settings(project(tmp_path, MADE, CASES["index"][0]), severity={"index-blocking": "off"})
    assert fix(made, ["r2"])[1] == ()


def test_the_door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path, MADE, CASES["index"][0])
    monkeypatch.chdir(tmp_path)
    ended = CliRunner().invoke(cli, ["check", "-q", "r2", "--fix", "--json"])
    assert [one["rule"] for one in json.loads(ended.stdout)["fixed"]] == ["index-blocking"]
    assert "fixed" not in json.loads(CliRunner().invoke(cli, ["check", "-q", "r2", "--json"]).stdout)
    assert CliRunner().invoke(cli, ["check", "--fix", "--all"]).exit_code == 2
