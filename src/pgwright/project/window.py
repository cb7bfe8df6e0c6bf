"""A maintenance window: on which days, from when to when, in which time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FORM = re.compile(r"^(?:(?P<days>[a-z,-]+) )?(?P<begin>\d\d:\d\d)-(?P<end>\d\d:\d\d)(?: (?P<zone>\S+))?$", re.I)


@dataclass(frozen=True, slots=True)
class Window:
    """From `begin` to `end`, in minutes of the day; an end before the beginning is on the next day."""

    text: str
    days: frozenset[int]
    begin: int
    end: int
    zone: str

    def is_open(self, at: datetime | None = None) -> bool:
        """Whether it is open at a moment, by default now."""
        local = (at or datetime.now(UTC)).astimezone(ZoneInfo(self.zone))
        minute = local.hour * 60 + local.minute
        if self.begin < self.end:
            return local.weekday() in self.days and self.begin <= minute < self.end
        before = (local - timedelta(days=1)).weekday()
        return (local.weekday() in self.days and minute >= self.begin) or (before in self.days and minute < self.end)


def window(text: str) -> Window:
    """`mon-fri 22:00-05:00 Europe/Berlin`; days and zone (UTC) may be left out. ValueError says what is wrong."""
    match = _FORM.match(text.strip())
    if match is None:
        raise ValueError("must be like mon-fri 22:00-05:00 Europe/Berlin")
    zone = match["zone"] or "UTC"
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"names no time zone: {zone}") from None
    begin, end = _minutes(match["begin"]), _minutes(match["end"])
    if begin == end:
        raise ValueError("ends when it begins")
    return Window(text.strip(), _days(match["days"]), begin, end, zone)


def _minutes(text: str) -> int:
    hour, minute = map(int, text.split(":"))
    if hour > 23 or minute > 59:
        raise ValueError(f"has no such time: {text}")
    return hour * 60 + minute


def _days(text: str | None) -> frozenset[int]:
    if text is None:
        return frozenset(range(7))
    found: set[int] = set()
    for part in text.lower().split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise ValueError(f"has no such day: {part}")
        begin, end = DAYS.index(first), DAYS.index(last or first)
        found |= {day % 7 for day in range(begin, end + 1 if begin <= end else end + 8)}
    return frozenset(found)
