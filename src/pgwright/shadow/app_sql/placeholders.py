"""Drivers' placeholders: `%(name)s`, `%s` and `:name` become the server's own `$1`, `$2`.

What stands in quotes, dollar quotes and comments is no placeholder, `::` is a cast, `a[1:n]` a slice. Where a driver formats
the text, `%%` is a percent sign. Sources: psycopg documentation, "Passing parameters"; PEP 249, paramstyle.
"""

from __future__ import annotations

import re

TOKEN = re.compile(
    r"""(?P<skip>--[^\n]*|/\*.*?\*/|[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"
        |\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$)
      |%\((?P<name>\w+)\)s|(?P<next>%s)(?!\w)|(?<![\w:\[\])"]):(?P<colon>[^\W\d]\w*)
      |\$(?P<own>\d+)|(?P<percent>%%)""",
    re.VERBOSE | re.DOTALL,
)


def masked(text: str) -> str:
    """The text with `$1` for every placeholder, in as many characters: every place in it stays where it was."""
    return TOKEN.sub(lambda m: "$1".rjust(len(m[0])) if _is_drivers(m) else m[0], text)


def numbered(text: str) -> str:
    """One statement as the server is asked: each name has its number, each `%s` one of its own."""
    found = list(TOKEN.finditer(text))
    formatted = any(m["name"] or m["next"] for m in found)
    highest = max((int(m["own"]) for m in found if m["own"]), default=0)
    numbers: dict[str, int] = {}

    def place(m: re.Match[str]) -> str:
        if not _is_drivers(m):
            return m[0].replace("%%", "%") if formatted else m[0]
        key = m["name"] or m["colon"] or f"%{m.start()}"
        return f"${numbers.setdefault(key, highest + len(numbers) + 1)}"

    return TOKEN.sub(place, text)


def _is_drivers(m: re.Match[str]) -> bool:
    return bool(m["name"] or m["next"] or m["colon"])
