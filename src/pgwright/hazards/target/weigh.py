"""A finding weighed by the database that it is meant for: its severity and an estimate, never whether it is true.

The estimate is bytes through a rate, an order of magnitude: cold storage is slower, a table in memory faster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pgwright.hazards.checked import Checked
from pgwright.hazards.fixing.forms import acts_of
from pgwright.hazards.target.facts import Relation, Target
from pgwright.step import Finding, Severity

MB = 1024 * 1024
SCAN, BUILD, REWRITE = 200 * MB, 50 * MB, 30 * MB  # bytes in a second; assumed, not measured on the target
SMALL_ROWS, SMALL_BYTES = 10_000, 16 * MB  # below both a blocking scan is over before anybody notices
OLD = 60.0  # seconds: behind a transaction open for that long even a short lock stops everybody
BUILDS = ("index-blocking", "index-on-partitioned-blocking", "reindex-blocking", "add-unique-blocking", "add-pk-blocking",
          "add-exclusion-blocking")  # fmt: skip
REWRITES = ("add-column-rewrite", "alter-type-rewrite", "table-rewrite", "refresh-matview-blocking")
BRIEF = ("drop-index-blocking", "detach-partition-blocking", "multi-table-lock", "explicit-lock", "trigger-blocking",
         "truncate-blocking", "lock-timeout-disabled")  # fmt: skip


def weighed(checked: Checked, target: Target) -> Checked:
    """Every finding that stands, weighed."""
    return replace(checked, findings=tuple(weigh(one, target) for one in checked.findings))


def weigh(finding: Finding, target: Target) -> Finding:
    """The finding with what the target says of its relations."""
    family = finding.code[2:3]
    if family == "1":
        return _lock(finding, target)
    if family == "3" and finding.phase == "upgrade":
        return _application(finding, target)
    return finding


def _lock(finding: Finding, target: Target) -> Finding:
    """Locks and work: how much there is to read or write, who waits meanwhile, and what it waits for itself."""
    there = [(name, target.relations[name]) for name in _tables(finding) if name in target.relations]
    notes, severity = [], finding.severity
    if there and finding.rule not in BRIEF:
        name, relation = max(there, key=lambda pair: pair[1].bytes)
        seconds = _seconds(finding.rule, relation)
        notes.append(
            f"On {target.environment}, {name} has {_amount(relation)}: about {_time(seconds)}{_waiting(relation, seconds)}."
        )
        if severity == "error" and relation.rows < SMALL_ROWS and relation.bytes < SMALL_BYTES:
            severity = "warning"
    if target.oldest >= OLD:
        notes.append(
            f"A transaction has been open there for {_time(target.oldest)}: the lock may wait that long, and all behind it."
        )
        severity = _graver(severity) if finding.rule in BRIEF else severity
    return replace(finding, severity=severity, why=" ".join((finding.why, *notes)).strip())


def _application(finding: Finding, target: Target) -> Finding:
    """Application compatibility: whether statements of that database name the object."""
    tables = list(_tables(finding))
    if target.statements is None or not tables:
        return finding
    name = tables[0].rpartition(".")[2]
    word = re.compile(rf'(?<![\w"]){re.escape(name)}(?![\w])|"{re.escape(name)}"', re.I)
    using = [(text, calls) for text, calls in target.statements if word.search(text)]
    calls = sum(calls for _, calls in using)
    if using:
        note = f"On {target.environment}, {len(using)} statements in pg_stat_statements use {name} ({calls:,} calls)."
    else:
        note = f"On {target.environment}, no statement in pg_stat_statements uses {name}."
    return replace(finding, why=f"{finding.why} {note}".strip())


def _tables(finding: Finding) -> Iterator[str]:
    """The relations that the finding's statement acts on, as keys of the target."""
    for act in acts_of(finding.statement or ""):
        for slot in ("table", "view", "name"):
            name = getattr(act, slot, None)
            if isinstance(name, str) and name:
                yield name.removeprefix("public.")
                break


def _seconds(rule: str, relation: Relation) -> float:
    if rule in REWRITES:
        return relation.bytes / REWRITE
    return relation.heap / (BUILD if rule in BUILDS else SCAN)


def _graver(severity: Severity) -> Severity:
    return "error" if severity == "warning" else severity


def _amount(relation: Relation) -> str:
    return f"{relation.rows:,} rows in {relation.bytes / MB:,.0f} MB"


def _waiting(relation: Relation, seconds: float) -> str:
    waiting = relation.writes * seconds
    return f", while some {waiting:,.0f} rows would have been written" if waiting >= 1 else ""


def _time(seconds: float) -> str:
    if seconds < 1:
        return "a second at most"
    if seconds < 120:
        return f"{seconds:,.0f} s"
    return f"{seconds / 60:,.0f} min"
