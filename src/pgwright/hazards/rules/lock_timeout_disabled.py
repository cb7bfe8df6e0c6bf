"""lock-timeout-disabled: the revision switches off the limit that keeps a waiting lock from stopping everybody.

A statement that waits for ACCESS EXCLUSIVE makes every later reader wait behind it, as long as it waits. Nothing of the
setting outlives the session, so a server shows it to nobody else: this rule is read only.
Source: PostgreSQL documentation, "Client Connection Defaults", lock_timeout and statement_timeout.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import Set
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, found
from pgwright.hazards.statement import Statement

CODE = "PW122"
SEVERITY = "error"
SEEN = "text"
ACTS = (Set,)
WHEN = "{name} is switched off by the revision"
EFFECT = "{effect}"
INSTEAD = """
op.execute("SET LOCAL {name} = '{limit}'")   # or no SET at all: whoever runs the migration sets the limits
"""
INSTEAD_SQL = """
SET LOCAL {name} = '{limit}';
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
"""
BAD = (
    revision(up='op.execute("SET lock_timeout = 0")'),
    revision(up="""op.execute("SET LOCAL lock_timeout TO '0s'")"""),
    revision(up='op.execute("SET statement_timeout = 0")'),
)
GOOD = (
    revision(up="""op.execute("SET LOCAL lock_timeout = '2s'")"""),
    revision(up="""op.execute("SET LOCAL statement_timeout = '10min'")"""),
    revision(up='op.execute("RESET lock_timeout")'),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(Set):
        name = act.name.lower()
        if act.value is None or not _is_zero(act.value):
            continue
        if name == "lock_timeout":
            effect = "A statement that waits for its lock waits without end, and all who come later wait behind it."
            yield found(statement, name=name, limit="2s", effect=effect)
        elif name == "statement_timeout":
            effect = "A statement that runs longer than was thought keeps its locks without end."
            yield found(statement, severity="warning", name=name, limit="10min", effect=effect)


def _is_zero(value: str) -> bool:
    number = value.strip("' ").rstrip("abcdefghijklmnopqrstuvwxyz ")
    return number != "" and number.strip("0.") == ""
