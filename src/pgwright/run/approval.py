"""The place where the gate stands: what still has to be approved before units may run on an environment.

`Gate` is asked once per run, before anything is changed, and answers with what is outstanding, and with the approvals
that it accepted, one per revision that needs one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pgwright.project.settings import Environment
from pgwright.run.refusals import AwaitsApproval
from pgwright.run.session import About
from pgwright.run.unit import Unit


@dataclass(frozen=True, slots=True)
class Asked:
    """What is about to be done, and where. In a guarded database nothing goes without a signature."""

    environment: Environment
    about: About
    units: tuple[Unit, ...]
    is_guarded: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """An approval that counts for one revision: its text and signatures as they lie in the files, and its digest."""

    revision: str
    digest: str
    text: str
    signatures: tuple[str, ...]
    people: tuple[str, ...] = ()
    line: str = ""  # of the revision in migrations.sum: what a ledger remembers of what ran


@dataclass(frozen=True, slots=True)
class Answered:
    """What is outstanding: (revision, in words what is missing and what to do), and what was accepted."""

    outstanding: tuple[tuple[str, str], ...] = ()
    accepted: tuple[Accepted, ...] = ()


Gate = Callable[[Asked], Answered]


def open_gate(asked: Asked) -> Answered:
    """Nobody is asked."""
    return Answered()


def require(gate: Gate, asked: Asked) -> Mapping[str, Accepted]:
    """What was accepted, by revision. Raises AwaitsApproval for the first that is outstanding."""
    answer = gate(asked)
    for revision, what in answer.outstanding:
        raise AwaitsApproval(revision=revision, environment=asked.environment.name, what=what)
    return {one.revision: one for one in answer.accepted}


def as_far(gate: Gate, asked: Asked) -> tuple[Mapping[str, Accepted], tuple[Unit, ...]]:
    """What was accepted, and the units that wait for no approval, nor for one that does. Raises AwaitsApproval for none."""
    answer = gate(asked)
    outstanding, held = dict(answer.outstanding), set()
    ready: list[Unit] = []
    for unit in asked.units:
        if unit.revision in outstanding:
            held.add(unit.tenant)
        if unit.tenant not in held:
            ready.append(unit)
    for revision, what in answer.outstanding if not ready else ():
        raise AwaitsApproval(revision=revision, environment=asked.environment.name, what=what)
    return {one.revision: one for one in answer.accepted}, tuple(ready)
