"""downgrade-drops-preexisting: upgrade finds it there and goes on (IF NOT EXISTS), downgrade drops it with all that was in it.

Source: PostgreSQL documentation, ALTER TABLE, ADD COLUMN [ IF NOT EXISTS ].
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards import replay
from pgwright.hazards.acts import AddColumn, CreateIndex, CreateTable, Drop, DropColumn
from pgwright.hazards.example import sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision, Statement

CODE = "PW506"
SEVERITY = "error"
SEEN = "catalog"
ACTS = (AddColumn, CreateTable, CreateIndex)
PHASES = ("downgrade",)
DATA_LOSS = True
OBSERVE = Observation(
    after="down",
    query="""
    SELECT to_regclass('states') IS NULL OR to_regclass('ix_note') IS NULL
        OR NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'note')
    """,
)
WHEN = "downgrade drops {what}, which stood before upgrade"
EFFECT = "upgrade left it alone because of IF NOT EXISTS; a downgrade takes it away from the release that needs it."
INSTEAD = """
# leave {what} alone in downgrade(), or make it without IF NOT EXISTS under a name that is free
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 200) g;
CREATE INDEX ix_note ON orders (note);
CREATE TABLE states (code text PRIMARY KEY);
"""
BAD = (
    sql("ALTER TABLE orders ADD COLUMN IF NOT EXISTS note text", "ALTER TABLE orders DROP COLUMN note"),
    sql("CREATE TABLE IF NOT EXISTS states (code text)", "DROP TABLE IF EXISTS states"),
    sql("CREATE INDEX IF NOT EXISTS ix_note ON orders (note)", "DROP INDEX ix_note"),
)
GOOD = (
    sql("ALTER TABLE orders ADD COLUMN IF NOT EXISTS code text", "ALTER TABLE orders DROP COLUMN code"),
    sql("CREATE TABLE IF NOT EXISTS states (code text)"),
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    acts = (act for one in revision.upgrade.statements for act in one.acts)
    if revision.downgrade is None or not any(getattr(act, "if_not_exists", False) for act in acts):
        return
    known, stood = before.copy(), set()
    replay.begin(known, revision.upgrade)
    for statement in revision.upgrade.statements:
        replay.enter(known, statement)
        stood |= set(_found_there(statement, known))
        replay.leave(known, statement)
    for statement in revision.downgrade.statements:
        for what in _dropped(statement):
            if what in stood:
                yield found(statement, what=what)


def _found_there(statement: Statement, known: Known) -> Iterator[str]:
    """What a statement with IF NOT EXISTS finds there, because it stood before this revision."""
    for act in statement.acts:
        if not isinstance(act, AddColumn | CreateTable | CreateIndex) or not act.if_not_exists:
            continue
        table = known.tables.get(act.table)
        if table is None or table.is_new:
            continue
        if isinstance(act, CreateTable):
            yield f"table {act.table}"
        elif isinstance(act, AddColumn) and table.column(act.column.name):
            yield f"column {act.table}.{act.column.name}"
        elif isinstance(act, CreateIndex) and act.index.name in table.indexes:
            yield f"index {act.index.name}"


def _dropped(statement: Statement) -> Iterator[str]:
    for act in statement.acts:
        if isinstance(act, DropColumn):
            yield f"column {act.table}.{act.column}"
        elif isinstance(act, Drop) and act.kind in ("table", "index"):
            yield f"{act.kind} {act.name}"
