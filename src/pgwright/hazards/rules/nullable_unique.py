"""nullable-unique: UNIQUE over several columns lets rows in twice when one of them is null.

Two nulls are not equal to each other, so (null, 'a') may come any number of times.
Source: PostgreSQL documentation, "Constraints", Unique Constraints; NULLS NOT DISTINCT (15 and later).
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddConstraint, CreateIndex, CreateTable, Index
from pgwright.hazards.example import sql
from pgwright.hazards.indexes import made_indexes, standing
from pgwright.hazards.known import Known, Table
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision

CODE = "PW810"
SEVERITY = "info"
SEEN = "rows"
ACTS = (CreateIndex, AddConstraint, CreateTable)
OBSERVE = Observation(query="SELECT count(*) > 1 FROM orders WHERE tenant IS NULL AND code = 'a'")
WHEN = "{index} of {table} is unique over {keys}, and {column} may be null"
EFFECT = "Rows with a null in {column} are never equal to each other: the same {others} may come any number of times."
INSTEAD = """
op.create_index({index!r}, {table!r}, {list}, unique=True, postgresql_nulls_not_distinct=True)   # 15 and later
# or NOT NULL for {column}; or a second unique index over the others WHERE {column} IS NULL
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, tenant bigint, code text NOT NULL);
INSERT INTO orders VALUES (1, NULL, 'a'), (2, NULL, 'a'), (3, 1, 'a');
"""
BAD = (
    sql("ALTER TABLE orders ADD CONSTRAINT codes UNIQUE (tenant, code)", "ALTER TABLE orders DROP CONSTRAINT codes"),
    sql("CREATE UNIQUE INDEX codes ON orders (tenant, code)", "DROP INDEX codes"),
)
GOOD = (
    sql(
        """
        DELETE FROM orders WHERE id = 2;
        CREATE UNIQUE INDEX codes ON orders (tenant, code);
        CREATE UNIQUE INDEX codes_of_none ON orders (code) WHERE tenant IS NULL
        """,
        "DROP INDEX codes; DROP INDEX codes_of_none",
    ),
    sql(
        """
        DELETE FROM orders WHERE tenant IS NULL;
        ALTER TABLE orders ALTER tenant SET NOT NULL;
        CREATE UNIQUE INDEX codes ON orders (tenant, code)
        """,
        "DROP INDEX codes; ALTER TABLE orders ALTER tenant DROP NOT NULL",
    ),
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    after = before.after_upgrade or before
    for statement in revision.upgrade.statements:
        for table, index in made_indexes(statement, after):
            if not index.unique or len(index.keys) < 2 or index.predicate or index.nulls_not_distinct:
                continue
            column = _nullable(table, index)
            if column:
                keys, others = ", ".join(index.keys), ", ".join(key for key in index.keys if key != column)
                list_ = list(index.keys)
                yield found(
                    statement, index=index.name, table=table.name, keys=keys, column=column, others=others, list=list_
                )


def _nullable(table: Table, index: Index) -> str:
    """The first key that may be null, unless a partial unique index speaks for its nulls; nothing otherwise."""
    partial = [one.predicate.columns for one in standing(table, index) if one.unique and one.predicate]
    for key in index.keys:
        column = table.column(key)
        if column is not None and not column.not_null and not any(key in columns for columns in partial):
            return key
    return ""
