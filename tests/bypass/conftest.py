"""The newest server with a guarded scene per tier, shared by a session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from keys import Keys
from scenes import Scene, build

from pgwright.shadow.binaries import find
from pgwright.shadow.server import Server, start


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys()


@pytest.fixture(scope="session")
def guarded() -> Iterator[Server]:
    """A server for guarded databases: their roles stay out of other tests' servers."""
    with start(find()) as running:
        yield running


@pytest.fixture(scope="session")
def templates(guarded: Server, keys: Keys) -> Callable[[str], str]:
    """The template of a tier, built once."""
    built: set[str] = set()

    def of(tier: str) -> str:
        name = f"scene_{tier.lower()}"
        if tier not in built:
            build(guarded, name, tier, keys)
            built.add(tier)
        return name

    return of


@pytest.fixture
def scene_of(guarded: Server, templates: Callable[[str], str], keys: Keys) -> Iterator[Callable[[str], Scene]]:
    """A function: a fresh guarded database of that tier."""
    with ExitStack() as stack, guarded.connect() as conn:
        [(cluster,)] = conn.execute("SELECT system_identifier::text FROM pg_control_system()").fetchall()

        def of(tier: str) -> Scene:
            made = Scene(guarded, templates(tier), cluster, keys)
            stack.callback(made.close)
            return made

        yield of
