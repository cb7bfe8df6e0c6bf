"""From SQL text to acts. Only this package knows the parser (`postgast`, the PostgreSQL 18 grammar)."""

from pgwright.hazards.reading.parse import Command, Unparsable, commands

__all__ = ["Command", "Unparsable", "commands"]
