"""Asking for an approval: from a proof and a decision to the text that somebody signs."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pgwright.gate.approval import Wanted
from pgwright.gate.approval_refusals import NoProof
from pgwright.gate.kinds import kinds_of
from pgwright.gate.plan_digest import Message, plan_digest, plan_of, proof_digest
from pgwright.gate.policy import TIERS, Decision, Policy, decide
from pgwright.gate.run_approval import Part, WantedRun
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


def wanted_for_all(
    proofs: Sequence[Proof],
    place: Place,
    policy: Policy,
    authors: Sequence[str],
    now: datetime,
    *,
    direction: str = "up",
) -> tuple[WantedRun, dict[str, tuple[Message, ...]]]:
    """What has to be signed once before these revisions may run there, in this order, and their plans. Raises NoProof.

    `authors`: who asks, or wrote the first of them, and then everybody who wrote another.
    """
    each = [wanted_for(proof, place, policy, authors[0], now, direction=direction) for proof in proofs]
    decisions = [decision_on(proof, policy, place.environment, direction) for proof in proofs]
    tier = max((one.tier for one in decisions), key=TIERS.index)
    first = each[0][0]
    return WantedRun(
        parts=tuple(Part(one.revision, one.plan, one.proof) for one, _ in each),
        direction=direction,
        environment=first.environment,
        cluster=first.cluster,
        database=first.database,
        drops=tuple(dict.fromkeys(drop for one, _ in each for drop in one.drops)),
        rewrites=tuple(dict.fromkeys(rewrite for one, _ in each for rewrite in one.rewrites)),
        tier=Decision(tier, tuple(step for one in decisions for step in one.steps)).words,
        author=authors[0],
        writers=tuple(dict.fromkeys(one for one in authors[1:] if one.casefold() != authors[0].casefold())),
        quorum=policy.quorum,
        needs_touch=policy.touch,
        requested=first.requested,
        expires=first.expires,
        nonce=first.nonce,
    ), {one.revision: plan for one, plan in each}


def decision_on(proof: Proof, policy: Policy, environment: Environment | None, direction: str = "up") -> Decision:
    """Who decides over a proven revision in that environment. In development nobody is asked."""
    production = environment is not None and environment.kind == "production"
    return decide(kinds_of(proof, policy, direction=direction, production=production), policy)
