"""fk-type-mismatch: a foreign key of another integer type than the key that it refers to.

The smaller one cannot hold every id of the other side; comparing the two keeps some indexes from being used.
Source: PostgreSQL documentation, "Numeric Types"; online migrations of other frameworks know it as mismatched_foreign_key_type.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pgwright.hazards.acts import AddColumn, AddConstraint, AlterType, Constraint, CreateTable
from pgwright.hazards.columns import made_constraints
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision, Statement

CODE = "PW812"
SEVERITY = "warning"
SEEN = "catalog"
ACTS = (AddConstraint, AddColumn, AlterType, CreateTable)
OBSERVE = Observation(
    query="""
    SELECT EXISTS (SELECT FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
        WHERE c.contype = 'f' AND a.atttypid <> b.atttypid)
    """
)
WHEN = "{table}.{column} is {type} and refers to {parent}.{key}, which is {key_type}"
EFFECT = "Ids beyond the smaller of the two types cannot be referred to, or never occur; joins compare with a cast."
INSTEAD = """
sa.Column({column!r}, sa.{better}(), ...)   # the type of {parent}.{key}
"""
BEFORE = """
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE shops (id int PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, buyer int, shop int REFERENCES shops);
"""
BAD = (
    revision(
        up='op.create_foreign_key("orders_buyer", "orders", "users", ["buyer"], ["id"])',
        down='op.drop_constraint("orders_buyer", "orders")',
    ),
    revision(
        up="""
        op.create_table("items", sa.Column("id", sa.BigInteger(), primary_key=True),
                        sa.Column("buyer", sa.Integer(), sa.ForeignKey("users.id")))
        """,
        down='op.drop_table("items")',
    ),
    sql("ALTER TABLE shops ALTER id TYPE bigint", "ALTER TABLE shops ALTER id TYPE int"),
)
GOOD = (
    revision(
        up="""
        op.create_table("items", sa.Column("id", sa.BigInteger(), primary_key=True),
                        sa.Column("buyer", sa.BigInteger(), sa.ForeignKey("users.id")))
        """,
        down='op.drop_table("items")',
    ),
    sql(
        "ALTER TABLE shops ALTER id TYPE bigint; ALTER TABLE orders ALTER shop TYPE bigint",
        "ALTER TABLE shops ALTER id TYPE int; ALTER TABLE orders ALTER shop TYPE int",
    ),
)

INTEGERS = {"int2": "SmallInteger", "int4": "Integer", "int8": "BigInteger"}
WORDS = {"int2": "smallint", "int4": "integer", "int8": "bigint"}


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    after = before.after_upgrade or before
    told = set()
    for statement in revision.upgrade.statements:
        for name, key in _keys(statement, after):
            for facts in _mismatched(name, key, after):
                place = (facts["table"], facts["column"], facts["parent"])
                if place not in told:
                    told.add(place)
                    yield found(statement, **facts)


def _keys(statement: Statement, after: Known) -> Iterator[tuple[str, Constraint]]:
    """Foreign keys that the statement makes, and those that point to a column whose type it changes."""
    yield from made_constraints(statement, "foreign key")
    for act in statement.of(AlterType):
        for table, _, key in after.referencing(act.table):
            yield table.name, key


def _mismatched(name: str, key: Constraint, after: Known) -> Iterator[dict[str, Any]]:
    parent = after.table(key.references or "")
    for mine, other in zip(key.columns, key.referenced or parent.primary_key, strict=False):
        column, referred = after.table(name).column(mine), parent.column(other)
        if column is None or referred is None:
            continue
        type_, key_type = column.type.name, referred.type.name
        if type_ != key_type and type_ in INTEGERS and key_type in INTEGERS:
            yield {
                "table": name, "column": mine, "type": WORDS[type_], "parent": parent.name, "key": other,
                "key_type": WORDS[key_type], "better": INTEGERS[key_type],
            }  # fmt: skip
