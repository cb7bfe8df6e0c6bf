"""What sqlalchemy-declarative-extensions puts into the metadata is planned as what it is. `make test-all` installs it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from declaring_project import Declaring, kinds

from pgwright.verbs.refusals import NothingToDo

LIBRARY = "sqlalchemy_declarative_extensions"
pytestmark = pytest.mark.skipif(find_spec(LIBRARY) is None, reason=f"{LIBRARY} is not installed: make test-all")
DECLARED = """
from sqlalchemy import select
from sqlalchemy_declarative_extensions import Functions, Grants, Triggers, View, Views
from sqlalchemy_declarative_extensions import declare_database, register_sqlalchemy_events
from sqlalchemy_declarative_extensions.dialects.postgresql import Function, Grant, Trigger

orders = metadata.tables["orders"]
declare_database(
    metadata,
    functions=Functions(ignore_unspecified=False).are(
        Function("bump", "BEGIN NEW.owner := ':x %'; RETURN NEW; END", returns="trigger", language="plpgsql"),
        Function("twice", "SELECT n * 2", parameters=["n integer"], returns="integer", language="sql"),
    ),
    triggers=Triggers().are(Trigger.before("insert", on="orders", execute="bump").named("touch").for_each_row()),
    views=Views().are(View("big", select(orders.c.id, orders.c.owner).where(orders.c.owner.like("a%:b")))),
    grants=Grants().are(Grant.new("select", to="reader").on_tables("orders")),
)
register_sqlalchemy_events(metadata, functions=True, triggers=True, views=True)
"""


def test_what_the_metadata_declares_is_planned_proven_and_found_no_more(tmp_path: Path) -> None:
    one = Declaring(tmp_path, more=DECLARED)
    change = one.plan()
    assert kinds(change) == [
        ("put_function", "bump"),
        ("put_function", "twice"),
        ("put_view", "big"),
        ("put_trigger", "touch"),
        ("grant", "reader"),
    ]
    assert set(one.verdicts(change).values()) == {"proven"}
    with pytest.raises(NothingToDo):
        one.plan()
    one.declare("\n".join(line for line in DECLARED.splitlines() if '"twice"' not in line))
    assert kinds(one.plan(write=False)) == [("drop_function", "twice")]
    one.declare(DECLARED.replace("n * 2", "n * 3").replace("specified=False", "specified=True").replace('"twice"', '"thrice"'))
    assert kinds(one.plan(write=False)) == [("put_function", "thrice")]


def test_the_name_of_a_declared_schema_is_quoted() -> None:
    from sqlalchemy import MetaData
    from sqlalchemy_declarative_extensions import Schemas, declare_database

    from pgwright._envrun import declarative

    metadata = MetaData()
    declare_database(metadata, schemas=Schemas().are('odd"; DROP'))
    assert [one["sql"] for one in declarative.registered([metadata])] == ['CREATE SCHEMA IF NOT EXISTS "odd""; DROP"']
