"""Which frozen lines have a signed successor. Signatures are read only where there is one: most histories have none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pgwright.errors import Refusal
from pgwright.gate.sums import Line
from pgwright.project import Project

FOLDER = Path(".pgwright/approvals")
MARK = ".supersede."


def superseding(project: Project, frozen: Mapping[str, Line], base: str | None = None) -> dict[str, Line]:
    """The new line of every frozen revision for which a signed supersede counts. One that does not count changes nothing."""
    found: dict[str, Line] = {}
    for path in sorted((project.root / FOLDER).glob(f"*{MARK}*.txt")):
        from pgwright.gate.supersede import signed_line

        try:
            line = signed_line(project, path, frozen, base)
        except (Refusal, OSError):
            continue  # the frozen line stays; `pgwright approve ID --check` says why
        found[line.revision] = line
    return found
