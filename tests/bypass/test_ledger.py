"""The ledger shows edits, deletions and a cut tail; the last two only because git remembers heads."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from scenes import Connection, Scene
from sessions import AGE, EMAIL, case, enter

from pgwright.gate import ledger
from pgwright.gate.bypass.play import approved
from pgwright.project import find

OFF = "ALTER TABLE pgwright.ledger DISABLE TRIGGER only_append"


@pytest.fixture
def scene(scene_of: Callable[[str], Scene]) -> Scene:
    """A database in which one approved run was made."""
    made = scene_of("T2")
    with made.connect("runner") as conn:
        enter(conn, made, EMAIL, AGE, texts=approved(case(EMAIL, AGE), made))
        for step in (EMAIL, AGE):
            conn.execute(step.encode())
        conn.execute("""SELECT pgwright.close('{"state": "done"}')""")
    return made


@pytest.fixture
def admin(scene: Scene) -> Connection:
    conn = scene.connect("superuser")
    conn.execute("SET event_triggers = off")
    conn.execute(OFF.encode())
    return conn


def kinds(conn: Connection, heads: tuple[ledger.Head, ...] = ()) -> list[tuple[str, int]]:
    return [(one.kind, one.seq) for one in ledger.verify(conn, "scene", heads).damage]


def test_it_says_who_did_what_with_which_approval(scene: Scene) -> None:
    with scene.connect("app") as conn:
        lines = ledger.read(conn)
        assert [line.event for line in lines] == ["install", "open", "step", "step", "close"]
        assert {line.who for line in lines[1:]} == {"pgwright_runner"}
        opening = lines[1].body
        assert opening["approved_by"] == ["alice"]
        assert "what: Add users.email" in opening["approval"]
        assert "SSH SIGNATURE" in opening["signatures"][0]
        assert lines[2].body["tag"] == "ALTER TABLE"
        assert lines[4].body["outcome"] == {"state": "done"}
        assert kinds(conn) == []


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("UPDATE pgwright.ledger SET who = 'nobody' WHERE seq = 2", [("edited", 2)]),
        ("UPDATE pgwright.ledger SET body = body || '{\"approved_by\": [\"bob\"]}' WHERE seq = 2", [("edited", 2)]),
        ("UPDATE pgwright.ledger SET at = at + interval '1 microsecond' WHERE seq = 3", [("edited", 3)]),
        ("DELETE FROM pgwright.ledger WHERE seq = 3", [("missing", 3)]),
        ("DELETE FROM pgwright.ledger WHERE seq = 1", [("missing", 1)]),
        ("UPDATE pgwright.ledger SET seq = seq + 10 WHERE seq = 5", [("missing", 5), ("edited", 15)]),
        ("UPDATE pgwright.ledger SET prev = NULL WHERE seq = 4", [("unlinked", 4), ("edited", 4)]),
        ("DELETE FROM pgwright.ledger WHERE seq >= 4", [("cut", 5)]),
        ("DELETE FROM pgwright.ledger", [("cut", 5)]),
    ],
)
def test_damage_is_named(scene: Scene, admin: Connection, damage: str, found: list[tuple[str, int]]) -> None:
    with scene.connect("app") as conn:
        kept = ledger.head(conn)
        assert kept is not None
        admin.execute(damage.encode())
        got = kinds(conn, (kept,))
    assert [one for one in got if one[0] != "replaced"] == found


def test_a_chain_written_anew_is_not_the_one_that_git_remembers(scene: Scene, admin: Connection) -> None:
    """A superuser can edit a line and hash all that follow; then only the head in git tells."""
    with scene.connect("app") as conn:
        kept = ledger.head(conn)
        assert kept is not None
        admin.execute("UPDATE pgwright.ledger SET who = 'nobody' WHERE seq = 2")
        admin.execute(
            "DO $$ DECLARE l record; p bytea; BEGIN FOR l IN SELECT * FROM pgwright.ledger ORDER BY seq LOOP"
            " UPDATE pgwright.ledger SET prev = p, hash = sha256(coalesce(p, '')"
            " || pgwright.entry(l.seq, l.at, l.who, l.event, l.body)) WHERE seq = l.seq RETURNING hash INTO p; END LOOP; END $$"
        )
        assert kinds(conn) == []
        assert kinds(conn, (kept,)) == [("replaced", 5)]


def test_heads_are_remembered_by_the_last_commit_too(tmp_path: Path) -> None:
    (tmp_path / "alembic/versions").mkdir(parents=True)
    (tmp_path / "alembic/env.py").write_text("")
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = alembic\n")
    git = ["git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x@example.invalid"]
    subprocess.run([*git, "init", "-q"], check=True)
    project = find(tmp_path)
    one, two = ledger.Head(5, "ab" * 32), ledger.Head(7, "cd" * 32)
    file = ledger.keep(project, "production", one)
    assert ledger.keep(project, "production", one) == file
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "heads"], check=True)
    ledger.keep(project, "production", two)
    assert ledger.heads_of(project, "production") == ((one, two), ())
    file.write_text(f"{two.seq} {two.hash}\n")
    assert ledger.heads_of(project, "production") == ((one, two), (one,))
