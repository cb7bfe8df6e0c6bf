"""Differences that need no server: renames are asked for, drops are not proposed blindly, nothing is lost silently."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pgwright.design.difference import requests_from
from pgwright.design.plan import draft
from pgwright.design.refusals import UnknownObject
from pgwright.design.requests.column import AddColumn, ChangeType, DropColumn, RenameColumn, SetComment
from pgwright.design.requests.enum import AddEnumValue, RemoveEnumValue
from pgwright.design.requests.table import DropTable, RenameTable
from pgwright.schema.model import Column, Constraint, Relation, Schema, Thing


def _table(name: str, *columns: Column) -> Relation:
    key = Constraint(f"{name}_pkey", "primary key", "PRIMARY KEY (id)", ("id",))
    return Relation("public", name, "table", (Column("id", "bigint", True), *columns), (key,))


def test_a_rename_is_hinted_at_and_never_guessed() -> None:
    database = Schema((_table("person", Column("mail", "text")),))
    models = Schema((_table("person", Column("email", "text")),))
    guessless = requests_from(database, models)
    assert [type(r) for r in guessless.requests] == [AddColumn, DropColumn]
    assert guessless.hints == ("a rename? --rename person.mail=email",)
    asked = requests_from(database, models, renames={"person.mail": "email"})
    assert asked.requests == (RenameColumn("person", "mail", "email"),)


def test_a_renamed_table_is_compared_under_its_new_name() -> None:
    database = Schema((_table("person"),))
    models = Schema(
        (replace(_table("member", Column("age", "integer")), constraints=database.relations[0].constraints),)
    )
    asked = requests_from(database, models, renames={"person": "member"})
    assert asked.requests == (RenameTable("person", "member"), AddColumn("member", "age", "integer"))
    assert [d.phase for d in draft(asked.requests, database, version=180000)] == ["expand", "contract", "expand"]
    with pytest.raises(UnknownObject):
        requests_from(database, models, renames={"people": "member"})


def test_models_that_know_little_propose_no_drops() -> None:
    database = Schema(tuple(_table(n, Column("x", "text")) for n in ("a", "b", "c")))
    few = requests_from(database, Schema((_table("a"),)))
    assert few.requests == ()
    assert few.hints == ("metadata incomplete: the models know 1 of 3 tables; no drop is proposed",)
    most = requests_from(database, Schema(tuple(_table(n, Column("x", "text")) for n in ("a", "b"))))
    assert most.requests == (DropTable("c"),)


def test_what_no_recipe_does_is_named() -> None:
    database = Schema((_table("a", Column("x", "text", comment="old", collation="de_DE")),))
    models = Schema((_table("a", Column("x", "integer", comment="new"), Column("y", "text", True)),))
    found = requests_from(database, models)
    assert {u.identity: u.what for u in found.unplanned} == {
        "public.a.x": "collation 'de_DE' -> None",
        "public.a.y": "a new NOT NULL column without a default: say what rows that are there get (fill or using)",
    }
    assert found.requests == (ChangeType("a", "x", "integer"), SetComment("a", "x", "new"))


def test_labels_that_change_places_are_named_and_others_planned() -> None:
    def with_labels(*labels: str) -> Schema:
        return Schema((), (Thing("enum", "public.state", (("labels", json.dumps(labels)),)),))

    def asked(*labels: str) -> tuple[object, ...]:
        return requests_from(with_labels("new", "paid"), with_labels(*labels)).requests

    assert asked("old", "new", "paid") == (AddEnumValue("state", "old", before="new"),)
    assert asked("new", "sent") == (AddEnumValue("state", "sent", after="new"), RemoveEnumValue("state", "paid"))
    assert asked("paid", "new") == ()
    (left,) = requests_from(with_labels("new", "paid"), with_labels("paid", "new")).unplanned
    assert "their order changes" in left.what


def test_a_serial_column_of_the_models_is_the_identity_column_that_was_made_of_it() -> None:
    identity = Column("n", "integer", not_null=True, identity="by default")
    serial = Column("n", "integer", not_null=True, default="nextval('public.a_n_seq'::regclass)")
    found = requests_from(Schema((_table("a", identity),)), Schema((_table("a", serial),)))
    assert found.requests == ()
    assert found.unplanned == ()
