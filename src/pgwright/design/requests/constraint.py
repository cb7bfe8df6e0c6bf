"""Requests about constraints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pgwright.design.requests.base import Request
from pgwright.design.requests.value import Element


@dataclass(frozen=True, slots=True)
class AddForeignKey(Request):
    """A new foreign key, with the index on its columns unless there is one or `index` is false."""

    kind: ClassVar[str] = "add_foreign_key"
    table: str
    columns: tuple[str, ...]
    references: str
    referenced_columns: tuple[str, ...] = ()  # empty: its primary key
    references_schema: str | None = None
    on_delete: str = ""
    on_update: str = ""
    deferrable: bool = False
    deferred: bool = False
    index: bool = True
    name: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class AddUnique(Request):
    """A new unique constraint."""

    kind: ClassVar[str] = "add_unique"
    table: str
    columns: tuple[str, ...]
    nulls_not_distinct: bool = False
    deferrable: bool = False
    deferred: bool = False
    name: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class AddCheck(Request):
    """A new check constraint."""

    kind: ClassVar[str] = "add_check"
    table: str
    expression: str
    name: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class DropConstraint(Request):
    """A constraint that goes."""

    kind: ClassVar[str] = "drop_constraint"
    table: str
    name: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class AddExclusion(Request):
    """A new exclusion constraint: no two rows for which every element's operator is true."""

    kind: ClassVar[str] = "add_exclusion"
    table: str
    elements: tuple[Element, ...]
    method: str = "gist"
    where: str | None = None
    name: str | None = None
    schema: str | None = None
