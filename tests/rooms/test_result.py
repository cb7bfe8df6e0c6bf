"""The result JSON that a task's caller reads, success and failure, against its schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from desk_samples import CHANGE, FAILED, FILE, PHASED, PHASED_PROOFS, PROVEN, REFUTED, UNPROVEN

from pgwright.desk.refusals import EmptyTask
from pgwright.desk.result import refused, result

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/reference/schemas/result.schema.json").read_text())
ALL: dict[str, Any] = {
    "proven": result(CHANGE, (PROVEN,), files_changed=[FILE], commits=["a1b2c3d"]),
    "refuted": result(CHANGE, (REFUTED,)),
    "failed": result(CHANGE, (FAILED,)),
    "unproven": result(CHANGE, (UNPROVEN,)),
    "planned": result(CHANGE, ()),
    "phased": result(PHASED, PHASED_PROOFS),
    "nothing": result(None, ()),
    "refused": refused(EmptyTask(where=""), task_id="T001"),
}


@pytest.mark.parametrize("name", ALL)
def test_result_is_as_its_schema_says(name: str) -> None:
    jsonschema.validate(json.loads(json.dumps(ALL[name])), SCHEMA)


def test_success() -> None:
    done = ALL["proven"]
    assert (done["task_id"], done["status"], done["commits"], done["files_changed"]) == (
        "T001",
        "completed",
        ["a1b2c3d"],
        [FILE],
    )
    assert done["test_results"] == (
        "Migration up/down/up: Success, 0 data loss (100 rows), 1 validation query: 0 violations, "
        "PostgreSQL 18.6 (wheel)"
    )
    assert "blockers" not in done


def test_a_model_patch_needs_coordination() -> None:
    assert ALL["proven"]["coordination_required"] == {
        "backend_dev": "Apply the model patch to `backend/app/models/person.py`"
    }
    assert "coordination_required" not in ALL["phased"]


def test_failure_names_the_real_exception_the_sqlstate_and_the_rollback() -> None:
    failed = ALL["failed"]
    assert failed["status"] == "failed"
    assert failed["test_results"] == f"Migration up: FAILED at line 25 of {FILE}"
    assert failed["blockers"][0].startswith("sqlalchemy.exc.IntegrityError: could not create unique index")
    assert "[SQLSTATE 23505]" in failed["blockers"][0]
    assert failed["blockers"][-1].startswith("Rollback confirmed")


@pytest.mark.parametrize("name", ["refuted", "unproven", "planned", "nothing", "refused"])
def test_what_is_not_proven_is_not_completed(name: str) -> None:
    assert ALL[name]["status"] == "failed"
    assert ALL[name]["blockers"]
