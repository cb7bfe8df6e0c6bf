"""alter-type-rewrite: another type makes the server write every row anew.

Some changes are free: a longer varchar, text, more digits of a numeric at the same scale, cidr to inet, timestamp to
timestamptz where TimeZone is UTC. It takes the old type to tell them.
Source: PostgreSQL documentation, ALTER TABLE, notes on SET DATA TYPE.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AlterType
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, found
from pgwright.hazards.statement import Statement
from pgwright.hazards.type_change import type_change

CODE = "PW115"
SEVERITY = "error"
SEEN = "rewrite"
ACTS = (AlterType,)
WHEN = "{table}.{column} becomes {new}{old}"
EFFECT = (
    "The whole of {table} and its indexes are written anew under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile."
)
INSTEAD = """
op.add_column({table!r}, sa.Column({next!r}, <type>, nullable=True))
# keep both equal with a trigger, fill old rows in batches, move the code over, then drop {column!r} in a later release
"""
BEFORE = """
CREATE TABLE orders (id int PRIMARY KEY, note text, code varchar(20), total numeric(8, 2), made timestamp,
                     seen timestamptz(3), host cidr);
INSERT INTO orders SELECT g, 'n', 'c', g, now(), now(), '10.0.0.0/8' FROM generate_series(1, 500) g;
"""
BAD = (
    revision(
        up='op.alter_column("orders", "id", type_=sa.BigInteger())',
        down='op.alter_column("orders", "id", type_=sa.Integer())',
    ),
    revision(
        up='op.alter_column("orders", "note", type_=sa.String(20))',
        down='op.alter_column("orders", "note", type_=sa.Text())',
    ),
    revision(
        up='op.alter_column("orders", "total", type_=sa.Numeric(10, 4))',
        down='op.alter_column("orders", "total", type_=sa.Numeric(8, 2))',
    ),
    revision(
        up='op.alter_column("orders", "code", type_=sa.Text(), postgresql_using="lower(code)")',
        down='op.alter_column("orders", "code", type_=sa.String(20))',
    ),
    sql("SET LOCAL timezone = 'Europe/Berlin'; ALTER TABLE orders ALTER made TYPE timestamptz"),
    sql("ALTER TABLE orders ALTER code TYPE varchar(10)"),
)
GOOD = (
    revision(
        up="""
        op.alter_column("orders", "code", type_=sa.String(40))
        op.alter_column("orders", "code", type_=sa.Text(), postgresql_using="code::text")
        op.alter_column("orders", "total", type_=sa.Numeric(12, 2))
        op.alter_column("orders", "total", type_=sa.Numeric())
        """,
        down="""
        op.alter_column("orders", "total", type_=sa.Numeric(8, 2))
        op.alter_column("orders", "code", type_=sa.String(20))
        """,
    ),
    sql(
        """
        SET LOCAL timezone = 'UTC';
        ALTER TABLE orders ALTER made TYPE timestamptz, ALTER seen TYPE timestamptz(6), ALTER host TYPE inet
        """
    ),
    revision(
        up='op.add_column("orders", sa.Column("id_next", sa.BigInteger()))',
        down='op.drop_column("orders", "id_next")',
    ),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(AlterType):
        if not before.holds_rows(act.table):
            continue
        change = type_change(act, before)
        if change.answer == "none":
            continue
        yield found(
            statement,
            unknown=change.missing,
            table=act.table,
            column=act.column,
            next=f"{act.column}_next",
            new=act.type,
            old=f" (it is {change.old})" if change.old else "",
        )
