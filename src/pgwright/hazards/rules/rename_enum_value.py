"""rename-enum-value: the running release writes and compares a label that is gone.

Source: PostgreSQL documentation, ALTER TYPE, RENAME VALUE; SQLSTATE 22P02.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import Rename
from pgwright.hazards.example import sql
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW316"
SEVERITY = "error"
SEEN = "app"
ACTS = (Rename,)
OBSERVE = Observation(app=("SELECT id FROM orders WHERE state = 'open'",))
WHEN = "the label {old!r} of {enum} is renamed to {new!r}"
EFFECT = "Code of the release that still runs names {old!r}: every such statement fails (22P02) from that moment."
INSTEAD = """
with op.get_context().autocommit_block():
    op.execute({add!r})
# move the code over, then the rows in batches
"""
BEFORE = """
CREATE TYPE state AS ENUM ('open', 'paid');
CREATE TABLE orders (id bigint PRIMARY KEY, state state);
INSERT INTO orders SELECT g, 'open' FROM generate_series(1, 500) g;
"""
BAD = sql("ALTER TYPE state RENAME VALUE 'open' TO 'new'", "ALTER TYPE state RENAME VALUE 'new' TO 'open'")
GOOD = sql("ALTER TYPE state ADD VALUE 'new'")


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(Rename):
        enum = before.enums.get(act.name)
        if act.kind == "enum value" and not (enum and (enum.is_new or act.old in enum.added)):
            literal = act.new.replace("'", "''")
            add = f"ALTER TYPE {quoted(act.name)} ADD VALUE '{literal}'"
            yield found(statement, enum=act.name, old=act.old, new=act.new, add=add)
