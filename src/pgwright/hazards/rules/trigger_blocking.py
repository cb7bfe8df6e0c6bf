"""trigger-blocking: a trigger is made or switched while writers of its table wait.

The lock is short, but it waits for every running write, and writers queue behind it.
Source: PostgreSQL documentation, "Explicit Locking", SHARE ROW EXCLUSIVE; ALTER TABLE, DISABLE TRIGGER.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AlterTable, CreateTrigger
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW125"
SEVERITY = "warning"
SEEN = "lock"
ACTS = (CreateTrigger, AlterTable)
OBSERVE = Observation(lock="ShareRowExclusiveLock", on="public.orders", short=True)
WHEN = "{what} on {table}"
EFFECT = "SHARE ROW EXCLUSIVE on {table}: it waits for every running write, and all later writers wait behind it."
INSTEAD = """
# Alone in its transaction, with a short wait for the lock, and tried again when it fails:
with op.get_context().autocommit_block():
    op.execute("SET lock_timeout = '2s'")
    op.execute(...)   # the statement
# To load rows without triggers of your own session: SET LOCAL session_replication_role = replica
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 500) g;
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER keeping BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION keep();
"""
BAD = (
    sql(
        "CREATE TRIGGER kept BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION keep()",
        "DROP TRIGGER kept ON orders",
    ),
    sql("ALTER TABLE orders DISABLE TRIGGER keeping", "ALTER TABLE orders ENABLE TRIGGER keeping"),
    sql("ALTER TABLE orders DISABLE TRIGGER USER", "ALTER TABLE orders ENABLE TRIGGER USER"),
)
GOOD = revision(
    up="""
    op.execute("SET LOCAL session_replication_role = replica")
    op.execute("UPDATE orders SET note = 'x' WHERE id = 1")
    """,
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.acts:
        if isinstance(act, CreateTrigger):
            what = f"CREATE TRIGGER {act.name}"
        elif isinstance(act, AlterTable) and "Trig" in act.what:
            what = f"{'DISABLE' if 'Disable' in act.what else 'ENABLE'} TRIGGER {act.name}".strip()
        else:
            continue
        if before.holds_rows(act.table):
            yield found(statement, what=what, table=act.table)
