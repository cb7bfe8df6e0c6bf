"""table-without-primary-key: rows that nothing tells apart.

Logical replication refuses UPDATE and DELETE on it once it is published; a batch has no key to walk along; a row that came
twice cannot be deleted once.
Source: PostgreSQL documentation, "Logical Replication", Replica Identity; "Constraints", Primary Keys.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import CreateTable
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision

CODE = "PW803"
SEVERITY = "warning"
SEEN = "catalog"
ACTS = (CreateTable,)
OBSERVE = Observation(
    query="SELECT NOT EXISTS (SELECT FROM pg_index WHERE indrelid = 'events'::regclass AND indisprimary)"
)
WHEN = "table {table} is made without a primary key"
EFFECT = "Its rows cannot be told apart: no UPDATE or DELETE of it replicates, and no backfill can walk along it."
INSTEAD = """
sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True)
"""
BEFORE = "CREATE TABLE orders (id bigint PRIMARY KEY, note text)"
BAD = (
    revision(up='op.create_table("events", sa.Column("what", sa.Text()))', down='op.drop_table("events")'),
    sql("CREATE TABLE events AS SELECT * FROM orders", "DROP TABLE events"),
)
GOOD = (
    revision(
        up='op.create_table("events", sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True))',
        down='op.drop_table("events")',
    ),
    sql(
        "CREATE TABLE events (LIKE orders); ALTER TABLE events ADD PRIMARY KEY (id); CREATE TEMP TABLE t (a int)",
        "DROP TABLE events",
    ),
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    after = before.after_upgrade or before
    for statement in revision.upgrade.statements:
        for act in statement.of(CreateTable):
            table = after.tables.get(act.table)
            if table is None or not table.is_new or act.temporary or act.partition_of or act.inherits:
                continue
            if not table.is_known and (revision.upgrade.read != "full" or not (act.from_query or act.like)):
                continue  # what becomes of it is not known
            copies = bool(act.like) and not act.from_query  # LIKE ... INCLUDING ALL may bring the key along
            if not table.primary_key and table.kind == "table" and not (copies and "INCLUDING" in statement.text.upper()):
                yield found(statement, table=act.table)
