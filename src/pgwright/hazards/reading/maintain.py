"""Settings, transactions, and what must not run inside one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pgwright.hazards.acts import Act, Maintain, Rewrite, Set, Transaction
from pgwright.hazards.reading.nodes import is_on, options, relation, text

SET_VALUE = 1
TRANSACTIONS = {
    1: "begin",
    2: "begin",
    3: "commit",
    4: "rollback",
    5: "savepoint",
    6: "release",
    7: "rollback to",
    8: "prepare",
    9: "commit prepared",
    10: "rollback prepared",
}


def set_variable(node: Any) -> Iterator[Act]:
    value = ", ".join(text(one).strip("'") for one in node.args) if node.kind == SET_VALUE else None
    yield Set(node.name, value, node.is_local)


def transaction(node: Any) -> Iterator[Act]:
    yield Transaction(TRANSACTIONS.get(node.kind, "begin"))


def vacuum(node: Any) -> Iterator[Act]:
    tables = tuple(relation(one.vacuum_relation.relation) for one in node.rels)
    if not node.is_vacuumcmd:
        yield Maintain("analyze", tables)
        return
    yield Maintain("vacuum", tables)
    if is_on(options(node.options), "full"):
        for table in tables or ("*",):
            yield Rewrite(table, "vacuum full")


def cluster(node: Any) -> Iterator[Act]:
    if node.HasField("relation"):
        yield Rewrite(relation(node.relation), "cluster")
    else:
        yield Maintain("cluster")
        yield Rewrite("*", "cluster")


def _named(what: str) -> Any:
    def read(node: Any) -> Iterator[Act]:
        yield Maintain(what)

    return read


alter_system = _named("alter system")
create_database = _named("create database")
drop_database = _named("drop database")
create_tablespace = _named("create tablespace")
drop_tablespace = _named("drop tablespace")
create_subscription = _named("create subscription")
drop_subscription = _named("drop subscription")
