"""`gate install` over the guard of an older version: `older/` holds the files of version 1 that have changed since."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from keys import Keys
from scenes import ENVIRONMENT, SIGNERS, Scene, signer
from sessions import AGE, EMAIL, case, enter

from pgwright.gate import guard, ledger
from pgwright.gate.bypass.play import approved
from pgwright.gate.install import Installer, install
from pgwright.gate.state import checks
from pgwright.run.seat import OLDER as SAYS_OLDER

OLDER = Path(__file__).with_name("older")
LOOKED = ("guard", "function", "functions", "trigger", "ledger")


def aged(scene: Scene) -> None:
    """As version 1 had laid it."""
    with scene.connect("superuser") as conn, conn.transaction():
        guard.unwatch(conn)
        with guard.as_gate(conn):
            conn.execute("DROP FUNCTION pgwright.run_of(jsonb, text)")
            for file in sorted(OLDER.glob("*-1.sql")):
                conn.execute(file.read_text().encode())
            conn.execute(guard.text("access").encode())
            conn.execute("UPDATE pgwright.guard SET version = 1")
        guard.watch(conn)


def state(scene: Scene) -> dict[str, str]:
    """{what was looked at: how it is} of the doctor's look at the guard itself."""
    with scene.connect("superuser") as conn:
        return {one.name: one.level for one in checks(conn) if one.name in LOOKED}


def test_the_newer_guard_is_laid_over_an_older_one(scene_of: Callable[[str], Scene], keys: Keys) -> None:
    scene = scene_of("T2")
    aged(scene)
    assert state(scene)["guard"] == "note"
    assert state(scene)["function"] == "bad"
    begun = approved(case(EMAIL, AGE), scene)
    several = approved(case(EMAIL, parts=((AGE.replace("age", "years"),), (AGE.replace("age", "months"),))), scene)
    years, months = (AGE.replace("age", one) for one in ("years", "months"))
    with scene.connect("runner") as conn:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match=SAYS_OLDER[0]):
            enter(conn, scene, years, texts=several)
        enter(conn, scene, EMAIL, AGE, texts=begun)
        conn.execute(EMAIL)
        conn.execute("SELECT pgwright.done(1)")
    with scene.connect("superuser") as conn:
        before = ledger.read(conn)
        install(Installer(conn, ENVIRONMENT), [signer(keys, one) for one in SIGNERS])
        assert ledger.read(conn)[: len(before)] == before
        assert ledger.verify(conn, "scene").damage == ()
    assert set(state(scene).values()) == {"good"}
    with scene.connect("runner") as conn:
        assert enter(conn, scene, EMAIL, AGE, texts=begun) == 2
        conn.execute(AGE)
        conn.execute("SELECT pgwright.done(2); SELECT pgwright.close('{}'); RESET ROLE")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="has not come to its end"):
            enter(conn, scene, months, texts=several)
        for statement in (years, months):
            enter(conn, scene, statement, texts=several)
            conn.execute(statement.encode())
            conn.execute("SELECT pgwright.done(1); SELECT pgwright.close('{}'); RESET ROLE")
