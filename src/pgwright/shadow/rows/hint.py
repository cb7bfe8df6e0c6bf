"""Values that a CHECK suggests: its constants and their neighbours, text of the lengths and shapes it asks for."""

from __future__ import annotations

import re
import re._constants as sre  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pgwright.shadow.rows.datatype import DataType
from pgwright.shadow.rows.expression import Expression
from pgwright.shadow.rows.operators import regex
from pgwright.shadow.rows.ordinary import ordinary, padded
from pgwright.shadow.rows.scalar import Unknown

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_JSON = ("{}", "[]", '"text"', "1", "true", '{"a": 1}', "[1]")
_LONGEST = 5000


def hints(checks: list[Expression], kind: DataType) -> Iterator[str]:
    """Texts that may satisfy the checks, the likeliest first; whether they do is for the caller to try."""
    if kind.family == "json":
        yield from _JSON
    for check in checks:
        for constant in check.constants:
            yield from _near(constant, kind)
        yield from (sample for p in check.patterns for k in range(4) if (sample := sampled(p, k)) is not None)
    if kind.family == "array" and kind.bottom.base:
        singles = [t for c in checks for t in c.constants if _fits(t, kind.bottom.base)]
        yield from (f'{{"{t}"}}' for t in singles if '"' not in t and "\\" not in t)


def makers(checks: list[Expression], kind: DataType) -> list[Callable[[int], str | None]]:
    """Endless sources near the checks' constants: numbers up and down from them, days after them, text of a length."""
    found: list[Callable[[int], str | None]] = []
    for check in checks:
        for constant in check.constants:
            found += _endless(constant, kind, check.measures)
        found += [_sampler(p) for p in check.patterns if kind.family == "text"]
    return found


def sampled(pattern: str, k: int) -> str | None:
    """The k-th text found to match the regex, None when none was."""
    try:
        compiled = regex(pattern)
        text = _walk(parser.parse(compiled.pattern), [k])
    except (Unknown, KeyError, IndexError, re.error):
        return None
    return text if compiled.search(text) else None


def _sampler(pattern: str) -> Callable[[int], str | None]:
    return lambda k: sampled(pattern, k)


def _near(constant: str, kind: DataType) -> Iterator[str]:
    if kind.family in ("integer", "numeric", "float") and _NUMBER.fullmatch(constant):
        value = Decimal(constant)
        yield from (str(v) for v in (value, value + 1, value - 1, value + 10))
    elif kind.family == "moment" and _DAY.match(constant):
        yield constant
        yield from (_shifted(constant, days) for days in (1, -1))
    elif kind.family == "text":
        yield constant
        if "%" in constant or "_" in constant:
            yield from (constant.replace("%", s).replace("_", "a") for s in ("", "x1", "x2", "x3"))
    elif _fits(constant, kind):
        yield constant


def _endless(constant: str, kind: DataType, measures: bool) -> Iterator[Callable[[int], str | None]]:
    if kind.family in ("integer", "numeric", "float") and _NUMBER.fullmatch(constant):
        value = Decimal(constant)
        yield lambda k: str(value + k)
        yield lambda k: str(value - k)
        yield lambda k: str(value + k + 1)
        yield lambda k: str(value - k - 1)
    elif kind.family == "moment" and _DAY.match(constant):
        yield lambda k: _shifted(constant, k)
        yield lambda k: _shifted(constant, -1 - k)
    elif kind.family == "text" and measures and constant.isdigit() and int(constant) < _LONGEST:
        for size in (int(constant), int(constant) + 1, int(constant) - 1):
            if size > 0:
                yield _sized(size)
    elif kind.family == "text" and not _NUMBER.fullmatch(constant):
        yield lambda k: constant.replace("%", f"x{k}") if "%" in constant else f"{constant}{k}"
        yield lambda k: (ordinary(kind, k, "value") or "").lower()
        yield lambda k: (ordinary(kind, k, "value") or "").upper()


def _sized(size: int) -> Callable[[int], str | None]:
    return lambda k: padded(k, size)


def _shifted(moment: str, days: int) -> str:
    return (date.fromisoformat(moment[:10]) + timedelta(days=days)).isoformat() + moment[10:]


def _fits(constant: str, kind: DataType) -> bool:
    family = kind.family
    if family == "enum":
        return constant in kind.bottom.labels
    if family in ("integer", "numeric", "float"):
        return _NUMBER.fullmatch(constant) is not None
    return family == "text"


def _walk(tree: Any, state: list[int]) -> str:
    return "".join(_part(op, argument, state) for op, argument in tree)


def _part(op: Any, argument: Any, state: list[int]) -> str:
    """One part of a parsed regex as text; `state` holds what is left of k, spent as a number in mixed base."""
    return _PARTS[op](argument, state)


def _branch(argument: Any, state: list[int]) -> str:
    branches = argument[1]
    return _walk(branches[_spend(state, len(branches))], state)


def _repeat(argument: Any, state: list[int]) -> str:
    low, high, inner = argument
    count = min(low or min(3, int(high)), _LONGEST)
    return "".join(_walk(inner, state) for _ in range(count))


def _members(items: Any) -> str:
    out = ""
    negated = False
    for op, argument in items:
        if op is sre.NEGATE:
            negated = True
        elif op is sre.LITERAL:
            out += chr(argument)
        elif op is sre.RANGE:
            out += "".join(map(chr, range(argument[0], min(argument[1], argument[0] + 64) + 1)))
        elif op is sre.CATEGORY:
            out += {sre.CATEGORY_DIGIT: "0123456789", sre.CATEGORY_SPACE: " "}.get(argument, "abcxyz019")
    return "".join(c for c in "abcdxyz0189-" if c not in out) if negated else out


def _pick(members: str, state: list[int]) -> str:
    return members[_spend(state, len(members))]


def _spend(state: list[int], size: int) -> int:
    state[0], digit = divmod(state[0], size)
    return digit


_PARTS: dict[Any, Callable[[Any, list[int]], str]] = {
    sre.LITERAL: lambda argument, state: chr(argument),
    sre.NOT_LITERAL: lambda argument, state: "x" if argument != ord("x") else "y",
    sre.ANY: lambda argument, state: "x",
    **dict.fromkeys((sre.AT, sre.ASSERT, sre.ASSERT_NOT), lambda argument, state: ""),
    sre.IN: lambda argument, state: _pick(_members(argument), state),
    sre.SUBPATTERN: lambda argument, state: _walk(argument[3], state),
    sre.BRANCH: _branch,
    **dict.fromkeys((sre.MAX_REPEAT, sre.MIN_REPEAT), _repeat),
}
