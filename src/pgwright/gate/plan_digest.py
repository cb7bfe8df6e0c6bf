"""What an approval is bound to: the messages that the proof recorded, and what the proof says apart from its timings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from pgwright.records import Proof, to_json
from pgwright.step import Observed

SHOWN = 120  # characters of a statement in a message
FACTS = ("revision", "verdict", "identity", "fingerprint_before", "fingerprint_after", "differences", "validation")
SEEN = ("message", "parameters", "rewrites", "drops", "transaction")


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a plan, with the digest under which it is signed."""

    digest: str
    text: str


def plan_of(messages: Sequence[Observed]) -> tuple[Message, ...]:
    """The messages in order. The digest is `Step.digest`: what the server received, with its parameters."""
    return tuple(
        Message(sha256(f"{one.message}\0{one.parameters}".encode()).hexdigest(), _text(one)) for one in messages
    )


def plan_digest(plan: Sequence[Message]) -> str:
    """sha256 over the digests, a line each: what the guard in the database computes from the steps it is given."""
    return sha256("\n".join(one.digest for one in plan).encode()).hexdigest()


def proof_digest(proof: Proof) -> str:
    """What the proof shows. Timings, locks and seeded rows vary from run to run and change no meaning."""
    plain = to_json(proof)
    facts = {name: plain[name] for name in FACTS}
    for name in ("messages_up", "messages_down"):
        facts[name] = [{key: one[key] for key in SEEN} for one in plain[name]]
    return sha256(json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def what_changed(then: Sequence[Message], now: Sequence[Message]) -> str:
    """The first message that differs, in words."""
    for number, (old, new) in enumerate(zip(then, now, strict=False), 1):
        if old.digest != new.digest:
            return f"statement {number} was `{_short(old)}` and is now `{_short(new)}`"
    if len(now) > len(then):
        return f"statement {len(then) + 1} is new: `{_short(now[len(then)])}`"
    if len(then) > len(now):
        return f"statement {len(now) + 1} is gone: `{_short(then[len(now)])}`"
    return "the messages are the same"


def _text(one: Observed) -> str:
    return f"{one.message} -- {one.parameters}" if one.parameters else one.message


def _short(one: Message) -> str:
    text = " ".join(one.text.split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
