"""Requests about indexes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pgwright.design.requests.base import Request
from pgwright.design.requests.value import Key


@dataclass(frozen=True, slots=True)
class AddIndex(Request):
    """A new index."""

    kind: ClassVar[str] = "add_index"
    table: str
    columns: tuple[Key, ...]
    unique: bool = False
    method: str = "btree"
    include: tuple[str, ...] = ()
    where: str | None = None
    nulls_not_distinct: bool = False
    name: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class DropIndex(Request):
    """An index that goes."""

    kind: ClassVar[str] = "drop_index"
    table: str
    name: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class ReplaceIndex(Request):
    """Another definition for the index called `name`, or the same one built anew."""

    kind: ClassVar[str] = "replace_index"
    table: str
    name: str
    columns: tuple[Key, ...]
    unique: bool = False
    method: str = "btree"
    include: tuple[str, ...] = ()
    where: str | None = None
    nulls_not_distinct: bool = False
    schema: str | None = None
