"""The published JSON schemas are those of the code, and every record is as its schema says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from desk_samples import CHANGE, FAILED, PHASED, PHASED_PROOFS, PROVEN, REFUTED, TASK, UNPROVEN

from pgwright.doors.error_output import error_of
from pgwright.doors.output import prove_output, prove_status
from pgwright.doors.schemas import PUBLISHED, written
from pgwright.errors import Refusal
from pgwright.records import to_json

FOLDER = Path(__file__).parents[2] / "docs/reference/schemas"
ERROR = error_of(Refusal())
RECORDS: list[tuple[str, Any]] = [
    ("task", to_json(TASK)),
    ("change", to_json(CHANGE)),
    ("change", to_json(PHASED)),
    *(("proof", to_json(p)) for p in (PROVEN, REFUTED, FAILED, UNPROVEN, *PHASED_PROOFS)),
    ("prove-output", prove_output([PROVEN, REFUTED, UNPROVEN], [ERROR])),
]


@pytest.mark.parametrize("name", [name for name, _ in PUBLISHED])
def test_schema_is_not_stale(name: str) -> None:
    file = FOLDER / f"{name}.schema.json"
    assert file.read_text() == written(FOLDER)[file], "run: python -m pgwright.doors.schemas docs/reference/schemas"


def test_every_schema_file_is_published() -> None:
    assert set(FOLDER.glob("*.json")) == set(written(FOLDER))


@pytest.mark.parametrize(("name", "record"), RECORDS)
def test_record_is_as_its_schema_says(name: str, record: Any) -> None:
    schema = json.loads((FOLDER / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(json.dumps(record)), schema, cls=jsonschema.Draft202012Validator)


def test_a_record_that_lacks_a_field_or_has_another_is_refused() -> None:
    schema = json.loads((FOLDER / "proof.schema.json").read_text())
    for broken in ({"revision": "a"}, {**to_json(PROVEN), "extra": 1}, {**to_json(PROVEN), "verdict": "fine"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(broken, schema, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    ("proofs", "errors", "allow", "status"),
    [
        ([PROVEN], [], False, 0),
        ([PROVEN, REFUTED], [], False, 1),
        ([UNPROVEN], [], False, 2),
        ([UNPROVEN], [], True, 0),
        ([UNPROVEN, REFUTED], [], False, 2),
        ([UNPROVEN, REFUTED], [], True, 1),
        ([PROVEN], [ERROR], True, 2),
        ([], [], False, 0),
    ],
)
def test_exit_status(proofs: list[Any], errors: list[Any], allow: bool, status: int) -> None:
    assert prove_status(proofs, errors, allow_unproven=allow) == status
