"""dependency-blocked: a view, a generated column or a foreign key hangs on what the statement changes, and the server refuses.

ALTER TYPE is refused for a column that a view reads even when the new type is the old one.
Source: PostgreSQL documentation, Dependency Tracking; ALTER TABLE; SQLSTATE 0A000 and 2BP01.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AlterType, Drop, DropColumn, DropConstraint
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known, Table
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, found
from pgwright.hazards.statement import Statement

CODE = "PW204"
SEVERITY = "error"
SEEN = "error"
ACTS = (AlterType, DropColumn, Drop, DropConstraint)
WHEN = "{what}, and {victims} depends on it"
EFFECT = "The server refuses it ({code}): the revision fails whatever rows there are."
INSTEAD = """
# in one revision: drop {victims}, change {table}, make {victims} again
op.execute({drop!r})
"""
BEFORE = """
CREATE TABLE orders (
    id bigint PRIMARY KEY, total int, note text, loud text GENERATED ALWAYS AS (upper(note)) STORED
);
CREATE TABLE lines (id bigint PRIMARY KEY, order_id bigint CONSTRAINT lines_order REFERENCES orders);
CREATE VIEW totals AS SELECT id, total FROM orders;
"""
BAD = (
    revision(
        up='op.alter_column("orders", "total", type_=sa.BigInteger())',
        down='op.alter_column("orders", "total", type_=sa.Integer())',
    ),
    revision(up='op.drop_column("orders", "total")', down='op.add_column("orders", sa.Column("total", sa.Integer()))'),
    revision(up='op.alter_column("orders", "note", type_=sa.String())', down="pass"),
    sql("DROP TABLE orders"),
    sql("ALTER TABLE orders DROP CONSTRAINT orders_pkey"),
)
GOOD = (
    revision(
        up="""
        op.execute("DROP VIEW totals")
        op.alter_column("orders", "total", type_=sa.BigInteger())
        op.execute("CREATE VIEW totals AS SELECT id, total FROM orders")
        """,
        down="""
        op.execute("DROP VIEW totals")
        op.alter_column("orders", "total", type_=sa.Integer())
        op.execute("CREATE VIEW totals AS SELECT id, total FROM orders")
        """,
    ),
    sql("ALTER TABLE lines DROP CONSTRAINT lines_order; ALTER TABLE orders DROP CONSTRAINT orders_pkey"),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.acts:
        if isinstance(act, AlterType | DropColumn) and not (isinstance(act, DropColumn) and act.cascade):
            yield from _column(statement, before, act)
        elif isinstance(act, Drop) and act.kind in ("table", "view", "materialized view") and not act.cascade:
            dropped = {one.name for one in statement.of(Drop)}
            views = [f"view {one.name}" for one in before.dependents(act.name) if one.name not in dropped]
            keys = [f"{name} of {one.name}" for one, name, _ in before.referencing(act.name) if one.name not in dropped]
            if views or keys:
                yield _hit(statement, f"{act.kind} {act.name} is dropped", views + keys, act.name, "2BP01")
        elif isinstance(act, DropConstraint) and not act.cascade:
            yield from _constraint(statement, before, act)


def _column(statement: Statement, before: Known, act: AlterType | DropColumn) -> Iterator[Found]:
    is_drop = isinstance(act, DropColumn)
    what = f"{act.table}.{act.column} {'is dropped' if is_drop else 'changes its type'}"
    code = "2BP01" if is_drop else "0A000"
    generated = [
        f"generated column {one.name}"
        for one in before.table(act.table).columns.values()
        if one.generated and one.default and act.column in one.default.columns
    ]
    if generated:
        yield _hit(statement, what, generated, act.table, code)
        return
    views = before.dependents(act.table, act.column)
    if views:
        sure = any(_is_sure(view, act.table, act.column) for view in views)
        unknown = "" if sure else f"whether {views[0].name} reads {act.column} of {act.table}"
        yield _hit(statement, what, [f"view {one.name}" for one in views], act.table, code, unknown)


def _is_sure(view: Table, table: str, column: str) -> bool:
    """True when the view names the column and reads nothing else that it could belong to."""
    return column in view.column_refs and view.reads == (table,)


def _constraint(statement: Statement, before: Known, act: DropConstraint) -> Iterator[Found]:
    """A key that foreign keys of other tables need."""
    table = before.table(act.table)
    key = table.constraints.get(act.name)
    if key is None or key.kind not in ("primary key", "unique"):
        return
    others = [
        one for name, one in table.constraints.items() if name != act.name and one.kind in ("primary key", "unique")
    ]
    if any(set(one.columns) == set(key.columns) for one in others):
        return  # which of the two the foreign key hangs on cannot be told
    victims = [
        f"{name} of {one.name}"
        for one, name, constraint in before.referencing(act.table)
        if set(constraint.referenced or table.primary_key) == set(key.columns)
    ]
    if victims:
        yield _hit(statement, f"{act.name} of {act.table} is dropped", victims, act.table, "2BP01")


def _hit(statement: Statement, what: str, victims: list[str], table: str, code: str, unknown: str = "") -> Found:
    drops = [f"DROP VIEW {quoted(one.removeprefix('view '))}" for one in victims if one.startswith("view ")]
    drop = drops[0] if drops else "ALTER TABLE ... DROP ..."
    return found(statement, what=what, victims=", ".join(victims), table=table, code=code, drop=drop, unknown=unknown)
