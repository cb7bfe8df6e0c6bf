"""sequence-int4-overflow: the column of a serial becomes bigint, its sequence still ends at 2147483647.

An identity column takes its sequence along; a serial does not.
Source: PostgreSQL documentation, "Serial Types"; CREATE SEQUENCE, data_type.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AlterType, Sequence
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision

CODE = "PW408"
SEVERITY = "error"
SEEN = "catalog"
OBSERVE = Observation(
    query="SELECT seqtypid = 'int4'::regtype FROM pg_sequence WHERE seqrelid = 'orders_id_seq'::regclass"
)
WHEN = "{table}.{column} becomes bigint, its sequence {sequence} stays {type}"
EFFECT = "At the old limit nextval() fails and with it every INSERT, though the column has room."
INSTEAD = """
op.execute({alter!r})
"""
BEFORE = """
CREATE TABLE orders (id serial PRIMARY KEY, note text);
INSERT INTO orders (note) SELECT 'n' FROM generate_series(1, 500) g;
"""
BAD = revision(up='op.alter_column("orders", "id", type_=sa.BigInteger())')
GOOD = revision(
    up="""
    op.alter_column("orders", "id", type_=sa.BigInteger())
    op.execute("ALTER SEQUENCE orders_id_seq AS bigint")
    """
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    statements = revision.upgrade.statements
    widened = {act.name for one in statements for act in one.of(Sequence) if act.type and act.type.name == "int8"}
    for statement in statements:
        for act in statement.of(AlterType):
            column = before.table(act.table).column(act.column)
            sequence = f"{act.table}_{act.column}_seq"
            small = before.sequences.get(sequence)
            if column is None or not column.serial or act.type.name != "int8" or small not in ("int2", "int4"):
                continue
            if sequence not in widened:
                yield found(
                    statement,
                    table=act.table,
                    column=act.column,
                    sequence=sequence,
                    type={"int2": "smallint", "int4": "integer"}[small],
                    alter=f"ALTER SEQUENCE {quoted(sequence)} AS bigint",
                )
