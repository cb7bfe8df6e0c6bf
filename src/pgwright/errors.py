"""Every refusal: what was refused, why, and what to do next. The class's docstring is the message."""

from __future__ import annotations

from inspect import cleandoc
from typing import ClassVar


class Refusal(Exception):
    """
    pgwright refused to go on.
    Read the line above this one.
    """

    code: ClassVar[str] = "PW-ROOT-00"
    exit_status: ClassVar[int] = 2

    def __init__(self, *, file: str | None = None, line: int | None = None, **facts: object) -> None:
        """Fill the docstring's braces with `facts`; the first line is the message, the rest is what to do next."""
        self.facts = facts
        self.file, self.line = file, line
        text = cleandoc(type(self).__doc__ or "").format(**facts)
        self.message, _, hint = text.partition("\n")
        self.hint = hint.strip()
        super().__init__(text)

    def as_json(self) -> dict[str, object]:
        """The E object of DESIGN.md: code, file, line, message, hint."""
        return {"code": self.code, "file": self.file, "line": self.line, "message": self.message, "hint": self.hint}
