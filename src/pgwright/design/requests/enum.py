"""Requests about enum types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pgwright.design.requests.base import Request


@dataclass(frozen=True, slots=True)
class CreateEnum(Request):
    """A new enum type."""

    kind: ClassVar[str] = "create_enum"
    name: str
    labels: tuple[str, ...]
    schema: str | None = None
