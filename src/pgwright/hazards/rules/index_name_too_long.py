"""index-name-too-long: a name of more than 63 bytes is cut without a word; code that asks for the whole name misses it.

Source: PostgreSQL documentation, Lexical Structure, Identifiers; NAMEDATALEN.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddConstraint, CreateIndex, CreateTable, Rename
from pgwright.hazards.example import sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW211"
SEVERITY = "warning"
SEEN = "catalog"
ACTS = (CreateIndex, AddConstraint, CreateTable, Rename)
OBSERVE = Observation(
    query="SELECT EXISTS (SELECT FROM pg_class WHERE relname = left(repeat('ix_orders_by_number_', 4), 63))"
)
WHEN = "the name {name}... is cut to 63 bytes"
EFFECT = (
    "The catalog holds {name}: a second name with the same beginning collides, and a comparison with models differs."
)
INSTEAD = """
# a name of at most 63 bytes
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, number text);
"""
BAD = sql(
    "CREATE INDEX ix_orders_by_number_ix_orders_by_number_ix_orders_by_number_ix_orders_by_number_ ON orders (number)",
    "DROP INDEX ix_orders_by_number_ix_orders_by_number_ix_orders_by_number_ix_orders_by_number_",
)
GOOD = sql(
    "CREATE INDEX ix_orders_by_number_ix_orders_by_number_ix_orders_by_number_ix ON orders (number)",
    "DROP INDEX ix_orders_by_number_ix_orders_by_number_ix_orders_by_number_ix",
)
LONGEST = 63


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for name in dict.fromkeys(_made(statement)):
        if len(name.encode()) <= LONGEST - 4:  # a cut never goes through a character: at most 3 bytes less
            continue
        _, _, rest = statement.text.partition(name)
        if rest[:1].isalnum() or (rest[:1] in ("_", "$") and rest):
            yield found(statement, name=name)


def _made(statement: Statement) -> Iterator[str]:
    """Names that the statement gives, as the parser leaves them: cut already."""
    for act in statement.acts:
        if isinstance(act, CreateIndex):
            yield act.index.name or ""
        elif isinstance(act, AddConstraint):
            yield act.constraint.name or ""
        elif isinstance(act, Rename):
            yield act.new
        elif isinstance(act, CreateTable):
            yield act.table.rpartition(".")[2]
            yield from (one.name or "" for one in act.constraints)
