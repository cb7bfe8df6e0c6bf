"""Requests: typed, checked, there and back; nothing in them is SQL but one expression at a time."""

from __future__ import annotations

import json
from typing import Any

import pytest
from design_runner import CASES

from pgwright.design.expression import is_volatile, one_expression
from pgwright.design.refusals import BadField, BadIdentifier, NotOneExpression, UnknownKind
from pgwright.design.request import KINDS, from_json, to_json
from pgwright.errors import Refusal

ADD: dict[str, Any] = {"kind": "add_column", "table": "person", "column": "note", "type": "text"}


def _all() -> list[dict[str, Any]]:
    found = []
    for path in sorted(CASES.glob("*/request.json")):
        found += json.loads(path.read_text())["requests"]
    return found


def test_every_request_of_the_cases_goes_there_and_back() -> None:
    for data in _all():
        request = from_json(data)
        assert from_json(json.loads(json.dumps(to_json(request)))) == request
        hash(request)


def test_the_cases_ask_for_every_kind() -> None:
    assert {data["kind"] for data in _all()} == set(KINDS)


@pytest.mark.parametrize(
    ("data", "refusal", "named"),
    [
        ({"kind": "drop_database"}, UnknownKind, "drop_database"),
        ({}, UnknownKind, "None"),
        ({**ADD, "sql": "DROP TABLE x"}, BadField, "sql"),
        ({"kind": "add_column", "table": "person"}, BadField, "column"),
        ({**ADD, "nullable": "no"}, BadField, "nullable"),
        ({**ADD, "default": 1, "expression": "1"}, BadField, "default"),
        ({**ADD, "column": ""}, BadIdentifier, "empty"),
        ({**ADD, "column": "lateral"}, BadIdentifier, "keyword"),
        ({**ADD, "column": "é" * 32}, BadIdentifier, "64 bytes"),
        ({**ADD, "column": "a\0b"}, BadIdentifier, "control"),
        ({**ADD, "column": "a\u202eb"}, BadIdentifier, "control"),
        ({**ADD, "expression": "now(); DROP TABLE person"}, NotOneExpression, "DROP TABLE"),
        ({"kind": "add_index", "table": "t", "columns": []}, BadField, "columns"),
        ({"kind": "add_index", "table": "t", "columns": [{"order": "desc"}]}, BadField, "column"),
        ({"kind": "add_index", "table": "t", "columns": ["a"], "method": "magic"}, BadField, "method"),
        ({"kind": "create_table", "table": "t", "columns": [{"column": "a", "type": "text", "x": 1}]}, BadField, "'x'"),
    ],
)
def test_what_is_wrong_is_named(data: dict[str, Any], refusal: type[Refusal], named: str) -> None:
    with pytest.raises(refusal) as caught:
        from_json(data)
    assert named in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "1 AS x",
        "1) + (2",
        "1, 2",
        "1; SELECT 2",
        "1 FROM person",
        "1 UNION SELECT 2",
        "DISTINCT 1",
        "*",
        "x -- y",
        "/* c */ 1",
        "E'\\'' -- x '",
        "",
        "SELECT 1",
        "1 ORDER BY 1",
        "(1",
        "DROP TABLE person",
        "1 INTO x",
    ],
)
def test_only_one_expression_is_an_expression(text: str) -> None:
    with pytest.raises(NotOneExpression):
        one_expression(text)


@pytest.mark.parametrize(
    "text", ["now()", "lower(email)", "'a -- b'", "(SELECT 1)", "a || ';'", "CASE WHEN a THEN 1 END"]
)
def test_expressions_pass_unchanged(text: str) -> None:
    assert one_expression(text) == text


def test_unknown_functions_count_as_volatile() -> None:
    assert not is_volatile("now()")
    assert not is_volatile("'{}'::jsonb")
    assert is_volatile("gen_random_uuid()")
    assert is_volatile("my_function()")
