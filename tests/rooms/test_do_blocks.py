"""What a DO block sends is read, and what it might send says nothing about what is there; functions are as in pg_proc."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgwright.hazards import replay, sqlfile
from pgwright.hazards.judge import judge
from pgwright.hazards.known import Known
from pgwright.hazards.rules import RULES
from pgwright.hazards.volatility import STEADY, VOLATILE
from pgwright.shadow.server import Server

BEFORE = """
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint CONSTRAINT orders_users REFERENCES users, note text);
CREATE INDEX orders_note ON orders (note);
"""


def found(body: str) -> set[str]:
    known = Known(version=18, is_complete=True)
    replay.play(known, sqlfile.read(Path("before.sql"), BEFORE).upgrade)
    read = sqlfile.read(Path("x.sql"), f"DO $$ {body} $$;")
    return {hit.finding.rule for hit in judge(read, known, RULES) if hit.finding.severity == "error"}


@pytest.mark.parametrize(
    ("body", "rules"),
    [
        ("BEGIN CREATE INDEX i ON orders (user_id); END", {"index-blocking"}),
        ("BEGIN EXECUTE 'CREATE INDEX i ON orders (user_id)'; END", {"index-blocking"}),
        ("BEGIN EXECUTE $x$CREATE INDEX i ON orders (user_id)$x$; END", {"index-blocking"}),
        ("BEGIN IF true THEN CREATE INDEX i ON orders (user_id); END IF; END", {"index-blocking"}),
        ("BEGIN BEGIN ALTER TABLE orders ADD CONSTRAINT c CHECK (id > 0); EXCEPTION WHEN others THEN NULL; END; END",
         {"add-check-validated"}),
        ("BEGIN UPDATE orders SET note = ''; END", {"unbatched-backfill"}),
        ("BEGIN FOR i IN 1..3 LOOP EXECUTE 'ALTER TABLE orders ALTER note SET NOT NULL'; END LOOP; END",
         {"set-not-null-scan"}),
    ],
)  # fmt: skip
def test_what_locks_and_works_is_seen(body: str, rules: set[str]) -> None:
    assert found(body) >= rules


@pytest.mark.parametrize(
    "body",
    [
        "BEGIN EXECUTE format('CREATE INDEX %I ON orders (user_id)', 'i'); END",  # put together when it runs
        "BEGIN PERFORM 1; RAISE NOTICE 'CREATE INDEX i ON orders (user_id)'; END",
        "BEGIN CREATE TYPE mood AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END",
        "DECLARE r record; BEGIN FOR r IN SELECT 1 LOOP UPDATE orders SET note = 1 WHERE id = r.id; END LOOP; END",
        "BEGIN this is no PL/pgSQL; END",
    ],
)
def test_nothing_is_guessed(body: str) -> None:
    assert found(body) == set()


def test_what_is_there_already_is_no_error_behind_a_condition() -> None:
    guarded = "BEGIN IF NOT EXISTS (SELECT 1) THEN CREATE INDEX orders_note ON orders (note); {} END IF; END"
    again = "ALTER TABLE orders ADD CONSTRAINT orders_users FOREIGN KEY (user_id) REFERENCES users;"
    assert "duplicate-object" not in found(guarded.format(again))
    assert "duplicate-object" in found("BEGIN CREATE INDEX orders_note ON orders (note); END")


def test_volatility_is_what_the_server_says(server: Server) -> None:
    with server.connect() as conn:
        rows = conn.execute(
            "SELECT proname, bool_or(provolatile = 'v'), bool_and(provolatile = 'v') FROM pg_proc"
            " WHERE pronamespace = 'pg_catalog'::regnamespace GROUP BY proname"
        ).fetchall()
    assert [name for name, some, _ in rows if some and name in STEADY] == []
    assert [name for name, _, every in rows if not every and name in VOLATILE] == []
