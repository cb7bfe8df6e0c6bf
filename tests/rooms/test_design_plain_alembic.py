"""Generated revisions under plain Alembic: other drivers, --sql, interrupted builds, concurrent writers."""

from __future__ import annotations

import io
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from design_runner import CASES, catalog, engine, files, migrating, module, proven, requests_of

from pgwright.design.draft import Limits
from pgwright.design.identifier import UNQUOTED
from pgwright.design.plan import draft
from pgwright.design.request import from_json
from pgwright.design.source import quoted

NAMES = sorted(p.parent.name for p in CASES.glob("*/request.json"))


def _drafted(server: Any, database: str, name: str, *, as_version: int = 0) -> Any:
    folder = CASES / name
    with server.connect(database) as connection:
        connection.execute((folder / "before.sql").read_bytes())
        version = connection.info.server_version
    requests, style = requests_of(folder)
    return draft(requests, catalog(server, database), version=as_version or version, style=style)


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
def test_nasty_names_survive_every_driver(server: Any, database: str, driver: str) -> None:
    proven(server, database, _drafted(server, database, "nasty_names"), driver)
    assert catalog(server, database).relation("public.orders") is not None


@pytest.mark.parametrize("name", NAMES)
def test_sql_printed_offline_does_the_same(server: Any, database: str, name: str) -> None:
    """What `alembic upgrade --sql` prints, run by a client without parameters, gives the same catalog."""
    drafts = _drafted(server, database, name)
    server.create(other := database + "_offline", template=database)
    connected = engine(server, database)
    for text in files(drafts):
        with migrating(connected):
            module(text).upgrade()
    connected.dispose()
    printed = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql",
        dialect_opts={"paramstyle": "named"},
        opts={"as_sql": True, "output_buffer": printed, "transaction_per_migration": True},
    )
    sent: list[str] = []
    context.impl.static_output = sent.append  # type: ignore[method-assign]
    for text in files(drafts):
        with Operations.context(context):
            module(text).upgrade()
    with server.connect(other) as connection:
        for statement in sent:
            if statement.strip().rstrip(";") not in ("BEGIN", "COMMIT"):
                connection.execute(statement.encode())
    assert catalog(server, other) == catalog(server, database)
    server.drop(other)


def test_an_interrupted_index_build_is_repaired_by_running_again(server: Any, database: str) -> None:
    with server.connect(database) as connection:
        connection.execute(b"CREATE TABLE t (id bigint PRIMARY KEY, a int); INSERT INTO t VALUES (1, 1), (2, 1)")
    want = from_json({"kind": "add_unique", "table": "t", "columns": ["a"]})
    (only,) = draft([want], catalog(server, database), version=180000)
    connected, revision = engine(server, database), module(files([only])[0])
    with server.connect(database) as connection:  # what a build leaves behind when a duplicate comes meanwhile
        connection.execute(b"SET allow_system_table_mods = on; CREATE UNIQUE INDEX uq_t_a ON t (a) WHERE id = 1")
        connection.execute(b"UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'uq_t_a'::regclass")
    with pytest.raises(sa.exc.IntegrityError, match="1 groups of equal values in a"), migrating(connected):
        revision.upgrade()
    with server.connect(database) as connection:
        valid = b"SELECT indisvalid FROM pg_index WHERE indexrelid = 'uq_t_a'::regclass"
        assert connection.execute(valid).fetchone() == (False,)
        connection.execute(b"DELETE FROM t WHERE id = 2")
    with migrating(connected):
        revision.upgrade()
    connected.dispose()
    with server.connect(database) as connection:
        assert connection.execute(only.validation[0].encode()).fetchone() == (0,)


def test_a_backfill_goes_page_by_page_and_can_be_repeated(server: Any, database: str) -> None:
    with server.connect(database) as connection:
        connection.execute(b"CREATE TABLE t (id bigint PRIMARY KEY, a text, filler text)")
        connection.execute(b"INSERT INTO t SELECT g, NULL, repeat('x', 500) FROM generate_series(1, 500) g")
    want = from_json({"kind": "set_not_null", "table": "t", "column": "a", "using": "'v' || id"})
    drafts = draft([want], catalog(server, database), version=180000, limits=Limits(backfill_pages=7))
    connected, sent = engine(server, database), list[str]()
    sa.event.listen(connected, "before_cursor_execute", lambda c, u, s, p, x, m: sent.append(s))
    revision = module(files(drafts)[0])
    for _ in range(2):
        with migrating(connected):
            revision.upgrade()
    connected.dispose()
    with server.connect(database) as connection:
        assert connection.execute(b"SELECT count(*) FROM t WHERE a = 'v' || id").fetchone() == (500,)
        transactions = connection.execute(b"SELECT count(DISTINCT xmin::text) FROM t").fetchone()
    assert transactions is not None
    assert transactions[0] > 3
    assert sum("ctid" in s for s in sent) > 6


def test_every_reserved_word_of_the_server_is_quoted_or_refused(server: Any) -> None:
    with server.connect() as connection:
        words = connection.execute(b"SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')").fetchall()
    assert {w for (w,) in words if quoted(w) == w} <= UNQUOTED


@pytest.mark.parametrize(
    "name", ["set_not_null", "set_not_null_with_fill", "add_column_volatile_default", "batch_style"]
)
def test_the_road_before_postgresql_18_works_as_well(server: Any, database: str, name: str) -> None:
    drafts = _drafted(server, database, name, as_version=170000)
    assert any("CHECK" in s.sql for d in drafts for s in d.steps)
    proven(server, database, drafts)
