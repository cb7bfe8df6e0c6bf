"""invalid-statement: a statement that parses and that the server still refuses, whatever rows there are.

CREATE OR REPLACE VIEW may add columns at the end and nothing else; a table has one primary key.
Source: PostgreSQL documentation, CREATE VIEW and CREATE TABLE; SQLSTATE 42P16.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddConstraint, CreateView, DropConstraint
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW207"
SEVERITY = "error"
SEEN = "error"
ACTS = (CreateView, AddConstraint)
OBSERVE = Observation(error="42P16")
WHEN = "{what}"
EFFECT = "The server refuses it (42P16): the revision fails whatever is in the database."
INSTEAD = """
op.execute({first!r})
# and then the statement as it is, without OR REPLACE
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, code text NOT NULL, note text);
CREATE VIEW open_orders AS SELECT id, code, note FROM orders;
"""
BAD = (
    sql(
        "CREATE OR REPLACE VIEW open_orders AS SELECT id, note FROM orders",
        "CREATE OR REPLACE VIEW open_orders AS SELECT id, code, note FROM orders",
    ),
    sql("CREATE OR REPLACE VIEW open_orders AS SELECT id, code AS number, note FROM orders"),
    revision(up='op.create_primary_key("orders_code_pkey", "orders", ["code"])'),
)
GOOD = (
    sql(
        "CREATE OR REPLACE VIEW open_orders AS SELECT id, code, note, 1 AS one FROM orders",
        "DROP VIEW open_orders; CREATE VIEW open_orders AS SELECT id, code, note FROM orders",
    ),
    sql("DROP VIEW open_orders; CREATE VIEW open_orders AS SELECT id FROM orders"),
    sql("ALTER TABLE orders DROP CONSTRAINT orders_pkey; ALTER TABLE orders ADD PRIMARY KEY (code)"),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(CreateView):
        old = before.table(act.view).gives
        if act.replace and _can_be_told(old) and _can_be_told(act.columns) and act.columns[: len(old)] != old:
            lost = next((one for one in old if one not in act.columns), old[0])
            what = f"CREATE OR REPLACE VIEW {act.view} does not begin with the columns it had: {lost} goes or moves"
            yield found(statement, what=what, first=f"DROP VIEW {quoted(act.view)}")
    dropped = any(True for _ in statement.of(DropConstraint))
    for add in statement.of(AddConstraint):
        if add.constraint.kind == "primary key" and before.table(add.table).primary_key and not dropped:
            name = next(n for n, one in before.table(add.table).constraints.items() if one.kind == "primary key")
            first = f"ALTER TABLE {quoted(add.table)} DROP CONSTRAINT {quoted(name)}"
            yield found(statement, what=f"a second primary key for {add.table}", first=first)


def _can_be_told(columns: tuple[str, ...]) -> bool:
    """True when each column has a name that reading knows."""
    return bool(columns) and "*" not in columns and "?column?" not in columns
