"""The Migration Report: the specification's fields byte for byte, and what stands below them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from accepted import check
from desk_samples import CHANGE, FAILED, PHASED, PHASED_PROOFS, PROVEN, RECEIPTS, REFUTED, UNPROVEN

from pgwright.desk.report import migration_report
from pgwright.records import Change, Proof, Receipt

FIELDS = ["Migration File", "Changes", "Upgrade Script", "Downgrade Script", "Rollback Test", "Next Steps"]
CASES: dict[str, tuple[Change | None, tuple[Proof, ...], *tuple[tuple[Receipt, ...], ...]]] = {
    "proven": (CHANGE, (PROVEN,)),
    "refuted": (CHANGE, (REFUTED,)),
    "failed": (CHANGE, (FAILED,)),
    "unproven": (CHANGE, (UNPROVEN,)),
    "planned": (CHANGE, ()),
    "phased": (PHASED, PHASED_PROOFS),
    "hand_written": (None, (PROVEN,)),
    "applied": (CHANGE, (PROVEN,), RECEIPTS),
}


@pytest.mark.parametrize("name", CASES)
def test_report_is_the_golden_one(name: str) -> None:
    check(f"report/{name}.md", migration_report(*CASES[name]))


@pytest.mark.parametrize("name", CASES)
def test_fields_stand_in_the_order_of_the_specification(name: str) -> None:
    text = migration_report(*CASES[name])
    assert text.startswith("## Migration Report\n\n**Migration File:**")
    assert re.findall(r"^\*\*([A-Z][A-Za-z ]+):\*\*", text, re.MULTILINE) == FIELDS


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("proven", "PASS"),
        ("refuted", "FAIL"),
        ("failed", "FAIL"),
        ("unproven", "NOT PROVEN"),
        ("planned", "NOT PROVEN"),
        ("phased", "PASS"),
    ],
)
def test_rollback_test_follows_the_proofs(name: str, word: str) -> None:
    line = re.search(r"^\*\*Rollback Test:\*\* (.+)$", migration_report(*CASES[name]), re.MULTILINE)
    assert line is not None
    assert line[1].split(" (")[0] == word


def test_one_proof_too_few_is_no_pass() -> None:
    assert "**Rollback Test:** NOT PROVEN (20250405_phone_enforce" in migration_report(PHASED, PHASED_PROOFS[:2])


@pytest.mark.parametrize("name", CASES)
def test_no_command_is_relative(name: str) -> None:
    commands = re.findall(r"alembic (?:up|down)grade (\S+)", migration_report(*CASES[name]))
    assert commands
    assert not [c for c in commands if c.lstrip("`").startswith(("-", "+"))]


def test_a_claim_is_shown_as_a_claim() -> None:
    text = migration_report(CHANGE, (PROVEN,))
    assert "Get the approval that is outstanding: ARCHITECT (column change)" in text
    assert 'Claimed in the task: "ARCHITECT Approval: Granted for this schema change". A claim is no approval.' in text


def test_golden_files_have_a_case() -> None:
    assert {f.stem for f in (Path(__file__).parents[1] / "golden/report").glob("*.md")} == set(CASES)
