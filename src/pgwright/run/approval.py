"""The place where the gate stands: what still has to be approved before units may run on an environment.

`Gate` is asked once per run, before anything is changed, and answers with what is outstanding, and with the digests of
the approvals that it accepted. Until a gate is handed in, nobody is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pgwright.project.settings import Environment
from pgwright.run.refusals import AwaitsApproval
from pgwright.run.session import About
from pgwright.run.unit import Unit


@dataclass(frozen=True, slots=True)
class Asked:
    """What is about to be done, and where."""

    environment: Environment
    about: About
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """What is outstanding: (revision, in words whose approval), and what was accepted."""

    outstanding: tuple[tuple[str, str], ...] = ()
    accepted: tuple[str, ...] = ()


Gate = Callable[[Asked], Answered]


def open_gate(asked: Asked) -> Answered:
    """Nobody is asked."""
    return Answered()


def require(gate: Gate, asked: Asked) -> tuple[str, ...]:
    """The digests of what was accepted. Raises AwaitsApproval for the first that is outstanding."""
    answer = gate(asked)
    for revision, what in answer.outstanding:
        raise AwaitsApproval(revision=revision, environment=asked.environment.name, what=what)
    return answer.accepted


def in_words(outstanding: Sequence[tuple[str, str]]) -> str:
    """For people: one line each."""
    return "\n".join(f"{revision}: {what}" for revision, what in outstanding)
