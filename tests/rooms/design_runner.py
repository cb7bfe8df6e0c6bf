"""One case of tests/cases, run for real: drafted, compared with its golden text, up, validated, down, compared, up."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from rows_capture import captured

from pgwright.design.draft import Draft, Style
from pgwright.design.render import whole
from pgwright.design.request import Request, from_json
from pgwright.schema.model import Relation, Schema

CASES = Path(__file__).parents[1] / "cases"
ACCEPT = os.environ.get("PGWRIGHT_ACCEPT") == "1"


def agrees(path: Path, text: str) -> None:
    """The text is the golden one; PGWRIGHT_ACCEPT=1 makes it so."""
    if ACCEPT:
        path.write_text(text)
    assert text == (path.read_text() if path.exists() else ""), f"{path}: PGWRIGHT_ACCEPT=1 accepts the new text"


def requests_of(folder: Path) -> tuple[list[Request], Style]:
    """The requests of a case, and the project's style in it."""
    data = json.loads((folder / "request.json").read_text())
    data = data if isinstance(data, dict) else {"requests": data}
    return [from_json(r) for r in data["requests"]], Style(**data.get("style", {}))


def files(drafts: Sequence[Draft]) -> list[str]:
    """The revision files of a change, chained."""
    ids = [f"{number:012x}" for number in range(1, len(drafts) + 1)]
    return [whole(d, here, before) for d, here, before in zip(drafts, ids, [None, *ids], strict=False)]


def module(source: str) -> Any:
    """The revision as Alembic would import it."""
    loaded = ModuleType("revision")
    exec(compile(source, "revision.py", "exec"), loaded.__dict__)  # noqa: S102 - our own revision
    return loaded


def engine(server: Any, database: str, driver: str = "psycopg") -> sa.Engine:
    """SQLAlchemy on the test database."""
    url = sa.URL.create(f"postgresql+{driver}", username=server.user, database=database)
    return sa.create_engine(url, connect_args={"host": server.host, "port": server.port})


@contextmanager
def migrating(connected: sa.Engine) -> Iterator[None]:
    """A fresh Alembic context, as `alembic upgrade` has it around each revision."""
    with connected.connect() as connection:
        context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
        with context.begin_transaction(_per_migration=True), Operations.context(context):
            yield


def catalog(server: Any, database: str) -> Schema:
    """What is in the database."""
    with server.connect(database) as connection:
        schema = captured(connection)
    return Schema(tuple(owned(r) for r in schema.relations), schema.things, schema.version)


def owned(table: Relation) -> Relation:
    """Indexes behind constraints know it; the stand-in for the catalog reader does not say so."""
    owners = {c.name for c in table.constraints if c.kind in ("primary key", "unique", "exclusion")}
    indexes = (replace(i, constraint=i.name if i.name in owners else None) for i in table.indexes)
    return replace(table, indexes=tuple(indexes))


def comparable(schema: Schema) -> Any:
    """Without what a round trip may change: order, PostgreSQL 18's names of NOT NULL."""

    def bare(table: Relation) -> Relation:
        columns = sorted(table.columns, key=lambda c: c.name)
        return replace(
            table,
            columns=tuple(replace(c, position=0, not_null_name=None) for c in columns),
            constraints=tuple(sorted(table.constraints, key=lambda c: c.name)),
            indexes=tuple(sorted(table.indexes, key=lambda i: i.name)),
        )

    return [bare(r) for r in schema.relations], sorted(schema.things, key=lambda t: (t.kind, t.identity))


def rows(server: Any, database: str) -> dict[str, list[Any]]:
    """Every row of every table, order aside, columns by name."""
    listed = "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
    listed += "WHERE relkind = 'r' AND nspname !~ '^pg_|^information_schema$|^pgwright' ORDER BY 1"
    with server.connect(database) as connection:
        tables = [name for (name,) in connection.execute(listed.encode()).fetchall()]
        found = {t: connection.execute(f"SELECT to_jsonb(r)::text FROM {t} r ORDER BY 1".encode()) for t in tables}
        return {t: [text for (text,) in cursor.fetchall()] for t, cursor in found.items()}


def forgets(draft: Draft) -> bool:
    """Whether the draft says that it does not remember what it wrote over, or leaves that to the column's own drop."""
    return draft.phase == "backfill" or any(step.undo is None for step in draft.steps)


def _is_after_fill(draft: Draft, drafts: Sequence[Draft]) -> bool:
    """False where a column of the change may stand filled that was empty on the way up; the first revision has none."""
    return draft is drafts[0] or draft.phase not in ("expand", "backfill")


def counts(server: Any, database: str, queries: Sequence[str]) -> list[int]:
    """What the validation queries count."""
    with server.connect(database) as connection:
        rows = [connection.execute(q.encode()).fetchall() for q in queries]
    assert all(len(r) == 1 and len(r[0]) == 1 for r in rows)
    return [r[0][0] for r in rows]


def proven(server: Any, database: str, drafts: Sequence[Draft], driver: str = "psycopg", *, back: bool = True) -> None:
    """Every revision goes up, validates, goes down to exactly what was before, and up again; then all of them down.

    `back=False`: not all of them, because a value that was dropped is one that NOT NULL asks for.
    """
    connected = engine(server, database, driver)
    states = []
    revisions = [module(text) for text in files(drafts)]
    remembered = all(step.undo is not None for d in drafts for step in d.steps)
    for draft, revision in zip(drafts, revisions, strict=True):
        before, stored = comparable(catalog(server, database)), rows(server, database)
        for direction in (revision.upgrade, revision.downgrade, revision.upgrade):
            with migrating(connected):
                direction()
            if direction == revision.downgrade:
                assert comparable(catalog(server, database)) == before, draft.subject
                assert forgets(draft) or rows(server, database) == stored, draft.subject
            else:
                assert counts(server, database, draft.validation) == [0] * len(draft.validation), draft.subject
        assert revision.pgwright["validate"] == list(draft.validation)
        states.append((revision, before, stored if remembered and _is_after_fill(draft, drafts) else None))
    if not back:
        connected.dispose()
        return
    for revision, before, stored_then in reversed(states):
        with migrating(connected):
            revision.downgrade()
        assert comparable(catalog(server, database)) == before
        assert stored_then is None or rows(server, database) == stored_then
    for revision in revisions:
        with migrating(connected):
            revision.upgrade()
    connected.dispose()
