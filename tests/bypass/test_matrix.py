"""Every cell of the bypass matrix is as its table says. `make bypass` plays all majors, `make test` the newest."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from keys import Keys
from scenes import Scene, build

from pgwright.gate.bypass import CASES
from pgwright.gate.bypass.case import Case
from pgwright.gate.bypass.play import play
from pgwright.gate.bypass.table import TABLE, TIERS, read_table, write_table
from pgwright.shadow.binaries import find
from pgwright.shadow.server import start

NEWEST = 18
MAJORS = [pytest.param(m, marks=[pytest.mark.major(m), pytest.mark.slow] if m != NEWEST else []) for m in range(14, 19)]


@contextmanager
def scenes(major: int) -> Iterator[dict[str, Scene]]:
    """A database of every tier on one server of that major."""
    with ExitStack() as stack:
        server = stack.enter_context(start(find(major)))
        keys = Keys()
        with server.connect() as conn:
            [(cluster,)] = conn.execute("SELECT system_identifier::text FROM pg_control_system()").fetchall()
        made = {}
        for tier in TIERS:
            build(server, f"gate_{tier.lower()}", tier, keys)
            made[tier] = Scene(server, f"gate_{tier.lower()}", cluster, keys)
            stack.callback(made[tier].close)
        yield made


def wanted(case: Case, tier: str) -> bool:
    """Without the guard only the application's login has something to try, and nothing of ours to try it on."""
    return tier != "T0" or (case.who == "app" and not any("pgwright" in one for one in case.tries))


@pytest.mark.parametrize("major", MAJORS)
def test_every_cell_is_as_documented(major: int) -> None:
    with scenes(major) as made:
        found = {
            (case.id, tier): play(case, made[tier]) if wanted(case, tier) else "-" for tier in TIERS for case in CASES
        }
    if os.environ.get("PGWRIGHT_ACCEPT") == "1":
        accept(found, major)
    table = read_table()
    wrong = {key: (got, table[key].at(major)) for key, got in found.items() if table[key].at(major) != got}
    assert wrong == {}, "got, documented"


def accept(found: dict[tuple[str, str], str], major: int) -> None:
    with Path(TABLE).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        for tier in TIERS:
            write_table({name: got for (name, one), got in found.items() if one == tier}, tier, major)


def test_the_matrix_is_large_enough_and_the_table_has_no_other_rows() -> None:
    names = [case.id for case in CASES]
    assert len(names) == len(set(names)) >= 150
    assert {name for name, _ in read_table()} == set(names)


def test_no_use_of_a_guarded_database_is_broken() -> None:
    assert [key for key, cell in read_table().items() if "BROKEN" in str(cell)] == []
