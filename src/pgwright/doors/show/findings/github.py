"""Findings as GitHub annotations: workflow commands on standard output. Source: GitHub, "Workflow commands"."""

from __future__ import annotations

from pathlib import Path

from pgwright.hazards.checked import Checked
from pgwright.step import Finding

LEVEL = {"error": "error", "warning": "warning", "info": "notice"}


def shown(checked: Checked, root: Path) -> str:
    """One command a line."""
    lines = [_line(one) for one in checked.findings]
    for error in checked.errors:
        place = _place(error["file"], error["line"])
        lines.append(f"::error {place}title={_value(str(error['code']))}::{_data(str(error['message']))}")
    return "".join(f"{line}\n" for line in lines)


def _line(one: Finding) -> str:
    body = f"{one.message}. {one.why}" + (f"\n\nInstead:\n{one.instead}" if one.instead else "")
    title = _value(f"{one.rule} ({one.code})")
    return f"::{LEVEL[one.severity]} {_place(one.file, one.line)}title={title}::{_data(body)}"


def _place(file: str | None, line: int | None) -> str:
    return (f"file={_value(file)}," if file else "") + (f"line={line}," if line else "")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _value(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
