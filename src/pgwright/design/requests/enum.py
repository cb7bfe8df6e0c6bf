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


@dataclass(frozen=True, slots=True)
class AddEnumValue(Request):
    """A new label of an enum, last unless `before` or `after` names another."""

    kind: ClassVar[str] = "add_enum_value"
    name: str
    value: str
    before: str | None = None
    after: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class RenameEnumValue(Request):
    """Another text for a label."""

    kind: ClassVar[str] = "rename_enum_value"
    name: str
    value: str
    to: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class RemoveEnumValue(Request):
    """A label that goes; rows that have it get `instead`, or refuse the change."""

    kind: ClassVar[str] = "remove_enum_value"
    name: str
    value: str
    instead: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class DropEnum(Request):
    """An enum type that goes."""

    kind: ClassVar[str] = "drop_enum"
    name: str
    schema: str | None = None
