"""pgwright: a database specialist in software. See ARCHITECTURE.md."""

__version__ = "0.1.0"
