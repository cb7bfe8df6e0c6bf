"""What comes of every case, per tier and major: `table.txt`, written from measurements and reviewed like golden text."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby
from pathlib import Path

from pgwright.gate.bypass import CASES

TABLE = str(files("pgwright.gate.bypass") / "table.txt")
TIERS = ("T0", "T1", "T2")
HEAD = """\
# What comes of each case of the bypass matrix. holds: refused. GAP: it gets through. works: a use that must work.
# absent: that major does not have it. -: it cannot be tried at that tier. 14-15:GAP,16-18:holds: it depends on the major.
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """Outcomes by major."""

    by_major: tuple[tuple[int, str], ...]

    def at(self, major: int) -> str:
        """The outcome documented for that major; of one newer than all documented, the newest's."""
        return dict(self.by_major).get(major) or (self.by_major[-1][1] if self.by_major else "")

    def __str__(self) -> str:
        runs = [(value, [m for m, _ in run]) for value, run in groupby(self.by_major, key=_outcome)]
        if len(runs) == 1:
            return runs[0][0]
        return ",".join(f"{ms[0]}-{ms[-1]}:{value}" if len(ms) > 1 else f"{ms[0]}:{value}" for value, ms in runs)


def _outcome(pair: tuple[int, str]) -> str:
    return pair[1]


def read_table() -> dict[tuple[str, str], Cell]:
    """Every cell, by case and tier."""
    cells = {}
    for line in Path(TABLE).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, *texts = line.split()
            cells.update({(name, tier): _cell(text) for tier, text in zip(TIERS, texts, strict=True)})
    return cells


def write_table(found: dict[str, str], tier: str, major: int) -> None:
    """Put one measured column into the table."""
    cells = read_table()
    for name, outcome in found.items():
        old = dict(cells.get((name, tier), Cell(())).by_major)
        cells[name, tier] = Cell(tuple(sorted((old | {major: outcome}).items())))
    width = max(len(case.id) for case in CASES) + 2
    lines = [f"{'# case':<{width}}{'T0':<30}{'T1':<30}T2"]
    for case in CASES:
        texts = [str(cells.get((case.id, one), Cell(((major, "?"),)))) for one in TIERS]
        lines.append(f"{case.id:<{width}}{texts[0]:<28}  {texts[1]:<28}  {texts[2]}")
    Path(TABLE).write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


def _cell(text: str) -> Cell:
    if ":" not in text:
        return Cell(tuple((major, text) for major in range(14, 19)))
    pairs = []
    for part in text.split(","):
        majors, _, value = part.partition(":")
        first, _, last = majors.partition("-")
        pairs += [(major, value) for major in range(int(first), int(last or first) + 1)]
    return Cell(tuple(pairs))
