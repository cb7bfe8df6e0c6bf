"""Functions, triggers, policies, privileges: text is data, and what would break something else is refused by name."""

from __future__ import annotations

from typing import Any

import pytest
from design_runner import catalog

from pgwright.design.plan import draft
from pgwright.design.refusals import (
    AlreadyThere,
    BadField,
    NotOneExpression,
    StillNeeded,
    UnknownObject,
    UnsafeShortcut,
)
from pgwright.design.request import from_json
from pgwright.errors import Refusal

BEFORE = b"""
CREATE EXTENSION pgcrypto;
CREATE TABLE t (id bigint PRIMARY KEY, a int, d int GENERATED ALWAYS AS (id * 2) STORED);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER note BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION note();
CREATE FUNCTION twice(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a * 2';
CREATE FUNCTION twice(a text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT a || a';
ALTER TABLE t ADD CHECK (twice(a) > 0);
GRANT SELECT ON t TO PUBLIC;
"""
FUNCTION = {"kind": "put_function", "name": "twice", "arguments": ["a int"], "language": "sql", "body": "SELECT 1"}
CASES: list[tuple[dict[str, Any], type[Refusal], str]] = [
    ({**FUNCTION, "arguments": ["a int) RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP TABLE t; --"]}, NotOneExpression, ""),
    ({**FUNCTION, "arguments": ["a int, b int"]}, NotOneExpression, "one argument"),
    ({**FUNCTION, "returns": "int SECURITY DEFINER"}, NotOneExpression, "result of a function"),
    ({**FUNCTION, "returns": "int AS 'x'; DROP TABLE t"}, NotOneExpression, ""),
    ({**FUNCTION, "returns": "bigint"}, StillNeeded, "constraint"),
    ({"kind": "drop_function", "name": "twice"}, BadField, "must say which one"),
    ({"kind": "drop_function", "name": "note"}, StillNeeded, "trigger note of t"),
    ({"kind": "drop_function", "name": "nite"}, UnknownObject, "Near it: note"),
    ({"kind": "put_trigger", "table": "t", "name": "x", "function": "nite"}, UnknownObject, "note"),
    ({"kind": "put_trigger", "table": "t", "name": "x", "function": "note", "events": ["insert"], "columns": ["a"]},
     BadField, "narrow UPDATE"),
    ({"kind": "drop_trigger", "table": "t", "name": "nite"}, UnknownObject, "Near it: note"),
    ({"kind": "put_policy", "table": "t", "name": "p"}, BadField, "or check must be given"),
    ({"kind": "put_policy", "table": "t", "name": "p", "command": "insert", "using": "true"}, BadField, "give check"),
    ({"kind": "put_policy", "table": "t", "name": "p", "using": "true); DROP TABLE t; --"}, NotOneExpression, ""),
    ({"kind": "drop_policy", "table": "t", "name": "p"}, UnknownObject, "policy"),
    ({"kind": "set_row_security", "table": "t", "enabled": False}, AlreadyThere, "row security"),
    ({"kind": "grant", "table": "t", "privileges": ["select"], "role": "public"}, AlreadyThere, "privilege"),
    ({"kind": "grant", "table": "t", "privileges": ["all"], "role": "public"}, BadField, "must be one of"),
    ({"kind": "revoke", "table": "t", "privileges": ["update"], "role": "public"}, UnknownObject, "update on t"),
    ({"kind": "drop_expression", "table": "t", "column": "a"}, BadField, "not a stored generated column"),
    ({"kind": "add_extension", "name": "pgcrypto"}, AlreadyThere, "pgcrypto"),
    ({"kind": "drop_extension", "name": "pgcrypt"}, UnknownObject, "Near it: pgcrypto"),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "refused", "words"), CASES)
def test_what_cannot_be_done_is_refused_by_name(
    server: Any, database: str, request_: dict[str, Any], refused: type[Refusal], words: str
) -> None:
    with server.connect(database) as connection:
        connection.execute(BEFORE)
    before = catalog(server, database)
    with pytest.raises(refused) as told:
        draft([from_json(request_)], before, version=180000)
    assert words in f"{told.value}"


def test_an_expression_cannot_be_changed_before_postgresql_17(server: Any, database: str) -> None:
    with server.connect(database) as connection:
        connection.execute(BEFORE)
    want = from_json({"kind": "set_expression", "table": "t", "column": "d", "expression": "id * 3"})
    with pytest.raises(UnsafeShortcut, match="PostgreSQL 16 cannot"):
        draft([want], catalog(server, database), version=160000)


def test_of_a_stored_column_it_says_that_everybody_waits(server: Any, database: str) -> None:
    with server.connect(database) as connection:
        connection.execute(BEFORE)
    want = from_json({"kind": "set_expression", "table": "t", "column": "d", "expression": "id * 3"})
    (only,) = draft([want], catalog(server, database), version=180000)
    assert only.locks == ("ACCESS EXCLUSIVE on t while every row is written anew: everybody waits",)
