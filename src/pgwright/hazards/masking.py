"""Passwords in SQL text: a finding is printed, kept and sent to others, and none of them may carry one."""

from __future__ import annotations

import re

LITERAL = r"(?:''[^']*''|E?'(?:[^']|'')*'|\$(\w*)\$.*?\$\2\$)"  # doubled quotes: inside another literal
PASSWORD = re.compile(rf"(\bPASSWORD\s+){LITERAL}", re.I | re.S)


def masked(text: str) -> str:
    """The text with every literal behind the word PASSWORD written as '***'."""
    if "password" not in text.lower():
        return text
    return PASSWORD.sub(r"\1'***'", text)
