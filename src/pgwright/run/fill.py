"""A backfill."""

from __future__ import annotations

from dataclasses import dataclass, field

from pgwright.run.control import Course
from pgwright.run.session import Session
from pgwright.step import Finding


@dataclass(slots=True)
class Filled:
    """What a backfill did."""

    rows: int = 0
    batches: int = 0
    longest: float = 0.0
    findings: list[Finding] = field(default_factory=list)


def run(session: Session, course: Course, *, last: bool) -> Filled:
    """Not there yet."""
    raise NotImplementedError
