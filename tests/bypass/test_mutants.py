"""Whatever single check is taken out of the guard, some case turns red."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from mutants import CHECK, KILLED_BY, VECTORS, Mutant, mutants
from scenes import Scene
from sessions import ATTEMPTS, outcome
from test_signatures import NO_POINTS, edges, in_sql

from pgwright.gate import guard
from pgwright.gate.bypass import CASES
from pgwright.gate.bypass.play import play
from pgwright.gate.bypass.table import read_table

MUTANTS = {f"{one.file}-{one.name}": one for one in mutants()}


def test_every_check_has_a_mutant() -> None:
    texts = [guard.text(file) for file in guard.FILES]
    assert sum(text.count("-- check: ") for text in texts) == sum(len(CHECK.findall(text)) for text in texts)
    assert len(MUTANTS) >= 50


@pytest.mark.parametrize("name", MUTANTS)
def test_taking_out_a_check_turns_a_case_red(scene_of: Callable[[str], Scene], name: str) -> None:
    one = MUTANTS[name]
    scene = scene_of("T2")
    infect(scene, one)
    assert kills(scene, one) or kills_an_attempt(scene_of, one), "it goes unnoticed"


def infect(scene: Scene, one: Mutant) -> None:
    """Lay the changed file over the guard."""
    with scene.connect("superuser") as conn, conn.transaction():
        if one.file == "event_triggers":
            conn.execute(one.text.encode())
            return
        guard.unwatch(conn)
        with guard.as_gate(conn):
            conn.execute(one.text.encode())
        guard.watch(conn)


def kills(scene: Scene, one: Mutant) -> bool:
    """True when a case that names the check, or all of them where none does, comes out otherwise than documented."""
    named = set(KILLED_BY.get(one.name, (one.name,)))
    if one.name in VECTORS:
        return _a_vector_differs(scene)
    table = read_table()
    cases = [case for case in CASES if named & set(case.checks)]
    return any(play(case, scene) != table[case.id, "T2"].at(18) for case in cases if not case.alone)


def kills_an_attempt(scene_of: Callable[[str], Scene], one: Mutant) -> bool:
    """The same for the attempts over several sessions, each on a database of its own."""
    named = set(KILLED_BY.get(one.name, (one.name,)))
    for attempt in ATTEMPTS.values():
        if named & set(attempt.checks):
            scene = scene_of("T2")
            infect(scene, one)
            if outcome(attempt, scene) != attempt.t2:
                return True
    return False


def _a_vector_differs(scene: Scene) -> bool:
    with scene.connect("superuser") as conn:
        verdicts = [in_sql(conn, *vector) is (name == "good") for name, vector in edges().items()]
        points = [conn.execute("SELECT pgwright.point_x(%s, %s)", point).fetchall() == [(None,)] for point in NO_POINTS]
        return not all(verdicts + points)
