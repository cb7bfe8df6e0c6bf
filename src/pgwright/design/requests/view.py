"""Requests about views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pgwright.design.requests.base import Request


@dataclass(frozen=True, slots=True)
class PutView(Request):
    """A view with this query, new or in the place of the one of that name. `query` is one SELECT."""

    kind: ClassVar[str] = "put_view"
    view: str
    query: str
    materialized: bool = False
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class DropView(Request):
    """A view that goes, materialised or not."""

    kind: ClassVar[str] = "drop_view"
    view: str
    schema: str | None = None
