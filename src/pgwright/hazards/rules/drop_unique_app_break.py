"""drop-unique-app-break: ON CONFLICT (columns) of the running release needs the unique index that goes.

Source: PostgreSQL documentation, INSERT, ON CONFLICT, conflict_target; SQLSTATE 42P10.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddConstraint, CreateIndex, Drop, DropConstraint
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known, Table
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW314"
SEVERITY = "error"
SEEN = "app"
ACTS = (DropConstraint, Drop)
OBSERVE = Observation(app=("INSERT INTO orders (id, code) VALUES (1001, 'x') ON CONFLICT (code) DO NOTHING",))
WHEN = "{name} of {table} is dropped: nothing else makes {columns} unique"
EFFECT = "INSERT ... ON CONFLICT ({columns}) of the release that still runs fails (42P10), and doubled rows get in."
INSTEAD = """
# first another unique index on {columns}, or a release that no longer writes ON CONFLICT ({columns})
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, code text CONSTRAINT orders_code UNIQUE, note text);
CREATE UNIQUE INDEX ux_orders_note ON orders (note);
CREATE INDEX ix_orders_note ON orders (note);
INSERT INTO orders SELECT g, 'c' || g FROM generate_series(1, 500) g;
"""
BAD = revision(
    up='op.drop_constraint("orders_code", "orders")',
    down='op.create_unique_constraint("orders_code", "orders", ["code"])',
)
GOOD = (
    sql(
        "CREATE UNIQUE INDEX orders_code_new ON orders (code); ALTER TABLE orders DROP CONSTRAINT orders_code",
        "ALTER TABLE orders ADD CONSTRAINT orders_code UNIQUE (code); DROP INDEX orders_code_new",
    ),
    revision(  # made again before anyone else sees the table
        up="""
        op.drop_constraint("orders_code", "orders")
        op.create_unique_constraint("orders_code_again", "orders", ["code"])
        """,
        down="""
        op.drop_constraint("orders_code_again", "orders")
        op.create_unique_constraint("orders_code", "orders", ["code"])
        """,
    ),
    sql("DROP INDEX ix_orders_note", "CREATE INDEX ix_orders_note ON orders (note)"),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for table, name in _dropped(statement, before):
        gone = table.indexes.get(name)
        if gone is None or table.is_new or not gone.index.unique:
            continue
        others = [one.index for other, one in table.indexes.items() if other != name and one.index.unique]
        keys = set(gone.index.keys)
        again = {act.constraint.using_index for act in statement.of(AddConstraint)}
        if any(set(one.keys) == keys and (one.predicate is None or gone.index.predicate) for one in others):
            continue
        if not again - {None} and keys not in _made_again(statement, before, table):
            yield found(statement, table=table.name, name=name, columns=", ".join(gone.index.keys))


def _made_again(statement: Statement, before: Known, table: Table) -> Iterator[set[str]]:
    """The columns of what later statements of the same transaction make unique: nobody sees the table in between."""
    together = before.script.in_transaction_of(statement) if before.script else ()
    for later in together:
        if later.position <= statement.position:
            continue
        for act in later.of(AddConstraint):
            if act.constraint.kind in ("unique", "primary key") and before.table(act.table) is table:
                yield set(act.constraint.columns)
        for made in later.of(CreateIndex):
            if made.index.unique and made.index.predicate is None and before.table(made.table) is table:
                yield set(made.index.keys)


def _dropped(statement: Statement, before: Known) -> Iterator[tuple[Table, str]]:
    for act in statement.of(DropConstraint):
        yield before.table(act.table), act.name
    for drop in statement.of(Drop):
        found_one = before.index(drop.name) if drop.kind == "index" else None
        if found_one is not None:
            yield found_one[0], found_one[1].name
