"""Requests about columns that go from one table to another, and about tables that become two, one, or many partitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pgwright.design.requests.base import Request


@dataclass(frozen=True, slots=True)
class MoveColumn(Request):
    """A column that goes to another table, which a foreign key on unique columns joins one to one."""

    kind: ClassVar[str] = "move_column"
    table: str
    column: str
    to: str
    schema: str | None = None
