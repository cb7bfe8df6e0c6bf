"""Parts of requests: values, columns of new tables, keys of indexes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Value:
    """A JSON value, kept as canonical text so that requests stay frozen and comparable."""

    json: str

    @classmethod
    def of(cls, value: object) -> Value:
        """From a Python value that JSON knows."""
        return cls(json.dumps(value, ensure_ascii=False, sort_keys=True))

    @property
    def python(self) -> Any:
        """The value as Python."""
        return json.loads(self.json)


@dataclass(frozen=True, slots=True)
class NewColumn:
    """A column of a new table. `default` is a JSON value, `expression` an SQL default; at most one of them."""

    column: str
    type: str
    nullable: bool = True
    default: Value | None = None
    expression: str | None = None
    identity: str = ""  # "always" | "by default"
    generated: str = ""  # "stored" | "virtual"; the expression is in `expression`
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an index: a column or an expression."""

    column: str = ""
    expression: str | None = None
    order: str = ""  # "desc"
    nulls: str = ""  # "first" | "last"
    opclass: str = ""


@dataclass(frozen=True, slots=True)
class Element:
    """One element of an exclusion constraint: a column or an expression, and the operator, such as = or &&."""

    operator: str
    column: str = ""
    expression: str | None = None


@dataclass(frozen=True, slots=True)
class Partition:
    """A new partition: of a range from `start` to `end` (none: without a bound on that side), or of a list of values."""

    name: str
    start: str | None = None
    end: str | None = None
    values: tuple[str, ...] = ()
