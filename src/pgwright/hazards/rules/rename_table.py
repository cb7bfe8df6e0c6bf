"""rename-table: the running release asks for a table that is gone.

A view under the old name, made in the same transaction, keeps simple statements of that release alive.
Source: PostgreSQL documentation, ALTER TABLE, RENAME; CREATE VIEW, "Updatable Views"; the example runs old statements.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import CreateTable, CreateView, Rename
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision, Script, Statement

CODE = "PW305"
SEVERITY = "error"
SEEN = "app"
OBSERVE = Observation(app=("SELECT id, note FROM orders", "INSERT INTO orders (id, note) VALUES (1001, 'x')"))
WHEN = "{table} is renamed to {new}"
EFFECT = "Code of the release that still runs names {table}: every such statement fails from the moment of the rename."
INSTEAD = """
op.rename_table({table!r}, {new!r})
op.execute({view!r})   # in the same transaction; drop it when no release names {table} any more
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 500) g;
"""
BAD = (
    revision(up='op.rename_table("orders", "purchases")', down='op.rename_table("purchases", "orders")'),
    sql("ALTER TABLE orders RENAME TO purchases", "ALTER TABLE purchases RENAME TO orders"),
)
GOOD = revision(
    up="""
    op.rename_table("orders", "purchases")
    op.execute("CREATE VIEW orders AS SELECT * FROM purchases")
    """,
    down="""
    op.execute("DROP VIEW orders")
    op.rename_table("purchases", "orders")
    """,
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    script = revision.upgrade
    made = {act.table for one in script.statements for act in one.of(CreateTable)}
    made |= {act.new for one in script.statements for act in one.of(Rename) if act.kind == "table"}
    for statement in script.statements:
        for act in statement.of(Rename):
            if act.kind == "table" and act.name not in made and not _stands_again(script, statement, act.name):
                new = ".".join((*act.name.split(".")[:-1], act.new))
                view = f"CREATE VIEW {quoted(act.name)} AS SELECT * FROM {quoted(new)}"
                yield found(statement, table=act.name, new=act.new, view=view)


def _stands_again(script: Script, statement: Statement, name: str) -> bool:
    """True when the same transaction makes a relation of the old name."""
    for one in script.after(statement):
        if one.transaction == statement.transaction:
            if any(act.view == name for act in one.of(CreateView)) or any(
                act.table == name for act in one.of(CreateTable)
            ):
                return True
            if any(act.kind == "table" and act.new == name.rpartition(".")[2] for act in one.of(Rename)):
                return True
    return False
