"""column-order-select-star: a function of the database takes every column of a row by `*`, and the columns change.

`INSERT INTO copies SELECT NEW.*` in a trigger fails for every write from then on. Outside the database, statements that
a driver keeps prepared (`SELECT *`) fail once: "cached plan must not change result type".
Source: PostgreSQL documentation, "SQL Functions Returning Sets"; PREPARE; the example runs a trigger of the previous release.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgwright.hazards.acts import AddColumn, AlterType, DropColumn
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known, Table
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW321"
SEVERITY = "info"
SEEN = "app"
ACTS = (AddColumn, AlterType, DropColumn)
OBSERVE = Observation(app=("INSERT INTO orders VALUES (1001, 'n')", "SELECT * FROM last_order()"))
WHEN = "function {function} takes all columns of {table} by `*`, and they change"
EFFECT = "Where it puts them into something of a fixed shape, it fails from that moment, and the writes that call it with it."
INSTEAD = """
# in the same transaction: CREATE OR REPLACE FUNCTION {function} with its columns listed by name
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE TABLE copies (id bigint, note text);
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO copies SELECT NEW.*; RETURN NULL; END $$;
CREATE TRIGGER keep AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION keep();
CREATE FUNCTION last_order() RETURNS TABLE (id bigint, note text) LANGUAGE sql AS
    'SELECT * FROM orders ORDER BY id DESC LIMIT 1';
INSERT INTO orders VALUES (1, 'n');
"""
BAD = (
    revision(
        up='op.add_column("orders", sa.Column("code", sa.Text()))',
        down='op.drop_column("orders", "code")',
    ),
    revision(
        up='op.drop_column("orders", "note")',
        down='op.add_column("orders", sa.Column("note", sa.Text()))',
    ),
)
GOOD = (
    revision(
        up='op.add_column("users", sa.Column("code", sa.Text()))',
        down='op.drop_column("users", "code")',
    ),
    revision(
        up='op.alter_column("orders", "note", server_default="")',
        down='op.alter_column("orders", "note", server_default=None)',
    ),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    if not before.functions:
        return
    changed = {act.table for act in statement.acts if isinstance(act, ACTS)}
    for table in (before.table(name) for name in sorted(changed)):
        if table.is_new:
            continue
        for name, function in before.functions.items():
            if "*" in function.body and _takes_all(name, function.body, table):
                yield found(statement, table=table.name, function=name)


def _takes_all(function: str, body: str, table: Table) -> bool:
    """`SELECT * FROM` the table; NEW.* or OLD.* in a function that a trigger of the table calls."""
    bare = re.escape(table.name.rpartition(".")[2])
    if re.search(rf'\bSELECT\s+(?:\w+\.)?\*\s+(?:INTO\s+[\w., ]+)?FROM\s+(?:\w+\.)?"?{bare}\b', body, re.I):
        return True
    return function in table.triggers.values() and bool(re.search(r"\b(?:NEW|OLD)\.\*", body, re.I))
