"""on-conflict-missing: seed rows that downgrade leaves, so that the next upgrade finds them in its way.

Source: PostgreSQL documentation, INSERT, ON CONFLICT clause.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import Delete, Drop, Insert, Truncate
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known, Table
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision, Script

CODE = "PW411"
SEVERITY = "info"
SEEN = "error"
OBSERVE = Observation(error="23505", after="reup")
WHEN = "rows are inserted into {table} without ON CONFLICT, and downgrade leaves them"
EFFECT = "After a downgrade the next upgrade fails: the keys ({key}) are there already."
INSTEAD = """
# in the INSERT, at its end: ON CONFLICT ({key}) DO NOTHING; or delete these rows in downgrade()
"""
BEFORE = """
CREATE TABLE states (code text PRIMARY KEY, label text);
INSERT INTO states SELECT 's' || g, 'n' FROM generate_series(1, 200) g;
"""
BAD = revision(
    up="""op.execute("INSERT INTO states (code, label) VALUES ('new', 'New'), ('paid', 'Paid')")""",
)
GOOD = (
    revision(up="""op.execute("INSERT INTO states VALUES ('new', 'New') ON CONFLICT DO NOTHING")"""),
    revision(
        up="""op.execute("INSERT INTO states (code, label) VALUES ('new', 'New')")""",
        down="""op.execute("DELETE FROM states WHERE code = 'new'")""",
    ),
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    down = revision.downgrade
    if down is None or down.read != "full" or down.raises:
        return
    for statement in revision.upgrade.statements:
        for act in statement.of(Insert):
            table = before.tables.get(act.table)
            if table is None or not act.values or "on conflict" in statement.text.lower() or _clears(down, act.table):
                continue
            key = _key(table, act.columns or tuple(table.columns))
            if key:
                yield found(statement, table=act.table, key=", ".join(key))


def _key(table: Table, given: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of a unique index that the rows give a value for, all of them."""
    whole = (one.index for one in table.indexes.values() if one.index.unique and one.index.predicate is None)
    return next((one.keys for one in whole if one.keys and set(one.keys) <= set(given)), ())


def _clears(script: Script, table: str) -> bool:
    for act in (act for statement in script.statements for act in statement.acts):
        if isinstance(act, Delete | Truncate) and act.table == table:
            return True
        if isinstance(act, Drop) and act.name == table:
            return True
    return False
