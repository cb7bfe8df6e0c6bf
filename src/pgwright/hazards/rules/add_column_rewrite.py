"""add-column-rewrite: a new column makes the server write every row anew.

Source: PostgreSQL documentation, ALTER TABLE, notes on ADD COLUMN. Domains with a constraint rewrite even without a
default (measured on 15 and 18).
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddColumn, Column
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, found
from pgwright.hazards.statement import Statement

CODE = "PW106"
SEVERITY = "error"
SEEN = "rewrite"
ACTS = (AddColumn,)
WHEN = "ADD COLUMN {column} on {table} {how}"
EFFECT = "The whole of {table} is written anew under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile."
INSTEAD = """
op.add_column({table!r}, sa.Column({column!r}, <type>, nullable=True))
op.alter_column({table!r}, {column!r}, server_default=<default>)   # for new rows, at once
# then, in a revision of its own, fill the old rows in batches, and after it require NOT NULL
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 500) g;
CREATE DOMAIN amount AS int CHECK (VALUE > 0);
CREATE DOMAIN label AS text;
CREATE FUNCTION ticket() RETURNS text LANGUAGE sql VOLATILE AS 'SELECT random()::text';
CREATE FUNCTION office() RETURNS text LANGUAGE sql STABLE AS 'SELECT current_user::text';
"""
BAD = (
    revision(
        up='op.add_column("orders", sa.Column("token", sa.Uuid(), server_default=sa.text("gen_random_uuid()")))',
        down='op.drop_column("orders", "token")',
    ),
    revision(
        up='op.add_column("orders", sa.Column("token", sa.Text(), server_default=sa.text("ticket()")))',
        down='op.drop_column("orders", "token")',
    ),
    revision(
        up='op.add_column("orders", sa.Column("number", sa.BigInteger(), sa.Identity(), nullable=False))',
        down='op.drop_column("orders", "number")',
    ),
    revision(
        up='op.add_column("orders", sa.Column("size", sa.Integer(), sa.Computed("length(note)", persisted=True)))',
        down='op.drop_column("orders", "size")',
    ),
    sql("ALTER TABLE orders ADD number bigserial", "ALTER TABLE orders DROP number"),
    sql("ALTER TABLE orders ADD paid amount", "ALTER TABLE orders DROP paid"),
)
GOOD = (
    revision(
        up="""
        op.add_column("orders", sa.Column("token", sa.Uuid()))
        op.alter_column("orders", "token", server_default=sa.text("gen_random_uuid()"))
        """,
        down='op.drop_column("orders", "token")',
    ),
    revision(
        up='op.add_column("orders", sa.Column("made", sa.DateTime(), server_default=sa.func.now(), nullable=False))',
        down='op.drop_column("orders", "made")',
    ),
    revision(
        up='op.add_column("orders", sa.Column("office", sa.Text(), server_default=sa.text("office()")))',
        down='op.drop_column("orders", "office")',
    ),
    sql("ALTER TABLE orders ADD tag label DEFAULT 'x'", "ALTER TABLE orders DROP tag"),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(AddColumn):
        if not before.holds_rows(act.table):
            continue
        how = _why_rewritten(act.column, before)
        if how:
            yield found(statement, table=act.table, column=act.column.name, how=how)
        elif act.column.default is not None and before.volatility(act.column.default) == "unknown":
            names = ", ".join(act.column.default.functions)
            how = f"with the default {act.column.default.text}"
            unknown = f"whether {names} is VOLATILE"
            yield found(statement, unknown=unknown, table=act.table, column=act.column.name, how=how)


def _why_rewritten(column: Column, before: Known) -> str:
    """The rest of the sentence in WHEN, or nothing."""
    if column.serial:
        return "of a serial type: every row takes a number from the sequence"
    if column.identity:
        return "as identity: every row takes a number from the sequence"
    if column.generated == "stored":
        return "GENERATED ALWAYS AS ... STORED: every row is computed"
    if before.domains.get(column.type.name):
        return f"of the domain {column.type.name}, which has a constraint"
    if column.default is not None and not column.generated and before.volatility(column.default) == "volatile":
        return f"with the volatile default {column.default.text}: every row gets a value of its own"
    return ""
