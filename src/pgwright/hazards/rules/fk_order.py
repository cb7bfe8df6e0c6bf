"""fk-order: a foreign key to a table or to columns that cannot take it.

The referenced columns need a primary key or a unique index without a predicate, and the table must stand first.
Source: PostgreSQL documentation, CREATE TABLE, REFERENCES; SQLSTATE 42P01 and 42830.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddColumn, AddConstraint, Constraint, CreateTable, Drop, Rename
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known, KnownIndex
from pgwright.hazards.rule import Found, found
from pgwright.hazards.statement import Statement

CODE = "PW212"
SEVERITY = "error"
SEEN = "error"
ACTS = (CreateTable, AddConstraint, AddColumn)
WHEN = "foreign key of {table} to {target}: {problem}"
EFFECT = "The server refuses it ({code}): the revision fails whatever is in the database."
INSTEAD = """
# first: {first}
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, number text, code text);
CREATE UNIQUE INDEX orders_number ON orders (number) WHERE number <> '';
CREATE TABLE lines (id bigint PRIMARY KEY, number text, order_id bigint);
"""
BAD = (
    revision(
        up='op.create_foreign_key("lines_number", "lines", "orders", ["number"], ["number"])',
        down='op.drop_constraint("lines_number", "lines")',
    ),
    revision(
        up="""
        op.create_table(
            "notes", sa.Column("id", sa.BigInteger(), primary_key=True),
            sa.Column("visit_id", sa.BigInteger(), sa.ForeignKey("visits.id")),
        )
        op.create_table("visits", sa.Column("id", sa.BigInteger(), primary_key=True))
        """,
    ),
    revision(
        up="""
        op.drop_table("lines")
        op.create_table(
            "notes", sa.Column("id", sa.BigInteger(), primary_key=True),
            sa.Column("line_id", sa.BigInteger(), sa.ForeignKey("lines.id")),
        )
        """,
    ),
)
GOOD = (
    revision(
        up="""
        op.create_table("visits", sa.Column("id", sa.BigInteger(), primary_key=True))
        op.create_table(
            "notes", sa.Column("id", sa.BigInteger(), primary_key=True),
            sa.Column("visit_id", sa.BigInteger(), sa.ForeignKey("visits.id")),
        )
        """,
        down="""
        op.drop_table("notes")
        op.drop_table("visits")
        """,
    ),
    sql(
        "CREATE UNIQUE INDEX orders_code ON orders (code);"
        "ALTER TABLE lines ADD FOREIGN KEY (number) REFERENCES orders (code)",
    ),
    sql("CREATE TABLE tree (id bigint PRIMARY KEY, parent bigint REFERENCES tree (id))"),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for table, key in _foreign_keys(statement):
        target = key.references or ""
        if target == table:
            continue
        if target not in before.tables:
            if any(isinstance(act, Drop | Rename) and act.name == target for one in before.done for act in one.acts):
                problem = "this revision dropped or renamed that table before"
                first = f"make this key before {target} goes, or not at all"
                yield found(statement, table=table, target=target, problem=problem, code="42P01", first=first)
            elif before.script is not None and any(
                act.table == target and not act.if_not_exists
                for later in before.script.after(statement)
                for act in later.of(CreateTable)
            ):
                problem, first = "this revision makes that table only afterwards", f"make {target}"
                yield found(statement, table=table, target=target, problem=problem, code="42P01", first=first)
            continue
        known = before.table(target)
        if not known.is_known or known.kind != "table" or known.partition_of or before.all_unknown:
            continue
        columns = set(key.referenced or known.primary_key)
        if not columns or not any(_takes(one, columns) for one in known.indexes.values()):
            names = ", ".join(key.referenced) or "its primary key"
            problem = f"nothing makes {names} unique there"
            first = f"a unique index or a primary key on {names} of {target}"
            code = "42830" if key.referenced else "42704"
            yield found(statement, table=table, target=target, problem=problem, code=code, first=first)


def _takes(known: KnownIndex, columns: set[str]) -> bool:
    return known.index.unique and known.index.predicate is None and set(known.index.keys) == columns


def _foreign_keys(statement: Statement) -> Iterator[tuple[str, Constraint]]:
    """Each foreign key that the statement makes, with its table."""
    for act in statement.acts:
        made: list[Constraint] = []
        if isinstance(act, AddConstraint):
            made = [act.constraint]
        elif isinstance(act, AddColumn):
            made = list(act.column.constraints)
        elif isinstance(act, CreateTable):
            made = [*act.constraints, *(one for column in act.columns for one in column.constraints)]
        else:
            continue
        yield from ((act.table, one) for one in made if one.kind == "foreign key")
