"""downgrade-unfaithful: upgrade and downgrade leave another schema than there was.

A column that is dropped takes its indexes, constraints and default along; a downgrade that brings back the column alone is
short of them. Both directions are played over what is known, and the result is compared with the start.
Source: PostgreSQL documentation, ALTER TABLE, DROP COLUMN.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgwright.hazards.acts import Column, Constraint, DoBlock, Index
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known, Table
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision

CODE = "PW504"
SEVERITY = "error"
SEEN = "catalog"
PHASES = ("downgrade",)
OBSERVE = Observation(
    after="down",
    query="""
    SELECT to_regclass('ix_code') IS NULL
        OR NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'orders'::regclass AND contype = 'c')
        OR NOT EXISTS (SELECT FROM pg_attribute a JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
                        WHERE attrelid = 'orders'::regclass AND attname = 'note' AND atttypmod = 54 AND attnotnull)
    """,
)
WHEN = "after upgrade and downgrade {what}"
EFFECT = "The release that runs after the downgrade finds another schema than the one it was built for."
INSTEAD = """
# bring back in downgrade() all that upgrade() took: type, NOT NULL, default, index, constraint
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note varchar(50) NOT NULL DEFAULT 'x', code text, CHECK (id > 0));
INSERT INTO orders SELECT g, 'n', 'c' FROM generate_series(1, 200) g;
CREATE INDEX ix_code ON orders (code);
"""
BAD = (
    revision(
        up='op.alter_column("orders", "note", type_=sa.Text())',
        down='op.alter_column("orders", "note", type_=sa.String(40))',
    ),
    revision(
        up='op.alter_column("orders", "note", nullable=True, type_=sa.Text())',
        down='op.alter_column("orders", "note", type_=sa.String(50))',
    ),
    revision(
        up='op.alter_column("orders", "note", server_default=None, nullable=True)',
        down='op.alter_column("orders", "note", nullable=False)',
    ),
    revision(
        up='op.drop_column("orders", "code")',
        down='op.add_column("orders", sa.Column("code", sa.Text()))',
    ),
    revision(
        up="""
        op.drop_constraint("orders_id_check", "orders")
        op.add_column("orders", sa.Column("a", sa.Text()))
        """,
        down='op.drop_column("orders", "a")',
    ),
)
GOOD = (
    revision(
        up='op.drop_column("orders", "code")',
        down="""
        op.add_column("orders", sa.Column("code", sa.Text()))
        op.create_index("ix_code", "orders", ["code"])
        """,
    ),
    revision(
        up='op.alter_column("orders", "note", type_=sa.Text(), server_default=None, nullable=True)',
        down='op.alter_column("orders", "note", type_=sa.String(50), server_default="x", nullable=False)',
    ),
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    down = revision.downgrade
    if down is None or not down.statements or down.raises or {down.read, revision.upgrade.read} != {"full"}:
        return
    if any(list(one.of(DoBlock)) for one in down.statements):
        return
    after = before.after_downgrade
    if after is None:
        return
    for name, old in before.tables.items():
        new = after.tables.get(name)
        if new is None:
            yield found(down.statements[0], what=f"{old.kind} {name} is not there any more")
        elif new is not old and old.is_known and new.is_known:
            for what in (*_columns(old, new), *_lost(old, new)):
                yield found(down.statements[0], what=what)


def _columns(old: Table, new: Table) -> Iterator[str]:
    for name, column in old.columns.items():
        now = new.columns.get(name)
        where = f"{old.name}.{name}"
        if now is None:
            yield f"column {where} is not there any more"
        elif now.type != column.type:
            yield f"{where} has type {now.type}, not {column.type}"
        elif now.not_null != column.not_null:
            yield f"{where} is {'NOT NULL' if now.not_null else 'nullable'}, which it was not"
        elif _filled(now) != _filled(column):
            yield f"{where} has {_filled(now) or 'no default'}, not {_filled(column) or 'no default'}"


def _filled(column: Column) -> str:
    """Where its values come from when none is given; '0' and 0 are the same default."""
    if column.default is not None:
        return re.sub(r"::[\w ]+$", "", column.default.text).strip("'") or "''"
    return column.generated or column.identity or ("serial" if column.serial else "")


def _lost(old: Table, new: Table) -> Iterator[str]:
    """Indexes and constraints that are gone; one under another name counts as the same."""
    indexes = {_index(one.index) for one in new.indexes.values()}
    for name, index in old.indexes.items():
        if index.constraint is None and _index(index.index) not in indexes:
            yield f"index {name} is not there any more"
    constraints = {_constraint(one) for one in new.constraints.values()}
    for name, constraint in old.constraints.items():
        if constraint.kind != "not null" and _constraint(constraint) not in constraints:
            yield f"constraint {name} of {old.name} is not there any more"


def _index(index: Index) -> tuple[object, ...]:
    return index.keys, index.unique, index.method, index.predicate and index.predicate.text


def _constraint(one: Constraint) -> tuple[object, ...]:
    return one.kind, one.columns, one.references, one.on_delete, one.expression and one.expression.text
