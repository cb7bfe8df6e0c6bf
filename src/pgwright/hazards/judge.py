"""Asks every rule about a revision, statement by statement, on the database as it is before each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from inspect import cleandoc

from pgwright.hazards import replay
from pgwright.hazards.acts import Act
from pgwright.hazards.doubt import doubt
from pgwright.hazards.known import Known
from pgwright.hazards.masking import masked
from pgwright.hazards.rule import Found, Rule
from pgwright.hazards.source import direction
from pgwright.hazards.statement import Phase, Revision, Script
from pgwright.step import Finding, Severity

SURE: dict[Severity, Severity] = {"error": "warning", "warning": "warning", "info": "info"}


@dataclass(frozen=True, slots=True)
class Hit:
    """A finding with the rule and the place it came from: what suppression and `--fix` need beside the Finding."""

    finding: Finding
    rule: Rule
    found: Found


def judge(revision: Revision, known: Known, rules: Iterable[Rule]) -> Iterator[Hit]:
    """Every hit of `rules` in the revision, in order; `known` is played on to the state after its upgrade."""
    asked = tuple(one for one in rules if known.version in one.versions)
    at_start = known.copy()
    yield from _script(revision, revision.upgrade, known, asked, "upgrade")
    at_start.after_upgrade = ended = _ended(known, revision)
    if revision.downgrade is not None:
        at_start.after_downgrade = after = ended.copy()
        yield from _script(revision, revision.downgrade, after, asked, "downgrade")
    there = {type(act) for script in revision.scripts for statement in script.statements for act in statement.acts}
    replay.begin(at_start, revision.upgrade)
    for rule in asked:
        if rule.detect_revision is not None and (not rule.acts or there.intersection(rule.acts)):
            for hit in rule.detect_revision(revision, at_start):
                phase = hit.phase or (direction(revision.source, hit.line) if not hit.statement else None)
                yield Hit(finding(rule, hit, revision, phase or rule.phases[0]), rule, hit)


def _ended(known: Known, revision: Revision) -> Known:
    """The state after upgrade; where that was not read to its end, a copy that knows what it does not know."""
    if revision.upgrade.read == "full" and not revision.upgrade.raises:
        return known
    ended = known.copy()
    doubt(ended, revision)
    return ended


def _script(revision: Revision, script: Script, known: Known, rules: tuple[Rule, ...], phase: Phase) -> Iterator[Hit]:
    asked = _asked(rules, phase)
    replay.begin(known, script)
    for statement in script.statements:
        replay.enter(known, statement)
        for rule in asked.about(frozenset(map(type, statement.acts))):
            assert rule.detect is not None
            for hit in rule.detect(statement, known):
                yield Hit(finding(rule, hit, revision, phase), rule, hit)
        replay.leave(known, statement)


class _Asked:
    """Rules that look at statements of one phase, by the acts of a statement."""

    def __init__(self, rules: Sequence[Rule], phase: Phase) -> None:
        self._rules = [one for one in rules if phase in one.phases and one.detect is not None]
        self._kept: dict[frozenset[type[Act]], list[Rule]] = {}

    def about(self, kinds: frozenset[type[Act]]) -> list[Rule]:
        """Those that such a statement is shown to, in the rules' order."""
        if kinds not in self._kept:
            self._kept[kinds] = [one for one in self._rules if not one.acts or not kinds.isdisjoint(one.acts)]
        return self._kept[kinds]


_asked = lru_cache(maxsize=16)(_Asked)  # the same rules for every revision of a history


def finding(rule: Rule, hit: Found, revision: Revision, phase: Phase) -> Finding:
    """The Finding of a hit: WHEN, EFFECT and INSTEAD with the facts filled in."""
    statement = hit.statement
    severity = hit.severity or rule.severity
    effect = filled(rule.effect, hit)
    if hit.unknown:
        severity = SURE[severity]
        effect += f" Reading cannot tell {hit.unknown}: `pgwright prove` measures it."
    return Finding(
        rule=rule.slug,
        code=rule.code,
        severity=severity,
        confidence="read",
        message=filled(rule.when, hit),
        why=effect,
        instead=filled(rule.instead if revision.revision or not rule.instead_sql else rule.instead_sql, hit),
        revision=revision.revision,
        phase=phase,
        file=(statement.file if statement else None) or revision.file,
        line=statement.line if statement else hit.line,
        statement=masked(statement.text) if statement else None,
    )


def filled(text: str, hit: Found) -> str:
    """A text of the rule with the facts in its braces; `{table!r}` gives a Python literal."""
    return _clean(text).format(**hit.facts)


_clean = lru_cache(maxsize=512)(cleandoc)
