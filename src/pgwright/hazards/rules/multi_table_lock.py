"""multi-table-lock: one transaction locks several tables in use, one after the other.

Code that uses them in the other order makes a deadlock, and the first stays locked while the second is waited for. The
parents of a foreign key are not counted.
Source: PostgreSQL documentation, "Explicit Locking", Deadlocks.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import Act, AddColumn, AddConstraint, CreateTable
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.locks import WORDS, locks
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW123"
SEVERITY = "warning"
SEEN = "lock"
OBSERVE = Observation(lock="AccessExclusiveLock", on="public.users", short=True)
MODES = ("AccessExclusiveLock", "ShareRowExclusiveLock")
WHEN = "{mode} on {table} in a transaction that has {first} locked already"
EFFECT = "{first} stays locked while {table} is waited for; code that uses them in the other order makes a deadlock."
INSTEAD = """
# One table a transaction: a revision for {table} of its own, or
with op.get_context().autocommit_block():
    ...   # the statements for {table}
"""
BEFORE = """
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
INSERT INTO users SELECT g FROM generate_series(1, 500) g;
INSERT INTO orders SELECT g, g FROM generate_series(1, 500) g;
"""
BAD = revision(
    up="""
    op.add_column("orders", sa.Column("state", sa.Text()))
    op.add_column("users", sa.Column("state", sa.Text()))
    """,
    down="""
    op.drop_column("users", "state")
    op.drop_column("orders", "state")
    """,
)
GOOD = (
    revision(
        up="""
        op.add_column("orders", sa.Column("state", sa.Text()))
        op.add_column("orders", sa.Column("place", sa.Text()))
        """,
        down="""
        op.drop_column("orders", "place")
        op.drop_column("orders", "state")
        """,
    ),
    revision(
        up="""
        op.add_column("orders", sa.Column("buyer", sa.BigInteger()))
        op.create_foreign_key("orders_buyer", "orders", "users", ["buyer"], ["id"], postgresql_not_valid=True)
        """,
        down='op.drop_column("orders", "buyer")',
    ),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    if statement.transaction is None or not before.held:
        return
    own = {table for act in statement.acts for table, _ in _own(act, before)}
    if not own or not any(one.mode in MODES and one.table not in own for one in before.held):
        return
    earlier = (one for one in before.done if one.transaction == statement.transaction)
    locked = {table: None for one in earlier for act in one.acts for table, _ in _own(act, before)}
    for act in statement.acts:
        fresh = {table: mode for table, mode in _own(act, before) if table not in locked}
        if locked:
            for table, mode in fresh.items():
                yield found(statement, table=table, mode=WORDS[mode], first=next(iter(locked)))
        locked.update(dict.fromkeys(fresh))


def _own(act: Act, before: Known) -> Iterator[tuple[str, str]]:
    """The strong locks of the act on tables with rows, those on the parents of a foreign key left out."""
    parents: set[str | None] = set()
    if isinstance(act, AddConstraint):
        parents = {act.constraint.references} - {act.table}
    elif isinstance(act, AddColumn):
        parents = {one.references for one in act.column.constraints} - {act.table}
    elif isinstance(act, CreateTable):
        keys = (*act.constraints, *(one for column in act.columns for one in column.constraints))
        parents = {one.references for one in keys}
    for table, mode in locks(act):
        if mode in MODES and table not in parents and before.holds_rows(table):
            yield table, mode
