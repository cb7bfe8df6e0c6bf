"""drop-view: the running release reads a view that is gone or has another name.

A view that the same transaction makes again under its name is no hazard.
Source: PostgreSQL documentation, DROP VIEW and ALTER VIEW; the example runs the previous release's statements.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import CreateTable, CreateView, Drop, Rename
from pgwright.hazards.example import sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision, Script, Statement

CODE = "PW308"
SEVERITY = "error"
SEEN = "app"
OBSERVE = Observation(app=("SELECT id FROM open_orders",))
WHEN = "{kind} {view} is {how}"
EFFECT = "Code of the release that still runs reads {view}: every such statement fails from that moment."
INSTEAD = """
# 1. a release whose code no longer names {view}; 2. in a revision after it:
op.execute({text!r})
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE VIEW open_orders AS SELECT id FROM orders;
"""
BAD = (
    sql("DROP VIEW open_orders", "CREATE VIEW open_orders AS SELECT id FROM orders"),
    sql("ALTER VIEW open_orders RENAME TO orders_open", "ALTER VIEW orders_open RENAME TO open_orders"),
)
GOOD = (
    sql(
        "DROP VIEW open_orders; CREATE VIEW open_orders AS SELECT id, note FROM orders",
        "DROP VIEW open_orders; CREATE VIEW open_orders AS SELECT id FROM orders",
    ),
    sql(
        "ALTER VIEW open_orders RENAME TO orders_open; CREATE VIEW open_orders AS SELECT id FROM orders_open",
        "DROP VIEW open_orders; ALTER VIEW orders_open RENAME TO open_orders",
    ),
)
KINDS = ("view", "materialized view")


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    script = revision.upgrade
    made: set[str] = set()
    for statement in script.statements:
        for act in statement.acts:
            if isinstance(act, CreateView) and act.view not in before.tables and not act.replace:
                made.add(act.view)
            elif isinstance(act, Drop | Rename) and act.kind in KINDS and act.name not in made:
                absent = isinstance(act, Drop) and act.if_exists and act.name not in before.tables
                if absent or _stands_again(script, statement, act.name):
                    continue
                how = "dropped" if isinstance(act, Drop) else f"renamed to {act.new}"
                yield found(statement, kind=act.kind, view=act.name, how=how, text=statement.text)


def _stands_again(script: Script, statement: Statement, name: str) -> bool:
    """True when the same transaction makes a relation of that name."""
    later = [one for one in script.after(statement) if one.transaction == statement.transaction]
    if any(act.view == name for one in later for act in one.of(CreateView)):
        return True
    bare = name.rpartition(".")[2]
    if any(act.new == bare for one in later for act in one.of(Rename)):
        return True
    return any(act.table == name for one in later for act in one.of(CreateTable))
