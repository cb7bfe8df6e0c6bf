"""Times and sizes as people say them; records and JSON keep seconds and bytes."""

from __future__ import annotations


def seconds(value: float) -> str:
    """`850 us`, `12 ms`, `3.4 s`, `2 min 05 s`."""
    if value < 0.001:
        return f"{value * 1_000_000:.0f} us"
    if value < 1:
        return f"{value * 1000:.0f} ms"
    if value < 60:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest:02d} s"


def size(count: int) -> str:
    """`512 B`, `1.5 kB`, `2.0 MB` (powers of 1024, as PostgreSQL's pg_size_pretty counts)."""
    value, units = float(count), ["B", "kB", "MB", "GB", "TB"]
    while value >= 1024 and len(units) > 1:
        value /= 1024
        units.pop(0)
    return f"{value:.0f} B" if units[0] == "B" else f"{value:.1f} {units[0]}"


def count(number: int, noun: str) -> str:
    """`1 revision`, `3 revisions`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
