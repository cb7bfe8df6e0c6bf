"""Attempts over several sessions, at both tiers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from scenes import Scene
from sessions import ATTEMPTS, outcome


@pytest.mark.parametrize("name", ATTEMPTS)
@pytest.mark.parametrize("tier", ["T1", "T2"])
def test_attempts(scene_of: Callable[[str], Scene], tier: str, name: str) -> None:
    one = ATTEMPTS[name]
    assert outcome(one, scene_of(tier)) == (one.t1 if tier == "T1" else one.t2)
