"""The base of every request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Request:
    """Something asked for: `kind` is its name in JSON, its fields are what can be said about it."""

    kind: ClassVar[str]
