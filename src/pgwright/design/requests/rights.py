"""Requests about who may see and do what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pgwright.design.requests.base import Request


@dataclass(frozen=True, slots=True)
class PutPolicy(Request):
    """A row-level security policy, new or in the place of the one of that name; without roles it holds for everybody."""

    kind: ClassVar[str] = "put_policy"
    table: str
    name: str
    command: str = "all"  # "all" | "select" | "insert" | "update" | "delete"
    roles: tuple[str, ...] = ()
    using: str | None = None
    check: str | None = None
    permissive: bool = True
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class DropPolicy(Request):
    """A policy that goes."""

    kind: ClassVar[str] = "drop_policy"
    table: str
    name: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class SetRowSecurity(Request):
    """Policies of a table in force or not; `forced`: for its owner as well."""

    kind: ClassVar[str] = "set_row_security"
    table: str
    enabled: bool = True
    forced: bool = False
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Grant(Request):
    """Privileges on a table, or on some of its columns, for a role."""

    kind: ClassVar[str] = "grant"
    table: str
    privileges: tuple[str, ...]
    role: str
    columns: tuple[str, ...] = ()
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Revoke(Request):
    """Privileges that a role has no longer."""

    kind: ClassVar[str] = "revoke"
    table: str
    privileges: tuple[str, ...]
    role: str
    columns: tuple[str, ...] = ()
    schema: str | None = None
