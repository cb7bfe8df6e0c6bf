"""Requests about extensions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pgwright.design.requests.base import Request


@dataclass(frozen=True, slots=True)
class AddExtension(Request):
    """An extension that the database shall have; the server must offer it."""

    kind: ClassVar[str] = "add_extension"
    name: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class DropExtension(Request):
    """An extension that goes; refused by the server while something uses it."""

    kind: ClassVar[str] = "drop_extension"
    name: str
