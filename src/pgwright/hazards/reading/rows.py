"""What reads and writes rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pgwright.hazards.acts import Act, Copy, Delete, Insert, LockTable, Select, Truncate, Update
from pgwright.hazards.reading.nodes import constant, expression, relation, survey, text

MODES = {  # lockdefs.h
    1: "AccessShareLock",
    2: "RowShareLock",
    3: "RowExclusiveLock",
    4: "ShareUpdateExclusiveLock",
    5: "ShareLock",
    6: "ShareRowExclusiveLock",
    7: "ExclusiveLock",
    8: "AccessExclusiveLock",
}
SHOWN = 200  # rows of a VALUES list that are kept


def insert(node: Any) -> Iterator[Act]:
    table = relation(node.relation)
    lists = node.select_stmt.select_stmt.values_lists[:SHOWN]
    seen = survey(node)
    yield from _written_in_with(node)
    yield Insert(
        table,
        tuple(one.res_target.name for one in node.cols),
        tuple(tuple(_literal(value) for value in one.list.items) for one in lists),
        tuple(name for name in seen.relations if name != table),
        tuple(one.index_elem.name for one in node.on_conflict_clause.infer.index_elems),
        seen.functions,
    )


def _literal(node: Any) -> str:
    """A constant as its bare text; anything else as SQL."""
    while node.HasField("type_cast"):
        node = node.type_cast.arg
    return constant(node.a_const) if node.HasField("a_const") else text(node)


def update(node: Any) -> Iterator[Act]:
    yield from _written_in_with(node)
    seen = survey(node)
    yield Update(
        relation(node.relation),
        tuple(one.res_target.name for one in node.target_list),
        expression(node.where_clause) if node.HasField("where_clause") else None,
        seen.relations[1:],
        seen.is_limited,
        tuple(expression(one.res_target.val) for one in node.target_list),
    )


def delete(node: Any) -> Iterator[Act]:
    yield from _written_in_with(node)
    where = expression(node.where_clause) if node.HasField("where_clause") else None
    seen = survey(node)
    yield Delete(relation(node.relation), where, seen.relations[1:], seen.is_limited)


def merge(node: Any) -> Iterator[Act]:
    seen = survey(node)
    yield Update(relation(node.relation), (), None, seen.relations[1:], seen.is_limited)


def truncate(node: Any) -> Iterator[Act]:
    for one in node.relations:
        yield Truncate(relation(one.range_var), node.behavior == 2)  # DROP_CASCADE


def copy(node: Any) -> Iterator[Act]:
    if node.is_from:
        yield Copy(relation(node.relation))
    else:
        yield Select((), (relation(node.relation),) if node.HasField("relation") else survey(node.query).relations)


def select(node: Any) -> Iterator[Act]:
    yield from _written_in_with(node)
    seen = survey(node)
    yield Select(seen.functions, seen.relations)


def _written_in_with(node: Any) -> Iterator[Act]:
    """What the WITH queries of a statement write."""
    for one in node.with_clause.ctes:
        query = one.common_table_expr.ctequery
        kind = query.WhichOneof("node")
        if kind in WRITERS:
            yield from WRITERS[kind](getattr(query, kind))


def lock(node: Any) -> Iterator[Act]:
    for one in node.relations:
        yield LockTable(relation(one.range_var), MODES.get(node.mode, "AccessExclusiveLock"))


WRITERS = {"insert_stmt": insert, "update_stmt": update, "delete_stmt": delete}
