"""The operators and functions that CHECKs commonly use, with SQL's meaning of NULL left to the caller."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pgwright.shadow.rows.scalar import JSON_NULL, Unknown, scalar

Function = Callable[..., Any]


@lru_cache(maxsize=1024)
def regex(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """A server regex as Python's; the two agree on what people write in CHECKs. Raises Unknown where they do not."""
    try:
        return re.compile(re.sub(r"\[\[:(\w+):\]\]", lambda m: _CLASSES.get(m.group(1), "[[:"), pattern), flags)
    except re.error as error:
        raise Unknown(pattern) from error


@lru_cache(maxsize=1024)
def like(pattern: str) -> str:
    """A LIKE pattern as a regex."""
    parts = re.findall(r"\\.|%|_|[^%_\\]+", pattern, flags=re.DOTALL)
    return "^" + "".join({"%": ".*", "_": "."}.get(p) or re.escape(p.removeprefix("\\")) for p in parts) + "$"


_CLASSES = {"digit": "[0-9]", "alpha": "[A-Za-z]", "alnum": "[A-Za-z0-9]", "space": r"\s", "upper": "[A-Z]"}


def _comparison(compare: Function) -> Function:
    def apply(left: Any, right: Any) -> Any:
        left, right = _alike(left, right)
        return compare(left, right)

    return apply


def _alike(left: Any, right: Any) -> tuple[Any, Any]:
    if type(left) is type(right) and isinstance(left, (bool, Decimal, str, datetime, tuple)):
        return left, right
    if isinstance(left, str) and isinstance(right, (Decimal, datetime)):
        return _read_like(left, right), right
    if isinstance(right, str) and isinstance(left, (Decimal, datetime)):
        return left, _read_like(right, left)
    if {type(left), type(right)} == {int, Decimal}:
        return left, right
    raise Unknown(f"{type(left).__name__} against {type(right).__name__}")


def _read_like(text: str, other: Decimal | datetime) -> Any:
    """A literal without a cast, read as what it is compared with."""
    return scalar(text, "numeric" if isinstance(other, Decimal) else "moment")


def _strings(function: Function) -> Function:
    def apply(*arguments: Any) -> Any:
        if not all(isinstance(a, str) for a in arguments):
            raise Unknown("not text")
        return function(*arguments)

    return apply


def _numbers(function: Function) -> Function:
    def apply(*arguments: Any) -> Any:
        if not all(isinstance(a, (int, Decimal)) and not isinstance(a, bool) for a in arguments):
            raise Unknown("not numbers")
        try:
            return function(*arguments)
        except ArithmeticError as error:
            raise Unknown(str(error)) from error

    return apply


def _matches(flags: int, wanted: bool, is_like: bool = False) -> Function:
    def apply(text: str, pattern: str) -> bool:
        compiled = regex(like(pattern) if is_like else pattern, flags | (re.DOTALL if is_like else 0))
        return (compiled.search(text) is not None) is wanted

    return _strings(apply)


def _json_type(value: Any) -> str:
    if value is JSON_NULL:
        return "null"
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}
    if type(value) not in names:
        raise Unknown("not JSON")
    return names[type(value)]


def _has_key(value: Any, name: Any) -> bool:
    if not isinstance(value, (dict, list)):
        raise Unknown("not JSON")
    return name in value


def _length(value: Any) -> int:
    if not isinstance(value, (str, list)):
        raise Unknown("no length")
    return len(value)


BINARY: dict[str, Function] = {
    "=": _comparison(operator.eq),
    "<>": _comparison(operator.ne),
    "!=": _comparison(operator.ne),
    "<": _comparison(operator.lt),
    "<=": _comparison(operator.le),
    ">": _comparison(operator.gt),
    ">=": _comparison(operator.ge),
    "+": _numbers(operator.add),
    "-": _numbers(operator.sub),
    "*": _numbers(operator.mul),
    "||": _strings(operator.add),
    "~": _matches(0, True),
    "~*": _matches(re.IGNORECASE, True),
    "!~": _matches(0, False),
    "!~*": _matches(re.IGNORECASE, False),
    "~~": _matches(0, True, is_like=True),
    "~~*": _matches(re.IGNORECASE, True, is_like=True),
    "!~~": _matches(0, False, is_like=True),
    "!~~*": _matches(re.IGNORECASE, False, is_like=True),
    "?": _has_key,
}

FUNCTIONS: dict[str, Function] = {
    **dict.fromkeys(("length", "char_length", "character_length", "cardinality"), _length),
    "octet_length": _strings(lambda text: len(text.encode())),
    "lower": _strings(str.lower),
    "upper": _strings(str.upper),
    "btrim": _strings(lambda text, characters=" ": text.strip(characters)),
    "ltrim": _strings(lambda text, characters=" ": text.lstrip(characters)),
    "rtrim": _strings(lambda text, characters=" ": text.rstrip(characters)),
    "starts_with": _strings(str.startswith),
    "strpos": _strings(lambda text, part: text.find(part) + 1),
    "position": _strings(lambda text, part: text.find(part) + 1),
    "abs": _numbers(abs),
    "jsonb_typeof": _json_type,
    "json_typeof": _json_type,
}
