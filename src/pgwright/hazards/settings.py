"""[check] in pgwright.toml: severities by rule, the level that fails, majors, and where the history starts to count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from pgwright.errors import Refusal
from pgwright.project import Settings
from pgwright.step import Finding, Severity

Level = Literal["error", "warning", "info"]
Chosen = Literal["error", "warning", "info", "off"]
KEYS = ("severity", "fail_level", "majors", "start_after")
LEVELS: tuple[Level, ...] = get_args(Level)
DEFAULT_MAJOR = 18
OLDEST = 14


class BadCheck(Refusal):
    """
    [check] in {source} cannot be read: {why}
    Known are severity = {{ rule = "warning" }}, fail_level = "error", majors = [16, 17], start_after = "REVISION".
    """

    code = "PW-HAZARDS-01"


@dataclass(frozen=True, slots=True)
class Checking:
    """What was chosen for checking."""

    severity: Mapping[str, Chosen] = field(default_factory=dict)
    fail_level: Level = "error"
    majors: tuple[int, ...] = (DEFAULT_MAJOR,)
    start_after: str | None = None

    def weighed(self, finding: Finding) -> Finding | None:
        """The finding with the severity that was chosen for its rule; None when the rule is off."""
        chosen = self.severity.get(finding.rule, finding.severity)
        if chosen == finding.severity:
            return finding
        return None if chosen == "off" else replace(finding, severity=chosen)

    def fails(self, severity: Severity) -> bool:
        """True when such a finding ends the command with 1."""
        return LEVELS.index(severity) <= LEVELS.index(self.fail_level)


def read(settings: Settings) -> Checking:
    """The settings as they are used. Raises BadCheck; names of rules are compared with the registry by the caller."""
    table: Mapping[str, Any] = settings.check

    def refuse(why: str) -> BadCheck:
        return BadCheck(source=settings.source, why=why)

    unknown = sorted(set(table) - set(KEYS))
    if unknown:
        raise refuse(f"unknown key {unknown[0]}")
    severity = table.get("severity", {})
    if not isinstance(severity, dict) or any(value not in get_args(Chosen) for value in severity.values()):
        raise refuse("severity maps the name of a rule to error, warning, info or off")
    level = table.get("fail_level", "error")
    if level not in LEVELS:
        raise refuse("fail_level is error, warning or info")
    majors = table.get("majors", [settings.major or DEFAULT_MAJOR])
    if not isinstance(majors, list) or not majors or not all(isinstance(m, int) and m >= OLDEST for m in majors):
        raise refuse(f"majors is a list of PostgreSQL majors from {OLDEST} on")
    start = table.get("start_after")
    if start is not None and not isinstance(start, str):
        raise refuse("start_after is the id of a revision")
    return Checking(severity, level, tuple(majors), start)
