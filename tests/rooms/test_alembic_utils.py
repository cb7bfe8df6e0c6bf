"""Entities that env.py registers with alembic-utils are planned as what they are. `make test-all` installs the library."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from declaring_project import Declaring, kinds

from pgwright.verbs.refusals import NothingToDo

pytestmark = pytest.mark.skipif(find_spec("alembic_utils") is None, reason="alembic_utils is not installed: make test-all")
ENTITIES = """
from alembic_utils.pg_extension import PGExtension
from alembic_utils.pg_function import PGFunction
from alembic_utils.pg_grant_table import PGGrantTable
from alembic_utils.pg_materialized_view import PGMaterializedView
from alembic_utils.pg_policy import PGPolicy
from alembic_utils.pg_trigger import PGTrigger
from alembic_utils.pg_view import PGView
from alembic_utils.replaceable_entity import register_entities

register_entities([
    PGMaterializedView("public", "kept", "SELECT id FROM big", with_data=True),
    PGView("public", "big", "SELECT id, total::bigint, '%' AS sign FROM orders WHERE total > twice(50)"),
    PGFunction("public", "twice(n integer)", "RETURNS integer LANGUAGE sql AS $$ SELECT n * 2::int $$"),
    PGFunction("public", "bump()", "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.owner := ':x %'; RETURN NEW; END $$"),
    PGTrigger("public", "touch", "BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION bump()", on_entity="public.orders"),
    PGPolicy("public", "own", "FOR SELECT TO reader USING (owner = 'a:b')", on_entity="public.orders"),
    PGGrantTable("public", "orders", "reader", "SELECT", columns=["id", "total"]),
    PGExtension("public", "citext"),
])
"""


def test_entities_are_planned_proven_and_found_no_more(tmp_path: Path) -> None:
    one = Declaring(tmp_path, more=ENTITIES)
    change = one.plan()
    assert kinds(change) == [
        ("add_extension", "citext"),
        ("put_function", "bump"),
        ("put_function", "twice"),
        ("put_view", "big"),
        ("put_view", "kept"),
        ("put_trigger", "touch"),
        ("put_policy", "own"),
        ("grant", "reader"),
    ]
    assert set(one.verdicts(change).values()) == {"proven"}
    with pytest.raises(NothingToDo):
        one.plan()


def test_an_entity_that_changes_and_those_that_go(tmp_path: Path) -> None:
    one = Declaring(tmp_path, more=ENTITIES)
    one.plan()
    lines = ENTITIES.replace("n * 2", "n * 3").splitlines()
    one.declare("\n".join(line for line in lines if "kept" not in line and "public.orders" not in line))
    assert kinds(one.plan(write=False)) == [("put_function", "twice")]
    left = "\n".join(line for line in lines if '"big"' not in line and '"own"' not in line)
    other = 'PGView("public", "other", "SELECT 1 AS id"), PGPolicy("public", "new", "USING (true)", "public.orders"),'
    left = left.replace("register_entities([", f"register_entities([{other}")
    one.declare(left.replace("kept", "held").replace("FROM big", "FROM other"))
    assert kinds(one.plan(write=False)) == [
        ("put_function", "twice"),
        ("put_view", "other"),
        ("put_view", "held"),
        ("drop_view", "kept"),
        ("drop_view", "big"),
        ("put_policy", "new"),
        ("drop_policy", "own"),
    ]
