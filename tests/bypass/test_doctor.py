"""The doctor tells a guard that holds from one that was weakened, on a database in use, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from scenes import Scene

from pgwright.gate.bypass import CASES
from pgwright.gate.doctor import differing, examined
from pgwright.gate.guard_refusals import NotGuarded

COUNTS = (
    "SELECT (SELECT count(*) FROM pg_roles), (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_proc),"
    " (SELECT count(*) FROM pgwright.ledger), (SELECT count(*) FROM pgwright.signer),"
    " (SELECT sum(hashtext(g::text)) FROM pgwright.guard g)"
)


@pytest.mark.parametrize("tier", ["T1", "T2"])
def test_a_guard_that_is_well(scene_of: Callable[[str], Scene], tier: str) -> None:
    scene = scene_of(tier)
    with scene.connect("superuser") as conn:
        before = conn.execute(COUNTS).fetchall()
        health = examined(conn, "scene")
        assert conn.execute(COUNTS).fetchall() == before
    assert differing(health) == ()
    assert [one for one in health.checks if one.level == "bad"] == []
    assert health.is_well
    assert (health.tier, health.not_played) == (tier, "")
    tried = [row for row in health.rows if row.found != "-"]
    assert len(tried) >= 250
    assert len(health.rows) == len(CASES)


@pytest.mark.parametrize(
    ("weakened", "name", "row"),
    [
        ("ALTER EVENT TRIGGER pgwright_command DISABLE", "trigger", "session-unapproved"),
        ("ALTER EVENT TRIGGER pgwright_drop ENABLE", "trigger", None),
        ("DROP EVENT TRIGGER pgwright_rewrite", "trigger", "session-rewrite-not-listed"),
        ("ALTER TABLE pgwright.seat DISABLE TRIGGER seal", "trigger", "session-set-role-again"),
        ("GRANT pgwright_owner TO app", "members", None),
        ("ALTER TABLE shop.users OWNER TO app", "outside", None),
        ("GRANT CREATE ON SCHEMA public TO app", "create", None),
        ("DROP TRIGGER pgwright_version ON shop.alembic_version", "version table", None),
        ("DELETE FROM pgwright.ledger", "ledger", None),
        ("UPDATE pgwright.guard SET suspended = now()", "suspended", None),
        (
            "CREATE OR REPLACE FUNCTION pgwright.ed25519_verify(key bytea, message bytea, signature bytea) RETURNS boolean"
            " LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS 'SELECT true'",
            "function",
            "approval-edited-after-signing",
        ),
        ("DROP FUNCTION pgwright.is_clean_up(text)", "function", None),
    ],
)
def test_a_guard_that_was_weakened(scene_of: Callable[[str], Scene], weakened: str, name: str, row: str | None) -> None:
    scene = scene_of("T2")
    with scene.connect("superuser") as conn:
        conn.execute("SET event_triggers = off")
        if "ledger" in weakened:
            conn.execute("INSERT INTO pgwright.ledger VALUES (9, now(), 'x', 'x', '{}', NULL, '')")
            weakened = "SELECT 1"
        conn.execute(weakened.encode())
        conn.execute("RESET event_triggers")
        health = examined(conn, "scene", cases=[case for case in CASES if case.id == row])
        conn.execute("SET event_triggers = off")
        conn.execute("REVOKE pgwright_owner FROM app")  # roles outlive the scene
    assert not health.is_well
    assert name in {one.name for one in health.checks if one.level == "bad"}
    if row:
        assert row in {one.case for one in differing(health)}


def test_without_a_superuser_it_says_what_it_could_not_try(scene_of: Callable[[str], Scene]) -> None:
    with scene_of("T1").connect("app") as conn:
        health = examined(conn, "scene")
    assert health.rows == ()
    assert "speak as other logins" in health.not_played


def test_without_a_guard(scene_of: Callable[[str], Scene]) -> None:
    with scene_of("T0").connect("superuser") as conn, pytest.raises(NotGuarded):
        examined(conn, "scene")
