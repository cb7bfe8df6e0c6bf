"""What must hold before anything is changed. Each refusal names what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from pgwright.run.refusals import OtherMajor
from pgwright.run.session import Session
from pgwright.run.unit import Unit


def require(session: Session, units: Sequence[Unit]) -> None:
    """Raises the first refusal, in the order in which a person would want to know."""
    for unit in units:
        _same_major(session, unit)


def _same_major(session: Session, unit: Unit) -> None:
    versions = dict(unit.proof.identity.versions) if unit.proof.identity else {}
    proven = int(versions.get("server", session.about.version)) // 10000
    if proven != session.about.major:
        raise OtherMajor(revision=unit.revision, environment=session.name, proven=proven, seen=session.about.major)
