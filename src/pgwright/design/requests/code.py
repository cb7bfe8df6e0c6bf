"""Requests about functions and triggers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pgwright.design.requests.base import Request


@dataclass(frozen=True, slots=True)
class PutFunction(Request):
    """A function with this body, new or in the place of the one with these argument types.

    An argument is `name type`, with `DEFAULT expression` behind it where it may be left out. The body is a text.
    """

    kind: ClassVar[str] = "put_function"
    name: str
    body: str
    arguments: tuple[str, ...] = ()
    returns: str = "void"
    language: str = "plpgsql"  # "plpgsql" | "sql"
    volatility: str = "volatile"  # "volatile" | "stable" | "immutable"
    security_definer: bool = False  # with the rights of its owner, and a search_path of its own
    search_path: tuple[str, ...] = ()  # where it looks names up; with security_definer pg_catalog and pg_temp if empty
    strict: bool = False  # NULL for a NULL argument, without a call
    parallel: str = "unsafe"  # "unsafe" | "restricted" | "safe"
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class DropFunction(Request):
    """A function that goes; `arguments` as they were given, where several have its name."""

    kind: ClassVar[str] = "drop_function"
    name: str
    arguments: tuple[str, ...] | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class PutTrigger(Request):
    """A trigger, new or in the place of the one of that name. `columns` narrows UPDATE; `where` is its WHEN."""

    kind: ClassVar[str] = "put_trigger"
    table: str
    name: str
    function: str
    timing: str = "before"  # "before" | "after"
    events: tuple[str, ...] = ("insert", "update")
    columns: tuple[str, ...] = ()
    each: str = "row"  # "row" | "statement"
    where: str | None = None
    function_schema: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class DropTrigger(Request):
    """A trigger that goes; its function stays."""

    kind: ClassVar[str] = "drop_trigger"
    table: str
    name: str
    schema: str | None = None
