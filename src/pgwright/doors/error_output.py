"""Errors as commands print them with --json: the shape that all outputs share."""

from __future__ import annotations

from typing import TypedDict

from pgwright.errors import Refusal


class Error(TypedDict):
    """Something that kept the command from its work."""

    code: str
    file: str | None
    line: int | None
    message: str
    hint: str


def error_of(refusal: Refusal) -> Error:
    """The E object of a refusal."""
    return {
        "code": refusal.code,
        "file": refusal.file,
        "line": refusal.line,
        "message": refusal.message,
        "hint": refusal.hint,
    }


def errors_of(refusal: Refusal) -> list[Error]:
    """One E object per reason: a refusal may hold several."""
    return [error_of(part) for part in getattr(refusal, "parts", ()) or (refusal,)]
