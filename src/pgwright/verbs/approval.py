"""Which approval the decision matrix asks for, per kind of request (gate/policy.py)."""

from __future__ import annotations

from collections.abc import Sequence

from pgwright.design.request import Request
from pgwright.gate.policy import DEFAULT, Policy, decide


def outstanding(requests: Sequence[Request], policy: Policy = DEFAULT) -> str:
    """Whose approval the specs want before this is applied: a person's for lost data, else an ARCHITECT's."""
    return decide(((one.kind, one.kind) for one in requests), policy).words
