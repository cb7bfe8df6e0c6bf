"""Named queries from `.sql` files: `-- name: what it is for` starts one; a line's `--@ >= 15` ties it to a major."""

from __future__ import annotations

import operator
import re
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"^-- (\w+):", re.M)
_GATE = re.compile(r"--@ (>=|<) (\d+)\s*$")
_TEST = {">=": operator.ge, "<": operator.lt}


@cache
def queries(file: str, major: int) -> dict[str, str]:
    """Name to text of every query in `sql/<file>.sql`, with only the lines that this major knows, in file order."""
    text = (files("pgwright.schema") / "sql" / f"{file}.sql").read_text(encoding="utf-8")
    kept = "\n".join(line for line in text.splitlines() if _wanted(line, major))
    _, *parts = _NAME.split(kept)
    bodies = (part.partition("\n")[2].strip().rstrip(";") for part in parts[1::2])
    return dict(zip(parts[::2], bodies, strict=True))


def _wanted(line: str, major: int) -> bool:
    gate = _GATE.search(line)
    return gate is None or _TEST[gate[1]](major, int(gate[2]))
