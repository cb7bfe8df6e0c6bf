"""Names as the server writes them."""

from __future__ import annotations


def without_name(definition: str, name: str) -> str:
    """A deparsed definition with the object's own name, quoted or not, taken out where it first stands."""
    quoted = '"' + name.replace('"', '""') + '"'
    written = quoted if quoted in definition else name
    return definition.replace(f" {written} ", " ", 1)
