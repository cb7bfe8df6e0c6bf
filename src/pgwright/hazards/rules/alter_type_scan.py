"""alter-type-scan: a change of type that writes no row still reads them all, for a CHECK or an index.

Every CHECK on the column is proven again; an index is built again when its operators or its collation change, or when it
has an expression or a predicate.
Source: PostgreSQL's `ATPostAlterTypeCleanup` and `CheckIndexCompatible`; measured on 18.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AlterType
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement
from pgwright.hazards.type_change import MOMENTS, type_change

CODE = "PW116"
SEVERITY = "error"
SEEN = "lock"
ACTS = (AlterType,)
OBSERVE = Observation(lock="AccessExclusiveLock", on="public.orders")
WHEN = "{table}.{column} becomes {new}, and {what} again"
EFFECT = (
    "No row is written, but every row of {table} is read under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile."
)
INSTEAD = """
# Take off what is done again ({name}) in a revision before this one; afterwards
# a CHECK: add it NOT VALID, then VALIDATE it in a second transaction; an index: build it CONCURRENTLY
op.alter_column({table!r}, {column!r}, type_=<type>)
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, code varchar(20) CONSTRAINT code_set CHECK (code <> ''), note varchar(20),
                     tag varchar(20), city text);
INSERT INTO orders SELECT g, 'c', 'n', 't', 'x' FROM generate_series(1, 500) g;
CREATE INDEX orders_note ON orders (lower(note));
CREATE INDEX orders_tag ON orders (tag);
CREATE INDEX orders_city ON orders (city);
"""
BAD = (
    revision(
        up='op.alter_column("orders", "code", type_=sa.String(40))',
        down='op.alter_column("orders", "code", type_=sa.String(20))',
    ),
    revision(
        up='op.alter_column("orders", "note", type_=sa.Text())',
        down='op.alter_column("orders", "note", type_=sa.String(20))',
    ),
    sql('ALTER TABLE orders ALTER city TYPE text COLLATE "C";', "ALTER TABLE orders ALTER city TYPE text"),
)
GOOD = (
    revision(
        up="""
        op.drop_constraint("code_set", "orders")
        op.alter_column("orders", "code", type_=sa.String(40))
        with op.get_context().autocommit_block():
            op.execute("ALTER TABLE orders ADD CONSTRAINT code_set CHECK (code <> '') NOT VALID")
            op.execute("ALTER TABLE orders VALIDATE CONSTRAINT code_set")
        """,
        down='op.alter_column("orders", "code", type_=sa.String(20))',
    ),
    revision(  # an index on the column itself, with the same operators, stays
        up='op.alter_column("orders", "tag", type_=sa.Text())',
        down='op.alter_column("orders", "tag", type_=sa.String(20))',
    ),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(AlterType):
        if not before.holds_rows(act.table) or type_change(act, before).answer != "none":
            continue
        for what, name in _done_again(act, before):
            yield found(statement, table=act.table, column=act.column, new=act.type, what=what, name=name)
            break


def _done_again(act: AlterType, before: Known) -> Iterator[tuple[str, str]]:
    """What reads the rows, as the rest of the sentence, and its name."""
    table = before.table(act.table)
    column = table.columns[act.column]
    for name, one in table.constraints_on(act.column, "check"):
        if one.validated and one.enforced:
            yield f"CHECK {name} is proven", name
    other = {column.type.name, act.type.name}
    operators = other == MOMENTS or ("citext" in other and len(other) > 1)
    collated = act.collation is not None and act.collation != column.collation
    for index in table.indexes_on(act.column):
        if operators or collated or index.index.expressions or index.index.predicate:
            yield f"index {index.name} is built", index.name
