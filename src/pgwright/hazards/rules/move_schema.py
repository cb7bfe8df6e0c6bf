"""move-schema: the running release asks for a relation where it no longer is.

Source: PostgreSQL documentation, ALTER TABLE, SET SCHEMA, and "The Schema Search Path".
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import CreateTable, CreateView, MoveSchema
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision

CODE = "PW307"
SEVERITY = "error"
SEEN = "app"
OBSERVE = Observation(app=("SELECT id, note FROM public.orders",))
WHEN = "{kind} {name} moves to the schema {schema}"
EFFECT = "Code of the release that still runs looks for {name}: every such statement fails from that moment."
INSTEAD = """
op.execute({move!r})
op.execute({view!r})   # in the same transaction; drop it when no release names the old place
"""
BEFORE = """
CREATE SCHEMA app;
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 500) g;
"""
BAD = sql("ALTER TABLE orders SET SCHEMA app", "ALTER TABLE app.orders SET SCHEMA public")
GOOD = (
    revision(
        up="""
        op.execute("ALTER TABLE orders SET SCHEMA app")
        op.execute("CREATE VIEW orders AS SELECT * FROM app.orders")
        """,
        down="""
        op.execute("DROP VIEW orders")
        op.execute("ALTER TABLE app.orders SET SCHEMA public")
        """,
    ),
    sql("CREATE TABLE visits (id int); ALTER TABLE visits SET SCHEMA app", "DROP TABLE app.visits"),
)
KINDS = ("table", "view", "materialized view", "foreign table")


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    script = revision.upgrade
    made = {act.table for one in script.statements for act in one.of(CreateTable)}
    made |= {act.view for one in script.statements for act in one.of(CreateView) if act.view not in before.tables}
    for statement in script.statements:
        for act in statement.of(MoveSchema):
            if act.kind not in KINDS or (act.name in made and act.name not in before.tables):
                continue
            later = [one for one in script.after(statement) if one.transaction == statement.transaction]
            if any(view.view == act.name for one in later for view in one.of(CreateView)):
                continue
            new = f"{quoted(act.schema)}.{quoted(act.name.rpartition('.')[2])}"
            yield found(
                statement,
                kind=act.kind,
                name=act.name,
                schema=act.schema,
                move=statement.text,
                view=f"CREATE VIEW {quoted(act.name)} AS SELECT * FROM {new}",
            )
