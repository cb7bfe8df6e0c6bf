"""int4-primary-key: a key that ends at 2,147,483,647, and with it every INSERT.

An id is used up by a rolled back INSERT too. To change the type later rewrites the table and every table that refers to it.
Source: PostgreSQL documentation, "Numeric Types"; "Serial Types"; nextval.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddColumn, AddConstraint, CreateTable
from pgwright.hazards.columns import made_columns, made_constraints
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW801"
SEVERITY = "warning"
SEEN = "catalog"
ACTS = (CreateTable, AddColumn, AddConstraint)
OBSERVE = Observation(
    query="""
    SELECT EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
                    WHERE i.indisprimary AND i.indrelid = 'invoices'::regclass AND a.atttypid IN (21, 23))
    """
)
WHEN = "the primary key {table}.{column} is {type}"
EFFECT = "It holds {values} values; after the last one every INSERT fails, and the way out rewrites the table."
INSTEAD = """
sa.Column({column!r}, sa.BigInteger(), sa.Identity(), primary_key=True)
"""
BEFORE = "CREATE TABLE orders (id bigint PRIMARY KEY)"
BAD = (
    revision(
        up='op.create_table("invoices", sa.Column("id", sa.Integer(), primary_key=True))',
        down='op.drop_table("invoices")',
    ),
    sql("CREATE TABLE invoices (id int GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (id))", "DROP TABLE invoices"),
)
GOOD = (
    revision(
        up='op.create_table("invoices", sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True))',
        down='op.drop_table("invoices")',
    ),
    sql("CREATE TABLE invoices (order_id bigint REFERENCES orders PRIMARY KEY, year int)", "DROP TABLE invoices"),
)

VALUES = {"int2": "32,767", "int4": "2,147,483,647"}
WORDS = {"int2": "smallint", "int4": "integer"}


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    keys = [(table, one.columns[0]) for table, one in made_constraints(statement, "primary key") if len(one.columns) == 1]
    if not keys:
        return
    columns = {(table, one.name): one for table, one in made_columns(statement) if one.type.name in VALUES}
    borrowed = {(table, name) for table, one in made_constraints(statement, "foreign key") for name in one.columns}
    for place in keys:
        column = columns.get(place)
        if column is not None and place not in borrowed:
            name = column.type.name
            yield found(statement, table=place[0], column=column.name, type=WORDS[name], values=VALUES[name])
