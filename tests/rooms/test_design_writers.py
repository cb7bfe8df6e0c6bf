"""The old application writes through every phase of a change, up and down again, and not one of its statements fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from design_runner import CASES, catalog, engine, files, migrating, module, requests_of, rows

from pgwright.design.plan import draft

# What the application of each case does, over and over: statements that it had before the change. `%s` is a number.
APPLICATION: dict[str, tuple[str, ...]] = {
    "change_type_int_to_bigint": (
        "INSERT INTO orders (customer_id, status) VALUES (1 + %s %% 300, 'app')",
        "UPDATE orders SET status = 'seen' WHERE id = 1 + %s %% 300",
        "UPDATE orders SET customer_id = 1 + (customer_id + 1) %% 300 WHERE id = 1 + %s %% 300",
        "SELECT id, customer_id FROM orders WHERE customer_id = %s",
        "DELETE FROM orders WHERE status = 'app' AND customer_id = 1 + %s %% 300",
    ),
    "change_type_primary_key": (
        "INSERT INTO orders (note) VALUES (%s::text)",
        "WITH made AS (INSERT INTO orders (note, parent_id) VALUES ('app', 1 + %s %% 300) RETURNING id) "
        "INSERT INTO line (order_id, number, what) SELECT id, 1, 'app' FROM made",
        "UPDATE orders SET note = 'seen' WHERE id = 1 + %s %% 300",
        "DELETE FROM orders WHERE note = 'app' AND parent_id = 1 + %s %% 300",
        "SELECT * FROM line JOIN orders ON orders.id = order_id WHERE order_id = %s",
    ),
    "change_type_text_to_enum": (
        "INSERT INTO orders (note) VALUES (%s)",
        "INSERT INTO orders (status, note) VALUES ('paid', %s)",
        "UPDATE orders SET note = 'n' || note WHERE id = 1 + %s %% 300",
        "UPDATE orders SET status = 'paid' WHERE id = 1 + %s %% 300",
    ),
    "change_type_json_to_jsonb": (
        "INSERT INTO event (payload) VALUES ('{\"a\":   1}')",
        "INSERT INTO event DEFAULT VALUES",
        "UPDATE event SET payload = '[1,  2]' WHERE id IN (SELECT id FROM event LIMIT 3)",
    ),
    "change_type_serial_to_bigint": (
        "INSERT INTO ticket (what) VALUES (%s::text)",
        "UPDATE ticket SET what = 'w' || %s WHERE place %% 7 = 3",
    ),
    "drop_column": ("INSERT INTO orders (note) VALUES (%s)", "UPDATE orders SET note = 'x' || %s WHERE id %% 50 = 1"),
    "rename_column": (
        "INSERT INTO orders (customer_id, note) VALUES (1 + %s %% 300, 'app')",
        "UPDATE orders SET note = note || 'x' WHERE id = 1 + %s %% 300",
        "SELECT note FROM orders WHERE lower(note) = 'n' || %s",
        "INSERT INTO orders (id, note) OVERRIDING SYSTEM VALUE VALUES (1 + %s %% 300, 'y') "
        "ON CONFLICT (id) DO UPDATE SET note = excluded.note",
    ),
    "rename_column_by_a_second": (
        "INSERT INTO orders (note) VALUES (%s::text)",
        "INSERT INTO orders (qty, note) VALUES (%s %% 30, 'app')",
        "UPDATE orders SET note = 'x' WHERE id = 1 + %s %% 300",
        "UPDATE orders SET qty = qty + 1 WHERE id = 1 + %s %% 300",
        "SELECT id FROM orders WHERE qty = %s",
    ),
    "rename_table": ("INSERT INTO orders (note) VALUES (%s)", "UPDATE orders SET note = 'x' WHERE id = 1 + %s %% 300"),
    "add_column_volatile_default": (
        "INSERT INTO orders (note) VALUES (%s)",
        "UPDATE orders SET note = 'x' WHERE id = %s",
    ),
    "set_not_null": (
        "INSERT INTO orders (customer_id, note) VALUES (1, %s)",
        "UPDATE orders SET status = 'x' WHERE id = %s",
    ),
}


class Writer(threading.Thread):
    """One client that goes on until it is told to stop; what failed is kept."""

    def __init__(self, server: Any, database: str, statements: tuple[str, ...]) -> None:
        super().__init__(daemon=True)
        self.connection = psycopg.connect(
            host=server.host,
            port=server.port,
            user=server.user,
            dbname=database,
            autocommit=True,
            prepare_threshold=None,
            options="-c deadlock_timeout=5s",  # a starved machine may not let the DDL give way within the usual second
        )
        self.statements, self.failed, self.done = statements, list[str](), 0
        self.stopping, self.went_round = threading.Event(), threading.Condition()

    def run(self) -> None:
        while not self.stopping.is_set():
            for statement in self.statements:
                try:
                    self.connection.execute(statement, [self.done] if "%s" in statement else None)
                except psycopg.Error as error:
                    self.failed.append(f"{statement}: {error}")
            with self.went_round:
                self.done += 1
                self.went_round.notify_all()

    def rounds(self, more: int) -> None:
        """Wait until it has gone round that many times more."""
        with self.went_round:
            goal = self.done + more
            assert self.went_round.wait_for(lambda: self.done >= goal, 60)


@contextmanager
def writing(server: Any, database: str, statements: tuple[str, ...]) -> Iterator[Writer]:
    """The application, at work."""
    writer = Writer(server, database, statements)
    writer.start()
    yield writer
    writer.stopping.set()
    writer.join(60)
    writer.connection.close()


def given_way(connected: sa.Engine, step: Callable[[], None]) -> None:
    """Run as a runner does: what cannot have its locks at once gives way before the server looks for a deadlock (1 s), and
    begins again. DDL on two tables would else now and then make a client the victim of a deadlock."""

    for _ in range(100):
        try:
            with migrating(connected):
                step()
        except sa.exc.OperationalError as error:
            if not isinstance(error.orig, psycopg.errors.LockNotAvailable):
                raise
        else:
            return
    raise AssertionError("no locks within a hundred tries")


@pytest.mark.parametrize("name", APPLICATION)
def test_the_old_application_works_in_every_phase_up_and_down(server: Any, database: str, name: str) -> None:
    with server.connect(database) as connection:
        connection.execute((CASES / name / "before.sql").read_bytes())
        version = connection.info.server_version
    requests, style = requests_of(CASES / name)
    drafts = draft(requests, catalog(server, database), version=version, style=style)
    before = [d for d in drafts if d.phase != "contract" or d.change in ("change_type", "drop_column")]
    connected, revisions = engine(server, database), [module(text) for text in files(before)]
    sa.event.listen(connected, "connect", lambda connection, record: connection.execute("SET lock_timeout = '200ms'"))
    sa.event.listen(connected, "connect", lambda connection, record: connection.commit())
    with writing(server, database, APPLICATION[name]) as writer:
        for step in [r.upgrade for r in revisions] + [r.downgrade for r in reversed(revisions)]:
            given_way(connected, step)
            writer.rounds(2)
            assert writer.failed == []
    assert writer.failed == []
    connected.dispose()


@pytest.mark.parametrize("name", ["change_type_int_to_bigint", "change_type_json_to_jsonb", "change_type_text_to_enum"])
def test_what_was_written_after_the_contract_is_there_after_the_way_back(server: Any, database: str, name: str) -> None:
    with server.connect(database) as connection:
        connection.execute((CASES / name / "before.sql").read_bytes())
        version = connection.info.server_version
    requests, style = requests_of(CASES / name)
    drafts = draft(requests, catalog(server, database), version=version, style=style)
    connected, revisions = engine(server, database), [module(text) for text in files(drafts)]
    for revision in revisions:
        with migrating(connected):
            revision.upgrade()
    with writing(server, database, APPLICATION[name]) as writer:
        writer.rounds(5)
    now = rows(server, database)
    for revision in reversed(revisions):
        with migrating(connected):
            revision.downgrade()
    connected.dispose()
    then = rows(server, database)
    assert {t: len(r) for t, r in then.items()} == {t: len(r) for t, r in now.items()}
    if name != "change_type_json_to_jsonb":  # json keeps its text, which jsonb never had
        assert then == now


# What the new release does, which knows the new names only, while the old one is still at work.
NEW_RELEASE: dict[str, tuple[str, ...]] = {
    "rename_column": (
        "INSERT INTO orders (customer_id, remark) VALUES (1 + %s %% 300, 'new')",
        "UPDATE orders SET remark = remark || 'y' WHERE id = 1 + %s %% 300",
    ),
    "rename_column_by_a_second": (
        "INSERT INTO orders (quantity, note) VALUES (%s %% 30, 'new')",
        "INSERT INTO orders (note) VALUES (%s::text)",
        "UPDATE orders SET quantity = quantity + 1 WHERE id = 1 + %s %% 300",
        "SELECT id FROM orders WHERE quantity = %s",
    ),
    "rename_table": (
        "INSERT INTO purchase (note) VALUES (%s::text)",
        "UPDATE purchase SET note = 'y' WHERE id = 1 + %s",
    ),
}


@pytest.mark.parametrize("name", NEW_RELEASE)
def test_both_releases_write_side_by_side(server: Any, database: str, name: str) -> None:
    with server.connect(database) as connection:
        connection.execute((CASES / name / "before.sql").read_bytes())
        version = connection.info.server_version
    requests, style = requests_of(CASES / name)
    drafts = draft(requests, catalog(server, database), version=version, style=style)
    connected = engine(server, database)
    revisions = [(d.phase, module(text)) for d, text in zip(drafts, files(drafts), strict=True)]
    with writing(server, database, APPLICATION[name]) as old:
        with migrating(connected):
            revisions[0][1].upgrade()
        with writing(server, database, NEW_RELEASE[name]) as new:
            for phase, revision in revisions[1:]:
                if phase == "contract":
                    break
                with migrating(connected):
                    revision.upgrade()
            old.rounds(5)
            new.rounds(5)
    assert (old.failed, new.failed) == ([], [])
    with writing(server, database, NEW_RELEASE[name]) as new:
        for phase, revision in revisions:
            if phase == "contract":
                with migrating(connected):
                    revision.upgrade()
        new.rounds(5)
        assert new.failed == []
    connected.dispose()
