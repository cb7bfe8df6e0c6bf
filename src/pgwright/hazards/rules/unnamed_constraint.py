"""unnamed-constraint: PostgreSQL chooses the name, and downgrade() cannot say which constraint to drop.

A naming convention in the models' metadata gives the name; so does the argument.
Source: Alembic documentation, "The Importance of Naming Constraints".
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddConstraint, DoBlock
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision

CODE = "PW807"
SEVERITY = "info"
SEEN = "catalog"
ACTS = (AddConstraint,)
OBSERVE = Observation(
    after="down", query="SELECT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'orders'::regclass AND contype = 'u')"
)
WHEN = "the {kind} constraint of {table} has no name, and downgrade() leaves it"
EFFECT = "Nothing in the project knows what it is called; databases that were built otherwise may call it otherwise."
INSTEAD = """
# a name as first argument, and op.drop_constraint(<the name>, {table!r}) in downgrade(); or, for all of them:
metadata = MetaData(naming_convention={{"uq": "uq_%(table_name)s_%(column_0_name)s", ...}})
"""
BEFORE = "CREATE TABLE orders (id bigint PRIMARY KEY, note text)"
BAD = revision(up='op.create_unique_constraint(None, "orders", ["note"])')
GOOD = (
    revision(
        up='op.create_unique_constraint("orders_note", "orders", ["note"])',
        down='op.drop_constraint("orders_note", "orders")',
    ),
    revision(
        up='op.create_unique_constraint(None, "orders", ["note"])',
        down='op.drop_constraint("orders_note_key", "orders")',
    ),
    revision(
        up="""
        op.execute("DO $$ BEGIN IF true THEN ALTER TABLE orders ADD CONSTRAINT n UNIQUE (note); END IF; END $$")
        """,
        down='op.drop_constraint("n", "orders")',
    ),
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    back = before.after_downgrade
    if revision.downgrade is not None and (revision.downgrade.read != "full" or revision.downgrade.raises):
        return
    for statement in revision.upgrade.statements:
        if any(statement.of(DoBlock)):  # what a block makes on a condition is read without its name
            continue
        for act in statement.of(AddConstraint):
            one = act.constraint
            if one.name or one.using_index or not before.table(act.table).holds_rows:
                continue
            left = back.table(act.table).constraints.values() if back else ()
            if back is None or any(each.kind == one.kind and each.columns == one.columns for each in left):
                yield found(statement, table=act.table, kind=one.kind)
