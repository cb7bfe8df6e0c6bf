"""Asking for an approval: from a proof and a decision to the text that somebody signs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from pgwright.gate.approval import Wanted
from pgwright.gate.approval_refusals import NoProof
from pgwright.gate.kinds import kinds_of
from pgwright.gate.plan_digest import Message, plan_digest, plan_of, proof_digest
from pgwright.gate.policy import Decision, Policy, decide
from pgwright.project.settings import Environment
from pgwright.records import Proof


@dataclass(frozen=True, slots=True)
class Place:
    """The database that is meant: names may be the same in two clusters, the cluster's identifier is not."""

    environment: Environment
    cluster: str
    database: str


def wanted_for(
    proof: Proof, place: Place, policy: Policy, author: str, now: datetime, *, direction: str = "up"
) -> tuple[Wanted, tuple[Message, ...]]:
    """What has to be signed before the revision may run there, and its plan. Raises NoProof."""
    if proof.verdict != "proven":
        raise NoProof(revision=proof.revision, why=f"its proof says {proof.verdict}")
    messages = proof.messages_up if direction == "up" else proof.messages_down
    plan = plan_of(messages)
    decision = decision_on(proof, policy, place.environment, direction)
    wanted = Wanted(
        revision=proof.revision,
        direction=direction,
        environment=place.environment.name,
        cluster=place.cluster,
        database=place.database,
        plan=plan_digest(plan),
        proof=proof_digest(proof),
        drops=tuple(dict.fromkeys(drop for one in messages for drop in one.drops)),
        rewrites=tuple(dict.fromkeys(rewrite for one in messages for rewrite in one.rewrites)),
        tier=decision.words,
        author=author,
        quorum=policy.quorum,
        needs_touch=policy.touch,
        requested=now.replace(microsecond=0),
        expires=now.replace(microsecond=0) + timedelta(days=policy.days),
        nonce=secrets.token_hex(16),
    )
    return wanted, plan


def decision_on(proof: Proof, policy: Policy, environment: Environment | None, direction: str = "up") -> Decision:
    """Who decides over a proven revision in that environment. In development nobody is asked."""
    production = environment is not None and environment.kind == "production"
    return decide(kinds_of(proof, policy, direction=direction, production=production), policy)
