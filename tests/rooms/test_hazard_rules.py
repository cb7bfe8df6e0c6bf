"""Every rule, from its own file: BAD fires and its harm is seen on a real server; GOOD is silent and shows none of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hazard_trace import observed, traced

from pgwright.hazards import replay, rules
from pgwright.hazards.example import Example, rendered, sql
from pgwright.hazards.judge import judge
from pgwright.hazards.known import Known
from pgwright.hazards.rule import FAMILIES, Rule
from pgwright.hazards.rules import RULES
from pgwright.shadow.record import install
from pgwright.shadow.server import Server
from pgwright.step import Finding

TEMPLATE = "hazard_rules"
TEXT_AT_MOST = 10
_numbers = count(1)


def cases(which: str) -> list[object]:
    return [
        pytest.param(rule, example, id=f"{rule.slug}-{number}")
        for rule in RULES
        for number, example in enumerate(getattr(rule, which))
    ]


MAJORS = [18, *(pytest.param(n, marks=[pytest.mark.slow, pytest.mark.major(n)]) for n in (14, 15, 16, 17))]


@pytest.fixture(scope="module", params=MAJORS)
def running(request: pytest.FixtureRequest, server: Server, server_of: Callable[[int], Server]) -> Iterator[Server]:
    """A server of each major, with a template that has the recorder in it; 18 is the one that every test shares."""
    on = server if server.major == request.param else server_of(request.param)
    on.create(TEMPLATE)
    with on.connect(TEMPLATE) as conn:
        install(conn)
    yield on
    on.drop(TEMPLATE)


@pytest.fixture
def database(running: Server) -> Iterator[str]:
    name = f"hazard_{next(_numbers)}"
    running.create(name, TEMPLATE)
    yield name
    running.drop(name)


def findings(rule: Rule, example: Example, version: int) -> list[Finding]:
    """What reading finds, by this one rule, on the schema that BEFORE makes."""
    known = Known(version=version, is_complete=True)
    before = rendered(sql(rule.before), "before")
    assert not before.upgrade.unparsable, before.upgrade.unparsable
    replay.play(known, before.upgrade)
    return [hit.finding for hit in judge(rendered(example), known, [rule])]


def skip_other_majors(rule: Rule, server: Server) -> None:
    if server.major not in rule.versions:
        pytest.skip(f"{rule.slug} is about majors {rule.versions.start} to {rule.versions.stop - 1}")


@pytest.mark.parametrize(("rule", "example"), cases("bad"))
def test_bad_fires_and_is_seen(rule: Rule, example: Example, running: Server, database: str) -> None:
    skip_other_majors(rule, running)
    found = findings(rule, example, running.major)
    assert found, "the rule does not fire on its BAD"
    for one in found:
        assert one.line or rule.detect_revision
        assert not re.search(r"[{}]", one.message + one.why), one
    if rule.seen != "text":
        trace = traced(running, database, rule, example)
        assert observed(rule, trace), trace


@pytest.mark.parametrize(("rule", "example"), cases("good"))
def test_good_is_silent_and_shows_nothing(rule: Rule, example: Example, running: Server, database: str) -> None:
    skip_other_majors(rule, running)
    assert findings(rule, example, running.major) == []
    trace = traced(running, database, rule, example)
    assert not trace.error, trace.error
    assert not observed(rule, trace), trace


def test_every_file_is_registered() -> None:
    files = {path.stem for path in Path(rules.__file__).parent.glob("*.py")} - {"__init__"}
    assert files == {rule.slug.replace("-", "_") for rule in RULES}


def test_codes_are_unique_and_name_a_family() -> None:
    codes = [rule.code for rule in RULES]
    assert sorted(set(codes)) == sorted(codes)
    assert all(re.fullmatch(r"PW[1-8]\d\d", code) and code[2] in FAMILIES for code in codes)


def test_few_rules_are_only_text() -> None:
    assert len([rule.slug for rule in RULES if rule.seen == "text"]) <= TEXT_AT_MOST
