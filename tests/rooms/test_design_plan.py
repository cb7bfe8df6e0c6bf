"""Plans: what is refused and with which words, how requests are ordered and grouped, names and ids."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pgwright.design import recipes
from pgwright.design.draft import Draft, Limits, Style
from pgwright.design.names import fitted, name_for
from pgwright.design.plan import draft
from pgwright.design.refusals import RevisionIdTooLong
from pgwright.design.registry import PHASES, RECIPES
from pgwright.design.request import KINDS, from_json
from pgwright.design.revision_id import checked, revision_id
from pgwright.errors import Refusal
from pgwright.schema.model import Column, Constraint, Relation, Schema

PERSON = Relation(
    "public",
    "person",
    "table",
    (Column("id", "bigint", True), Column("email", "text"), Column("name", "character varying(40)", True)),
    (Constraint("person_pkey", "primary key", "PRIMARY KEY (id)", ("id",)),),
)
DATABASE = Schema((PERSON,), (), 180000)


def _plan(*requests: dict[str, Any], version: int = 180000, limits: Limits | None = None) -> tuple[Draft, ...]:
    return draft([from_json(r) for r in requests], DATABASE, version=version, limits=limits)


def test_every_kind_has_one_recipe_and_every_recipe_file_is_registered() -> None:
    assert sorted(r.request.kind for r in RECIPES) == sorted(KINDS)
    drawn = {draw.__module__ for r in RECIPES for p in PHASES if (draw := r.phase(p)) is not None}
    files = {p.stem for p in Path(str(recipes.__file__)).parent.glob("*.py")} - {"__init__"}
    assert {name.rpartition(".")[2] for name in drawn} == files


ADD = {"kind": "add_column", "table": "person", "column": "age", "type": "integer"}
TEAM = {"kind": "create_table", "table": "team", "columns": [{"column": "id", "type": "bigint"}], "primary_key": ["id"]}


@pytest.mark.parametrize(
    ("request_", "code", "words"),
    [
        ({**ADD, "table": "persn"}, "PW-DESIGN-06", "person"),
        ({**ADD, "column": "email"}, "PW-DESIGN-08", "person.email"),
        ({**ADD, "type": "jsonbb"}, "PW-DESIGN-05", "jsonb"),
        ({**ADD, "type": "vector(3)"}, "PW-DESIGN-05", "extension vector"),
        ({**ADD, "type": "bigserial"}, "PW-DESIGN-05", "identity"),
        ({**ADD, "type": "text); DROP TABLE person; --"}, "PW-DESIGN-05", "type"),
        ({**ADD, "nullable": False}, "PW-DESIGN-13", "fill"),
        ({"kind": "add_index", "table": "person", "columns": ["emial"]}, "PW-DESIGN-07", "email"),
        ({"kind": "add_foreign_key", "table": "person", "columns": ["id"], "references": "person",
          "referenced_columns": ["email"]}, "PW-DESIGN-10", "primary key (id)"),
        ({"kind": "add_foreign_key", "table": "person", "columns": ["id"], "references": "team"}, "PW-DESIGN-06",
         "team"),
        ({"kind": "widen_column", "table": "person", "column": "name", "type": "varchar(20)"}, "PW-DESIGN-11",
         "varchar(20)"),
        ({"kind": "widen_column", "table": "person", "column": "id", "type": "text"}, "PW-DESIGN-11", "rewriting"),
        ({"kind": "set_not_null", "table": "person", "column": "name"}, "PW-DESIGN-08", "person.name"),
        ({"kind": "drop_not_null", "table": "person", "column": "id"}, "PW-DESIGN-09", "primary key"),
        ({"kind": "drop_column", "table": "person", "column": "id"}, "PW-DESIGN-12", "primary key"),
        ({"kind": "drop_constraint", "table": "person", "name": "person_key"}, "PW-DESIGN-09", "person_pkey"),
        ({"kind": "rename_column", "table": "person", "column": "name", "to": "email"}, "PW-DESIGN-08", "email"),
    ],
)  # fmt: skip
def test_refusals_name_what_is_wrong_and_what_is_near(request_: dict[str, Any], code: str, words: str) -> None:
    with pytest.raises(Refusal) as caught:
        _plan(request_)
    assert caught.value.code == code
    assert words in str(caught.value)


def test_one_nullable_column_is_one_revision() -> None:
    (only,) = _plan(ADD)
    assert (only.phase, len(only.steps)) == ("expand", 1)
    assert only.literal["change"] == "add_column"
    assert only.literal["validate"] == list(only.validation)


def test_requests_in_any_order_come_out_in_one_that_works() -> None:
    key = {"kind": "add_foreign_key", "table": "person", "columns": ["team_id"], "references": "team"}
    column = {"kind": "add_column", "table": "person", "column": "team_id", "type": "bigint"}
    drop = {"kind": "drop_column", "table": "person", "column": "email"}
    drafts = _plan(drop, key, column, TEAM)
    assert [(d.change, d.phase) for d in drafts] == [
        ("create_table", "expand"),
        ("add_column", "expand"),
        ("add_index", "expand"),
        ("add_foreign_key", "expand"),
        ("add_foreign_key", "enforce"),
        ("drop_column", "contract"),  # into the attic: the trigger, then the rows
        ("drop_column", "contract"),
        ("drop_column", "contract"),
    ]
    assert all({s.phase for s in d.steps} == {d.phase} for d in drafts)
    assert "Only after" in drafts[-1].message


def test_what_cannot_run_in_a_transaction_has_a_revision_of_its_own() -> None:
    indexes = [{"kind": "add_index", "table": "person", "columns": [c]} for c in ("email", "name")]
    for one in _plan(ADD, *indexes):
        assert len({s.transactional for s in one.steps}) == 1


def test_postgresql_18_needs_no_check_for_not_null() -> None:
    want = {"kind": "set_not_null", "table": "person", "column": "email"}
    assert "NOT NULL email NOT VALID" in _plan(want)[0].steps[0].sql
    older = _plan(want, version=170000)
    assert "CHECK (email IS NOT NULL) NOT VALID" in older[0].steps[0].sql
    assert len(older[1].steps) == 3


def test_a_large_change_is_flagged() -> None:
    assert "have it reviewed" in _plan(ADD, limits=Limits(steps=0))[0].message


def test_names_are_short_enough_and_always_the_same() -> None:
    long = name_for("ix", "t" * 60, ("column",))
    assert len(long.encode()) <= 63
    assert long == fitted("ix_" + "t" * 60 + "_column")
    assert len(fitted("é" * 60).encode()) <= 63
    convention = {"fk": "%(table_name)s__%(column_0_N_name)s__%(referred_table_name)s__%(referred_column_0_name)s"}
    name = name_for("fk", "a", ("x", "y"), convention=convention, referred="b", referred_columns=("id",))
    assert name == "a__x_y__b__id"
    assert name_for("ix", "a", ("x", "y"), convention={"ix": "ix_%(column_0_label)s"}) == "ix_a_x"


def test_ids_follow_the_project_and_fit_its_column() -> None:
    today = date(2026, 3, 14)
    assert len(revision_id("add note", Style(), today=today)) == 12
    dated = Style(revision_ids=("0123456789ab", "20260101_a", "20260102_b_c", "20260103_d"))
    assert revision_id("add note to person", dated, today=today) == "20260314_add_note_to_person"
    taken = frozenset({"20260314_add_note_to_person"})
    assert revision_id("add note to person", dated, today=today, taken=taken) == "20260314_add_note_to_person_2"
    assert len(revision_id("add notification preferences to every person", dated, today=today)) <= 32
    with pytest.raises(RevisionIdTooLong):
        checked("20260105_a_revision_id_of_more_than_32", Style())


ORDERS = Relation(
    "public",
    "orders",
    "table",
    (
        Column("id", "integer", True),
        Column("payload", "json"),
        Column("status", "text"),
        Column("twice", "integer", False, "(id * 2)", generated="stored"),
    ),
    (Constraint("orders_pkey", "primary key", "PRIMARY KEY (id)", ("id",)),),
)
LOOK = Relation("public", "look", "materialized view", definition=" SELECT orders.status FROM public.orders")


@pytest.mark.parametrize(
    ("column", "type_", "more", "words"),
    [
        ("id", "bigint", {}, "column twice"),
        ("status", "varchar(10)", {}, "materialized view public.look"),
        ("payload", "json", {}, "type json of orders.payload"),
        ("payload", "jsonb", {"using": "(SELECT payload::jsonb)"}, "no SELECT in it"),
        ("payload", "text", {"using": "payload::text || random()"}, "nothing random"),
        ("twice", "bigint", {}, "stored"),
    ],
)
def test_a_type_change_that_would_leave_something_behind_is_refused(
    column: str, type_: str, more: dict[str, str], words: str
) -> None:
    want = from_json({"kind": "change_type", "table": "orders", "column": column, "type": type_, **more})
    with pytest.raises(Refusal, match=words):
        draft([want], Schema((LOOK, ORDERS), (), 180000), version=180000)
