"""What commands print with --json: one object, in shapes that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypedDict

from pgwright.doors.error_output import Error
from pgwright.records import Proof, Verdict, to_json


class Proved(TypedDict):
    """The verdict on one revision; a refuted one has at least one reason."""

    revision: str
    file: str
    verdict: Verdict
    reasons: list[dict[str, Any]]
    findings: list[dict[str, Any]]


class ProveOutput(TypedDict):
    """What `pgwright prove --json` prints."""

    format: Literal["prove/1"]
    revisions: list[Proved]
    errors: list[Error]


def prove_output(proofs: Sequence[Proof], errors: Sequence[Error]) -> ProveOutput:
    """Verdicts and errors in the shape prove/1."""
    return {"format": "prove/1", "revisions": [_proved(p) for p in proofs], "errors": list(errors)}


def _proved(proof: Proof) -> Proved:
    plain = to_json(proof)
    return {
        "revision": proof.revision,
        "file": proof.file,
        "verdict": proof.verdict,
        "reasons": plain["reasons"],
        "findings": plain["findings"],
    }


def prove_status(proofs: Sequence[Proof], errors: Sequence[Error], *, allow_unproven: bool) -> int:
    """The exit status: 2 for errors and what is unproven, else 1 when something is refuted, else 0."""
    if errors or (not allow_unproven and any(p.verdict == "unproven" for p in proofs)):
        return 2
    return 1 if any(p.verdict == "refuted" for p in proofs) else 0
