"""drop-enum-value: a new type takes the place of an enum and lacks a label that the running release writes.

PostgreSQL has no way to drop a label: the type is replaced, and rows with the label make the cast fail.
Source: PostgreSQL documentation, Enumerated Types, Implementation Details; SQLSTATE 22P02.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AlterType
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW317"
SEVERITY = "error"
SEEN = "app"
ACTS = (AlterType,)
OBSERVE = Observation(app=("INSERT INTO orders (id, state) VALUES (1001, 'lost')",))
WHEN = "{table}.{column} changes to {new}, which has no {labels}"
EFFECT = (
    "Code of the release that still runs and names {labels} fails (22P02), and a row that holds one stops the revision."
)
INSTEAD = """
# leave {labels} in the type, unused: a label costs nothing
"""
BEFORE = """
CREATE TYPE state AS ENUM ('open', 'paid', 'lost');
CREATE TABLE orders (id bigint PRIMARY KEY, state state);
INSERT INTO orders SELECT g, 'open' FROM generate_series(1, 500) g;
"""
BAD = revision(
    up="""
    op.execute("ALTER TYPE state RENAME TO state_old")
    op.execute("CREATE TYPE state AS ENUM ('open', 'paid')")
    op.execute("ALTER TABLE orders ALTER state TYPE state USING state::text::state")
    op.execute("DROP TYPE state_old")
    """,
)
GOOD = revision(
    up="""
    op.execute("ALTER TYPE state RENAME TO state_old")
    op.execute("CREATE TYPE state AS ENUM ('open', 'lost', 'paid', 'sent')")
    op.execute("ALTER TABLE orders ALTER state TYPE state USING state::text::state")
    op.execute("DROP TYPE state_old")
    """,
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(AlterType):
        column = before.table(act.table).column(act.column)
        old = before.enums.get(column.type.name) if column else None
        new = before.enums.get(act.type.name)
        if old is None or new is None or old is new or before.table(act.table).is_new:
            continue
        lost = [label for label in old.labels if label not in new.labels]
        if lost:
            labels = ", ".join(map(repr, lost))
            yield found(statement, table=act.table, column=act.column, new=act.type, labels=labels)
