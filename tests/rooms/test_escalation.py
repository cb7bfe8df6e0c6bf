"""The papers for an ARCHITECT and for a person, from the records alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from accepted import check
from desk_samples import PROVEN, REFUTED

from pgwright.desk.escalation import escalation
from pgwright.gate.kinds import kinds_of
from pgwright.gate.policy import DEFAULT, decide
from pgwright.records import Proof

LOSING = replace(PROVEN, messages_up=PROVEN.messages_down, messages_down=PROVEN.messages_up)


@pytest.mark.parametrize(
    ("name", "proof"),
    [("architect", PROVEN), ("human", LOSING), ("not_proven", REFUTED)],
    ids=["architect", "human", "refuted"],
)
def test_the_paper_is_as_accepted(name: str, proof: Proof) -> None:
    decision = decide(kinds_of(proof, DEFAULT))
    text = escalation(proof, decision, agent="DBA", today=date(2025, 4, 4), due=date(2025, 4, 11))
    check(f"escalation/{name}.md", text)
    for heading in ("Context", "Analysis", "Recommendation", "Risk Assessment", "Required Approval"):
        assert f"\n### {heading}\n" in text
    assert decision.words in text
