"""constraint-app-break: writes of the running release that were fine are refused by a new constraint, NOT VALID too.

Source: PostgreSQL documentation, ALTER TABLE, ADD CONSTRAINT; the example runs the previous release's statements.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddColumn, AddConstraint, CreateIndex
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known, Table
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement
from pgwright.step import Severity

CODE = "PW313"
SEVERITY = "warning"
SEEN = "app"
ACTS = (AddConstraint, CreateIndex)
OBSERVE = Observation(
    app=("INSERT INTO orders (id, total, code) VALUES (1001, -5, 'x')", "UPDATE orders SET code = 'c1' WHERE id = 2")
)
WHEN = "{what} on columns of {table} that the running release writes: {columns}"
EFFECT = "Code of the release that still runs may write values that it refuses; even NOT VALID holds for every new row."
INSTEAD = """
# 1. a release that never writes what {what} refuses; 2. in a revision after it: this one
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, total int, code text NOT NULL);
INSERT INTO orders SELECT g, g, 'c' || g FROM generate_series(1, 500) g;
"""
BAD = (
    revision(
        up='op.create_check_constraint("total_positive", "orders", "total > 0", postgresql_not_valid=True)',
        down='op.drop_constraint("total_positive", "orders")',
    ),
    revision(
        up='op.create_unique_constraint("orders_code", "orders", ["code"])',
        down='op.drop_constraint("orders_code", "orders")',
    ),
    sql("CREATE UNIQUE INDEX orders_code ON orders (code)", "DROP INDEX orders_code"),
)
GOOD = (
    revision(
        up="""
        op.add_column("orders", sa.Column("tax", sa.Integer()))
        op.create_check_constraint("tax_positive", "orders", "tax > 0", postgresql_not_valid=True)
        """,
        down='op.drop_column("orders", "tax")',
    ),
    sql("ALTER TABLE orders ADD CONSTRAINT code_set CHECK (code IS NOT NULL) NOT VALID"),
    sql("CREATE UNIQUE INDEX orders_id_code ON orders (id, code)", "DROP INDEX orders_id_code"),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for table, what, columns in _added(statement, before):
        known = before.table(table)
        if known.is_new or known.is_temporary:
            continue
        fresh = {
            act.column.name for one in (*before.done, statement) for act in one.of(AddColumn) if act.table == table
        }
        if columns and not fresh & set(columns):
            spared = any(act.table == table and not act.constraint.validated for act in statement.of(AddConstraint))
            severity: Severity | None = "info" if spared else None  # the right form, so only something to know
            yield found(statement, severity=severity, table=table, what=what, columns=", ".join(columns))


def _added(statement: Statement, before: Known) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """CHECK and UNIQUE that hold from here on and are not implied: table, what it is in words, columns."""
    for act in statement.of(AddConstraint):
        one, table = act.constraint, before.table(act.table)
        if one.kind == "check" and one.enforced and one.expression:
            proven = all(table.proves_not_null(name) for name in one.columns)
            if not (proven and set(one.expression.not_null) == set(one.columns)):
                yield act.table, f"CHECK ({one.expression.text})", one.columns
        elif one.kind == "unique" and not one.using_index and not _unique_already(table, one.columns):
            yield act.table, f"UNIQUE ({', '.join(one.columns)})", one.columns
    for made in statement.of(CreateIndex):
        index = made.index
        if index.unique and not index.expressions and not _unique_already(before.table(made.table), index.keys):
            yield made.table, f"unique index {index.name}", index.keys


def _unique_already(table: Table, columns: tuple[str, ...]) -> bool:
    """True when a smaller or equal set of columns is unique as it stands."""
    whole = [one.index for one in table.indexes.values() if one.index.unique and one.index.predicate is None]
    return any(set(one.keys) <= set(columns) for one in whole)
