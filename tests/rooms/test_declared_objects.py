"""plan --models finds what [objects] of pgwright.toml declares beside the metadata."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from declaring_project import Declaring, kinds

from pgwright.design.declared_code import function
from pgwright.design.enum_difference import Unplanned
from pgwright.design.object_difference import objects
from pgwright.design.requests.code import PutFunction
from pgwright.design.routine import create
from pgwright.project.refusals import BadSettings
from pgwright.project.settings import read_settings
from pgwright.schema.catalog import capture
from pgwright.schema.model import Schema
from pgwright.shadow.declared import Making, NotMade, made
from pgwright.verbs.refusals import NothingToDo

SETTINGS = '[objects]\nfiles = ["db/*.sql"]\n'
FUNCTIONS = r"""
CREATE FUNCTION twice(n integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT n * 2 $$;
CREATE FUNCTION bump() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
    AS $$ BEGIN NEW.owner := 'a:b %' || E'\\'; RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE INSERT OR UPDATE OF total ON orders FOR EACH ROW WHEN (NEW.total > 0) EXECUTE FUNCTION bump();
"""
OF_A_VIEW = "CREATE FUNCTION big_ones() RETURNS SETOF big LANGUAGE sql STABLE AS 'SELECT * FROM big'"
VIEWS = """
CREATE VIEW big AS SELECT id, total FROM orders WHERE total > twice(50);
GRANT UPDATE (owner) ON orders TO reader;
"""
POLICIES = """
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders FOR SELECT TO reader USING (owner = current_user);
"""


def test_what_files_declare_is_planned_proven_and_found_no_more(tmp_path: Path) -> None:
    one = Declaring(tmp_path, settings=SETTINGS)
    one.files(a=OF_A_VIEW, b=VIEWS, c=FUNCTIONS, d=POLICIES)  # a needs b, b needs c
    change = one.plan()
    assert kinds(change) == [
        ("put_function", "big_ones"),  # its turn is after the view, in the revisions
        ("put_function", "bump"),
        ("put_function", "twice"),
        ("put_view", "big"),
        ("put_trigger", "touch"),
        ("put_policy", "own"),
        ("set_row_security", "orders"),
        ("grant", "reader"),
    ]
    assert set(one.verdicts(change).values()) == {"proven"}
    with pytest.raises(NothingToDo):
        one.plan()


def test_what_changes_and_goes_in_files_is_planned_and_what_is_needed_is_kept(tmp_path: Path) -> None:
    one = Declaring(tmp_path, FUNCTIONS + POLICIES, SETTINGS, back="DROP FUNCTION twice; DROP FUNCTION bump")
    one.files(functions=FUNCTIONS.split("CREATE FUNCTION bump")[0].replace("n * 2", "n * 3"))
    change = one.plan(write=False)
    assert kinds(change) == [("put_function", "twice")]
    assert "no recipe yet: bump: nobody declares it, and it is kept for trigger touch of orders" in change.notes
    one.files(
        functions=FUNCTIONS.split("CREATE FUNCTION bump")[0],
        policies=POLICIES.replace("own ON", "mine ON"),
        more="CREATE FUNCTION bump2() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
        "CREATE TRIGGER touch2 AFTER DELETE ON orders EXECUTE FUNCTION bump2()",
    )
    change = one.plan(write=False)
    assert kinds(change) == [
        ("put_function", "bump2"),
        ("drop_function", "bump"),
        ("put_trigger", "touch2"),
        ("put_policy", "mine"),
        ("drop_trigger", "touch"),
        ("drop_policy", "own"),
    ]


@pytest.mark.slow
def test_what_goes_is_proven_and_found_no_more(tmp_path: Path) -> None:
    head = FUNCTIONS + POLICIES + VIEWS + "CREATE EXTENSION pgcrypto; GRANT SELECT ON orders TO reader"
    back = "DROP FUNCTION twice; DROP FUNCTION bump; DROP EXTENSION pgcrypto"
    one = Declaring(tmp_path, head, SETTINGS, back=back)
    one.files(
        one="CREATE EXTENSION citext; CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
        "CREATE TRIGGER t AFTER DELETE ON orders EXECUTE FUNCTION f(); CREATE VIEW v AS SELECT 1 AS a;"
        "CREATE POLICY mine ON orders USING (true); GRANT DELETE ON orders TO reader",
    )
    change = one.plan()
    gone = [kind for kind, _ in kinds(change) if kind.startswith(("drop", "revoke"))]
    assert sorted(gone) == ["drop_extension", "drop_function", "drop_function", "drop_policy", "drop_trigger", "drop_view",
                            "revoke", "revoke"]  # fmt: skip
    assert set(one.verdicts(change).values()) == {"proven"}
    with pytest.raises(NothingToDo):
        one.plan()


def test_a_project_that_declares_nothing_sees_nothing_dropped(tmp_path: Path) -> None:
    one = Declaring(tmp_path, FUNCTIONS + POLICIES)
    with pytest.raises(NothingToDo):
        one.plan()


def test_what_cannot_be_made_is_told_with_every_reason(server: Any, database: str) -> None:
    views = Making("a.sql", b"CREATE VIEW v AS SELECT x FROM w"), Making("b.sql", b"CREATE VIEW w AS SELECT 1 AS y")
    with server.connect(database) as conn, pytest.raises(NotMade, match=r'a\.sql: column "x" does not exist'):
        made(conn, views)


def test_a_pattern_that_finds_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pgwright.toml").write_text(SETTINGS)
    with pytest.raises(BadSettings, match="finds no file"):
        read_settings(tmp_path).objects.found()
    for wrong in ("files = []", 'files = ["/db/*.sql"]', 'file = "a.sql"', ""):
        (tmp_path / "pgwright.toml").write_text(f"[objects]\n{wrong}\n")
        with pytest.raises(BadSettings, match="objects"):
            read_settings(tmp_path)


UNSAYABLE = {
    "f() RETURNS int LANGUAGE sql COST 5 AS 'SELECT 1'": "COST",
    "f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'": "SECURITY DEFINER and no search_path",
    "f() RETURNS int LANGUAGE sql SET work_mem = '1MB' AS 'SELECT 1'": "settings other than search_path",
    "f(OUT a int) LANGUAGE sql AS 'SELECT 1'": "OUT, INOUT or VARIADIC",
    "f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END": "a body in sql that is no text",
}
SAYABLE = (
    "f(a int[] DEFAULT ARRAY[1, 2], \"B c\" text DEFAULT ')(') RETURNS TABLE(k int, v text) LANGUAGE sql AS $$SELECT 1, '\\'$$",
    "f(numeric, text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'BEGIN END'",
    "f() RETURNS SETOF int LANGUAGE sql PARALLEL RESTRICTED SET search_path = public AS 'SELECT 1'",
)


def _read(server: Any, database: str, sql: str) -> Schema:
    with server.connect(database) as conn:
        conn.execute(sql)
        return capture(conn).schema


@pytest.mark.parametrize("text", SAYABLE)
def test_a_function_becomes_a_request_that_makes_the_same_one(text: str, server: Any, database: str) -> None:
    (there,) = _read(server, database, f"CREATE FUNCTION {text}").of_kind("function")
    want = function(there)
    assert isinstance(want, PutFunction)
    (again,) = _read(server, database, f"DROP FUNCTION f; {create(want, replace=False)}").of_kind("function")
    assert again == there


@pytest.mark.parametrize("text", UNSAYABLE)
def test_a_function_that_no_request_can_say_is_told(text: str, server: Any, database: str) -> None:
    (there,) = _read(server, database, f"CREATE FUNCTION {text}").of_kind("function")
    told = function(there)
    assert isinstance(told, Unplanned)
    assert UNSAYABLE[text] in told.what


def test_what_has_no_recipe_is_told(server: Any, database: str) -> None:
    bare = _read(server, database, "CREATE TABLE t (a int)")
    here = _read(
        server,
        database,
        """
        CREATE DOMAIN positive AS int; CREATE PROCEDURE p() LANGUAGE sql AS '';
        CREATE VIEW safe WITH (security_invoker) AS SELECT a FROM t;
        CREATE MATERIALIZED VIEW kept AS SELECT a FROM t; CREATE INDEX on_kept ON kept (a);
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        COMMENT ON FUNCTION f() IS 'said';
        CREATE TRIGGER told AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f('x');
        CREATE POLICY own ON t USING (a > 1); COMMENT ON POLICY own ON t IS 'said';
        GRANT SELECT ON safe TO pg_monitor; GRANT SELECT ON t TO pg_monitor WITH GRANT OPTION;
        """,
    )
    found = list(objects(bare, bare, here, drops=True))
    assert [r.kind for r in found if not isinstance(r, Unplanned)] == ["put_function", "put_view"]
    assert {u.identity for u in found if isinstance(u, Unplanned)} == {
        "public.positive",
        "public.p()",
        "public.f()",
        "public.safe",
        "public.kept",
        "public.t.told",
        "public.t.own",
        "public.t",
    }
