"""Findings as Markdown, for a comment on a pull request."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from pgwright.hazards.checked import Checked
from pgwright.step import Finding


def shown(checked: Checked, root: Path) -> str:
    """A heading with the count, one folded block a finding, then what could not be read and errors."""
    levels = Counter(one.severity for one in checked.findings)
    told = ", ".join(f"{levels[one]} {one}" for one in ("error", "warning", "info") if levels[one])
    parts = [f"### pgwright check: {told or 'nothing found'}"]
    parts += [_block(one) for one in checked.findings]
    for one in checked.revisions:
        if one.read != "full":
            parts.append(f"`{one.file or one.revision}` could not be read to its end: {_text(one.reason)}")
    parts += [f"**{error['code']}** {_text(str(error['message']))}" for error in checked.errors]
    if checked.allowed:
        rows = (f"- `{one.finding.rule}` in `{one.finding.file}`: {_text(one.reason)}" for one in checked.allowed)
        parts.append("Accepted by comments:\n\n" + "\n".join(rows))
    return "\n\n".join(parts) + "\n"


def _block(one: Finding) -> str:
    where = f"{one.file}:{one.line}" if one.line else one.file or ""
    lines = [
        "<details>",
        f"<summary><b>{one.severity}</b> <code>{one.rule}</code> {_text(one.message)} (<code>{_text(where)}</code>)</summary>",
        "",
        _text(one.why),
    ]
    if one.statement:
        lines += ["", *_fenced("sql", one.statement)]
    if one.instead:
        lines += ["", "Instead:", "", *_fenced("python", one.instead)]
    return "\n".join([*lines, "", "</details>"])


def _fenced(language: str, text: str) -> list[str]:
    """A block of code whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{language}", text, fence]


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("`", "&#96;")
