"""Findings as SARIF 2.1.0, for code scanning. Source: OASIS Standard "Static Analysis Results Interchange Format" 2.1.0."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pgwright import __version__
from pgwright.hazards.checked import Allowed, Checked
from pgwright.step import Finding

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVEL = {"error": "error", "warning": "warning", "info": "note"}
Json = dict[str, Any]


def shown(checked: Checked, root: Path) -> str:
    """One run: the rules that were found, a result for each finding, those that comments accept as suppressed."""
    findings = [*checked.findings, *(one.finding for one in checked.allowed)]
    rules = {one.rule: one for one in reversed(findings)}
    index = {slug: number for number, slug in enumerate(sorted(rules))}
    seen: dict[str, int] = {}
    results = [_result(one, index, seen) for one in checked.findings]
    results += [_suppressed(one, index, seen) for one in checked.allowed]
    driver = {
        "name": "pgwright",
        "version": __version__,
        "rules": [_rule(rules[slug]) for slug in sorted(rules)],
    }
    notes = [_notification(one) for one in checked.errors]
    invocation = {"executionSuccessful": not checked.errors, "toolExecutionNotifications": notes}
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "results": results,
        "columnKind": "unicodeCodePoints",
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(one: Finding) -> Json:
    """What a viewer shows of the rule. The texts are the registry's, without the facts of one finding."""
    from pgwright.hazards.rules import BY_SLUG

    rule = BY_SLUG.get(one.rule)
    short = rule.source.partition("\n")[0] if rule else one.rule
    return {
        "id": one.rule,
        "name": "".join(part.capitalize() for part in one.rule.split("-")),
        "shortDescription": {"text": short},
        "defaultConfiguration": {"level": LEVEL[rule.severity if rule else one.severity]},
        "properties": {"code": one.code, "tags": ["postgresql", rule.family if rule else "suppression"]},
    }


def _result(one: Finding, index: dict[str, int], seen: dict[str, int]) -> Json:
    text = f"{one.message}. {one.why}" + (f"\n\nInstead:\n{one.instead}" if one.instead else "")
    return {
        "ruleId": one.rule,
        "ruleIndex": index[one.rule],
        "level": LEVEL[one.severity],
        "message": {"text": text},
        "locations": [_location(one.file, one.line)] if one.file else [],
        "partialFingerprints": {"pgwright/v1": _fingerprint(one, seen)},
        "properties": {"confidence": one.confidence, "phase": one.phase, "revision": one.revision},
    }


def _suppressed(one: Allowed, index: dict[str, int], seen: dict[str, int]) -> Json:
    return {
        **_result(one.finding, index, seen),
        "suppressions": [{"kind": "inSource", "justification": one.reason}],
    }


def _notification(error: Json) -> Json:
    """What kept the check from its work, with its place where it has one."""
    note: Json = {"level": "error", "descriptor": {"id": error["code"]}, "message": {"text": str(error["message"])}}
    if error.get("file"):
        note["locations"] = [_location(error["file"], error.get("line"))]
    return note


def _location(file: str, line: int | None) -> Json:
    """A path is a URI reference: what is no letter of one is percent-encoded."""
    path = Path(file)
    uri = path.as_uri() if path.is_absolute() else quote(path.as_posix())
    place: Json = {"artifactLocation": {"uri": uri}}
    if line:
        place["region"] = {"startLine": line}
    return {"physicalLocation": place}


def _fingerprint(one: Finding, seen: dict[str, int]) -> str:
    """The same for the same hazard when lines above it move: rule, revision, direction, statement, and which of equals."""
    statement = " ".join((one.statement or one.message).split())
    what = "\0".join((one.rule, one.revision or one.file or "", one.phase or "", statement))
    seen[what] = seen.get(what, 0) + 1
    return sha256(f"{what}\0{seen[what]}".encode()).hexdigest()[:32]
