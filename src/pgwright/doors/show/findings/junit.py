"""Findings as a JUnit report: one test case for each revision or file, failed by its findings."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as xml

from pgwright.hazards.checked import Checked
from pgwright.step import Finding


def shown(checked: Checked, root: Path) -> str:
    """Errors and warnings fail a case; information goes to its output."""
    of: dict[str, list[Finding]] = {one.revision: [] for one in checked.revisions}
    for finding in checked.findings:
        of.setdefault(finding.revision or finding.file or "", []).append(finding)
    bad = sum(any(one.severity != "info" for one in found) for found in of.values())
    facts = {"name": "pgwright check", "tests": str(len(of)), "failures": str(bad), "errors": str(len(checked.errors))}
    suites = xml.Element("testsuites")
    suite = xml.SubElement(suites, "testsuite", facts)
    files = {one.revision: one.file for one in checked.revisions}
    for name, found in of.items():
        _fill(_case(suite, name, files.get(name, "")), found)
    for error in checked.errors:
        case = _case(suite, str(error["file"] or "check"))
        xml.SubElement(case, "error", {"type": str(error["code"]), "message": _legal(str(error["message"]))})
    xml.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + xml.tostring(suites, encoding="unicode") + "\n"


def _case(suite: xml.Element, name: str, file: str = "") -> xml.Element:
    facts = {"classname": "pgwright.check", "name": _legal(name)}
    return xml.SubElement(suite, "testcase", {**facts, "file": file} if file else facts)


def _fill(case: xml.Element, found: list[Finding]) -> None:
    for one in found:
        text = _legal(f"{one.file}:{one.line}\n{one.why}\n\nInstead:\n{one.instead}")
        if one.severity == "info":
            xml.SubElement(case, "system-out").text = f"{one.rule}: {_legal(one.message)}"
        else:
            failure = xml.SubElement(
                case, "failure", {"type": one.rule, "message": _legal(f"{one.severity}: {one.message}")}
            )
            failure.text = text


def _legal(text: str) -> str:
    """Without the characters that XML 1.0 has no way to write."""
    return "".join(
        c for c in text if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    )
