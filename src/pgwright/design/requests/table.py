"""Requests about whole tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pgwright.design.requests.base import Request
from pgwright.design.requests.value import NewColumn


@dataclass(frozen=True, slots=True)
class CreateTable(Request):
    """A new table. Its constraints and indexes are requests of their own; the plan writes them with it."""

    kind: ClassVar[str] = "create_table"
    table: str
    columns: tuple[NewColumn, ...]
    primary_key: tuple[str, ...] = ()
    primary_key_name: str | None = None
    comment: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class DropTable(Request):
    """A table that goes."""

    kind: ClassVar[str] = "drop_table"
    table: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class RenameTable(Request):
    """Another name for a table, through a view with both names or in a pause. Only ever by explicit request."""

    kind: ClassVar[str] = "rename_table"
    table: str
    to: str
    way: str = "view"  # "view" | "pause"
    schema: str | None = None
