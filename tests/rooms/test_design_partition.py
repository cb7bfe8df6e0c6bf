"""An existing table becomes partitioned: the application goes on, whatever its size, and the way back keeps every row."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from design_runner import CASES, catalog, comparable, engine, files, migrating, module, requests_of
from test_design_writers import given_way, writing

from pgwright.design.draft import Draft
from pgwright.design.plan import draft
from pgwright.design.request import from_json
from pgwright.errors import Refusal

RANGE = "partition_table_by_range"
APPLICATION = (
    "INSERT INTO event (customer_id, note) VALUES (1 + %s %% 20, 'app')",
    "INSERT INTO event (customer_id, happened) VALUES (1 + %s %% 20, '2026-12-31')",
    "UPDATE event SET note = note || 'x' WHERE id = 1 + %s %% 300",
    "INSERT INTO event (id, happened, customer_id) OVERRIDING SYSTEM VALUE VALUES (1 + %s %% 300, '2026-03-01', 3) "
    "ON CONFLICT (id, happened) DO UPDATE SET note = 'again'",
    "SELECT loud FROM recent JOIN event USING (id) WHERE event.customer_id = 1 + %s %% 20",
    "DELETE FROM event WHERE note = 'app' AND customer_id = 1 + %s %% 20",
)


def _prepared(server: Any, database: str, name: str = RANGE) -> Any:
    with server.connect(database) as connection:
        connection.execute((CASES / name / "before.sql").read_bytes())
        version = connection.info.server_version
    requests, style = requests_of(CASES / name)
    drafts = draft(requests, catalog(server, database), version=version, style=style)
    connected = engine(server, database)
    sa.event.listen(connected, "connect", lambda connection, record: connection.execute("SET lock_timeout = '200ms'"))
    sa.event.listen(connected, "connect", lambda connection, record: connection.commit())
    return connected, [(d, module(text)) for d, text in zip(drafts, files(drafts), strict=True)]


def _one(server: Any, database: str, query: str) -> Any:
    with server.connect(database) as connection:
        (found,) = connection.execute(query.encode()).fetchall()
    return found[0]


def _before_the_switch(server: Any, database: str) -> Draft:
    """The switch, with everything before it done."""
    connected, revisions = _prepared(server, database)
    for one, revision in revisions:
        if one.phase == "switch":
            connected.dispose()
            return one
        with migrating(connected):
            revision.upgrade()
    raise AssertionError("there is no switch")


def test_the_application_works_in_every_phase_up_and_down(server: Any, database: str) -> None:
    connected, revisions = _prepared(server, database)
    with writing(server, database, APPLICATION) as writer:
        for step in [r.upgrade for _, r in revisions] + [r.downgrade for _, r in reversed(revisions)]:
            given_way(connected, step)
            writer.rounds(2)
            assert writer.failed == []
    assert writer.failed == []
    connected.dispose()


def test_attach_reads_nothing(server: Any, database: str) -> None:
    """The server says that the bounds follow from the CHECK; it would say that a scan is needed by saying nothing."""
    switch, heard = _before_the_switch(server, database), list[str]()
    with server.connect(database, autocommit=False) as connection:
        connection.add_notice_handler(lambda said: heard.append(said.message_primary or ""))
        connection.execute(b"SET client_min_messages = debug1")
        for step in switch.steps:
            connection.execute(step.sql.encode())
    assert any('"event_until_2027" is implied by existing constraints' in said for said in heard)


def test_without_the_proof_nothing_is_switched(server: Any, database: str) -> None:
    connected, revisions = _prepared(server, database)
    for _, revision in revisions[:1]:
        with migrating(connected):
            revision.upgrade()
    before = comparable(catalog(server, database))
    switch = next(r for d, r in revisions if d.phase == "switch")
    with pytest.raises(sa.exc.DBAPIError, match="would read the whole table"), migrating(connected):
        switch.upgrade()
    connected.dispose()
    assert comparable(catalog(server, database)) == before


def test_rows_written_to_other_partitions_come_back_with_the_table(server: Any, database: str) -> None:
    connected, revisions = _prepared(server, database)
    first = comparable(catalog(server, database))
    for _, revision in revisions:
        with migrating(connected):
            revision.upgrade()
    with server.connect(database) as connection:
        connection.execute(b"INSERT INTO event (happened, customer_id) SELECT '2027-05-01', 1 FROM generate_series(1, 7)")
        connection.execute(b"INSERT INTO event (happened, customer_id) VALUES ('2031-01-01', 2), ('2026-04-04', 2)")
        connection.execute(b"CREATE TABLE event_2028 PARTITION OF event FOR VALUES FROM ('2028-01-01') TO ('2029-01-01')")
        connection.execute(b"INSERT INTO event (happened, customer_id) VALUES ('2028-01-01', 3)")
    listed = "SELECT string_agg(to_jsonb(e)::text, ',' ORDER BY id) FROM event e"
    every, last = _one(server, database, listed), _one(server, database, "SELECT max(id) FROM event")
    for one, revision in reversed(revisions):
        with migrating(connected):
            revision.downgrade()
        assert _one(server, database, listed) == every, one.subject
    assert comparable(catalog(server, database)) == first
    with server.connect(database) as connection:
        made = connection.execute(b"INSERT INTO event (happened, customer_id) VALUES ('2029-01-01', 1) RETURNING id").fetchone()
        assert made == (last + 1,)
        connection.execute(b"DELETE FROM event WHERE happened >= '2027-01-01'")
    for _, revision in revisions:
        with migrating(connected):
            revision.upgrade()
    connected.dispose()
    assert _one(server, database, "SELECT count(*) FROM ONLY event_2027") == 0


def test_the_switch_locks_what_it_says(server: Any, database: str) -> None:
    switch = _before_the_switch(server, database)
    held = (
        b"SELECT DISTINCT relation::regclass::text, mode FROM pg_locks JOIN pg_class ON pg_class.oid = relation "
        b"WHERE pid = pg_backend_pid() AND relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace "
        b"AND mode ~ 'ShareRowExclusive|^Exclusive|AccessExclusive' ORDER BY 1, 2"
    )
    with server.connect(database, autocommit=False) as connection:
        for step in switch.steps:
            connection.execute(step.sql.encode())
        found = connection.execute(held).fetchall()
    assert {("customer", "AccessExclusiveLock"), ("event_until_2027", "AccessExclusiveLock")} <= set(found)
    assert [lock.split(" for ")[0].split(" too")[0] for lock in switch.locks] == [
        "ACCESS EXCLUSIVE on event", "ACCESS EXCLUSIVE on customer"
    ]  # fmt: skip
    assert {table for table, _ in found} <= {"customer", "event", "event_2027", "event_rest", "event_until_2027"}


def test_what_no_partition_takes_is_refused_by_the_server(server: Any, database: str) -> None:
    connected, revisions = _prepared(server, database, "partition_table_by_list")
    for _, revision in revisions:
        with migrating(connected):
            revision.upgrade()
    connected.dispose()
    with server.connect(database) as connection:
        connection.execute(b"""INSERT INTO "Sale" ("the region") VALUES ('jp'), ('o''eu')""")
        with pytest.raises(psycopg.errors.CheckViolation, match="no partition"):
            connection.execute(b"""INSERT INTO "Sale" ("the region") VALUES ('mars')""")
        assert connection.execute(b"SELECT count(*) FROM sale_asia").fetchone() == (1,)


ASKED = {"kind": "partition_table", "table": "t", "column": "day", "name": "t_old", "end": "2027-01-01"}
MORE = [{"name": "t_new", "start": "2027-01-01"}]
PLAIN = "CREATE TABLE t (id int, day date NOT NULL, PRIMARY KEY (id, day));"
REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "the key": ("CREATE TABLE t (id int PRIMARY KEY, day date NOT NULL)", {}, "t_pkey would have to contain day"),
    "an index": (f"{PLAIN} CREATE UNIQUE INDEX one ON t (id)", {}, "one would have to contain day"),
    "NULL": ("CREATE TABLE t (id int, day date)", {}, "it may be NULL"),
    "a foreign key of another": (
        f"{PLAIN} CREATE TABLE o (a int, b date, CONSTRAINT o_t FOREIGN KEY (a, b) REFERENCES t)", {}, "o.o_t point at it"
    ),
    "one of its own at itself": (
        f"{PLAIN} ALTER TABLE t ADD COLUMN up int, ADD CONSTRAINT t_up FOREIGN KEY (up, day) REFERENCES t", {}, "t.t_up point"
    ),
    "row security": (f"{PLAIN} ALTER TABLE t ENABLE ROW LEVEL SECURITY", {}, "row-level security"),
    "a materialised view": (f"{PLAIN} CREATE MATERIALIZED VIEW m AS SELECT id FROM t", {}, "public.m stand on it"),
    "a parent": ("CREATE TABLE t (id int, day date NOT NULL) PARTITION BY RANGE (day)", {}, "already"),
    "an heir": (f"{PLAIN} CREATE TABLE h () INHERITS (t)", {}, "h inherit from it"),
    "its passing name": (f"{PLAIN} CREATE TABLE t_new (id int)", {}, "relation t_new is there already"),
    "no end": (PLAIN, {"end": None}, "field end has to say up to where"),
    "no values": (PLAIN, {"by": "list", "end": None}, "field values have to name"),
    "values of a range": (PLAIN, {"partitions": [{"name": "n", "values": ["x"]}]}, "n needs start and end"),
    "a name twice": (PLAIN, {"rest": "t_new"}, "use a name twice"),
    "a name that is taken": (f"{PLAIN} CREATE TABLE t_new ()", {}, "t_new is there already"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_done_is_refused_by_name(server: Any, database: str, what: str) -> None:
    before, changed, words = REFUSED[what]
    with server.connect(database) as connection:
        connection.execute(before.encode())
    asked = {**ASKED, "partitions": MORE, **changed}
    with pytest.raises(Refusal) as refused:
        draft([from_json({k: v for k, v in asked.items() if v is not None})], catalog(server, database), version=180000)
    assert words in str(refused.value)
