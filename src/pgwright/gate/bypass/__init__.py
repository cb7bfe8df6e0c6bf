"""The bypass matrix: every way around the guard that is known, each with what comes of it, per tier and major."""

from __future__ import annotations

from pgwright.gate.bypass import approvals, contents, logins, platform, runs
from pgwright.gate.bypass.case import Case

CASES: tuple[Case, ...] = (*logins.CASES, *approvals.CASES, *runs.CASES, *contents.CASES, *platform.CASES)
