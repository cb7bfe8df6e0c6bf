"""trigger-on-hot-table: every write of a table in use runs a function more from here on, inside its own transaction.

Its cost is paid for each row, its error is the write's error, its locks are held until the writer commits.
Source: PostgreSQL documentation, "Overview of Trigger Behavior".
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import CreateTrigger
from pgwright.hazards.example import sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW815"
SEVERITY = "info"
SEEN = "catalog"
ACTS = (CreateTrigger,)
OBSERVE = Observation(query="SELECT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'orders'::regclass AND NOT tgisinternal)")
WHEN = "trigger {trigger} runs {function}() at writes of {table}"
EFFECT = "Each write of {table} pays for it, waits for what it waits for, and fails when it fails."
INSTEAD = """
# measure the writes of {table} with it first; a foreign table, an outbox or the application can do the same later
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE FUNCTION same() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
"""
BAD = sql(
    "CREATE TRIGGER same BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION same()", "DROP TRIGGER same ON orders"
)
GOOD = sql(
    """
    CREATE TABLE items (id bigint PRIMARY KEY);
    CREATE TRIGGER same BEFORE UPDATE ON items FOR EACH ROW EXECUTE FUNCTION same()
    """,
    "DROP TABLE items",
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(CreateTrigger):
        table = before.table(act.table)
        if table.holds_rows and act.name not in table.triggers:
            yield found(statement, trigger=act.name, function=act.function, table=act.table)
