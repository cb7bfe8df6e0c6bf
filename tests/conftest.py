"""Fixtures of every room: one throw-away server per session, one empty database per test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from itertools import count

import pytest

from pgwright.shadow.binaries import Binaries, NoBinaries, find
from pgwright.shadow.server import Server, start

_numbers = count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run what is marked slow")
    parser.addoption("--wycheproof", help="the file ed25519_test.json of Wycheproof, which is not kept here")
    parser.addoption("--trips", type=int, default=1000, help="how many random revisions go up, down and up again")
    parser.addoption("--kills", type=int, default=200, help="how many kill points tests/kill tries, about")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "slow" in item.keywords and not config.getoption("--slow"):
            item.add_marker(pytest.mark.skip(reason="slow: only with --slow"))
        for mark in item.iter_markers("major"):
            if missing := _missing(mark.args[0]):
                item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server of any major, tracing."""
    with start(find(), trace=True) as running:
        yield running


@pytest.fixture(scope="session")
def server_of() -> Iterator[Callable[[int], Server]]:
    """A function: the tracing server of that major, one per session. Mark the test with `major(n)`."""
    running: dict[int, Server] = {}
    with ExitStack() as stack:

        def of(major: int) -> Server:
            if major not in running:
                running[major] = stack.enter_context(start(_installed(major), trace=True))
            return running[major]

        yield of


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """The name of a fresh, empty database, dropped afterwards."""
    name = f"test_{next(_numbers)}"
    server.create(name)
    yield name
    server.drop(name)


@cache
def _installed(major: int) -> Binaries:
    """Looked for once, before any test gives the process another cache folder."""
    return find(major)


def _missing(major: int) -> str:
    try:
        _installed(major)
    except NoBinaries as refused:
        return f"PostgreSQL {major} is not installed: {refused.hint.splitlines()[0]}"
    return ""
