"""enum-value-used-in-txn: a label that this transaction added to an enum cannot be used before it commits.

ADD VALUE alone is legal in a transaction since PostgreSQL 12; its first use in the same one is not, as a DEFAULT neither.
Source: PostgreSQL documentation, ALTER TYPE, notes; SQLSTATE 55P04.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddColumn, AddConstraint, CreateIndex, Delete, Insert, SetDefault, Update
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW203"
SEVERITY = "error"
SEEN = "error"
ACTS = (Insert, Update, Delete, SetDefault, AddColumn, AddConstraint, CreateIndex)
OBSERVE = Observation(error="55P04")
WHEN = "{label!r} of {enum} is used in the transaction that adds it"
EFFECT = "The server refuses it (55P04, unsafe new value of an enum): the revision fails whatever is in the database."
INSTEAD = """
with op.get_context().autocommit_block():
    op.execute({add!r})
# and only then the statement that uses it
"""
BEFORE = """
CREATE TYPE state AS ENUM ('open', 'paid');
CREATE TABLE orders (id bigint PRIMARY KEY, state state NOT NULL, note text);
INSERT INTO orders SELECT g, 'open' FROM generate_series(1, 10) g;
"""
BAD = (
    revision(
        up="""
        op.execute("ALTER TYPE state ADD VALUE 'lost'")
        op.execute("UPDATE orders SET state = 'lost' WHERE id = 3")
        """,
    ),
    revision(
        up="""
        op.execute("ALTER TYPE state ADD VALUE 'lost'")
        op.alter_column("orders", "state", server_default="lost")
        """,
    ),
    revision(
        up="""
        op.execute("ALTER TYPE state ADD VALUE 'lost'")
        op.execute("INSERT INTO orders (id, state) VALUES (11, 'lost')")
        """,
    ),
)
GOOD = (
    revision(
        up="""
        with op.get_context().autocommit_block():
            op.execute("ALTER TYPE state ADD VALUE 'lost'")
        op.execute("UPDATE orders SET state = 'lost' WHERE id = 3")
        """,
    ),
    revision(
        up="""
        op.execute("ALTER TYPE state ADD VALUE 'lost'")
        op.execute("UPDATE orders SET note = 'lost' WHERE id = 3")
        """,
    ),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for name, enum in before.enums.items():
        for label, transaction in enum.added.items():
            if transaction is None or transaction != statement.transaction or enum.is_new:
                continue
            if not any(f"'{label}'" in text and _is_of(name, types) for text, types in _uses(statement, before)):
                continue
            known = all(None not in types for _, types in _uses(statement, before))
            literal = label.replace("'", "''")
            yield found(
                statement,
                enum=name,
                label=label,
                add=f"ALTER TYPE {quoted(name)} ADD VALUE IF NOT EXISTS '{literal}'",
                unknown="" if known else f"whether the column has the type {name}",
            )


def _is_of(enum: str, types: tuple[str | None, ...]) -> bool:
    return enum in types or None in types


def _uses(statement: Statement, before: Known) -> Iterator[tuple[str, tuple[str | None, ...]]]:
    """Pieces of SQL text with the types of the columns they stand beside; None for a type that is not known."""

    def typed(table: str, *columns: str) -> tuple[str | None, ...]:
        known = [before.table(table).column(one) for one in columns]
        return tuple(one.type.name if one else None for one in known)

    for act in statement.acts:
        if isinstance(act, Insert):
            columns = act.columns or tuple(before.table(act.table).columns)
            for row in act.values:
                yield from ((f"'{value}'", typed(act.table, name)) for name, value in zip(columns, row, strict=False))
        elif isinstance(act, Update):
            for name, value in zip(act.columns, act.values, strict=False):
                yield value.text, typed(act.table, name)
        elif isinstance(act, SetDefault) and act.default:
            yield act.default.text, typed(act.table, act.column)
        elif isinstance(act, AddColumn) and act.column.default:
            yield act.column.default.text, (act.column.type.name,)
        elif isinstance(act, AddConstraint) and act.constraint.expression:
            yield act.constraint.expression.text, typed(act.table, *act.constraint.expression.columns)
        elif isinstance(act, CreateIndex) and act.index.predicate:
            yield act.index.predicate.text, typed(act.table, *act.index.predicate.columns)
        if isinstance(act, Update | Delete) and act.where:
            yield act.where.text, typed(act.table, *act.where.columns)
