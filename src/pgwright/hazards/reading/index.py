"""CREATE INDEX and REINDEX."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pgwright.hazards.acts import Act, CreateIndex, Index, Reindex
from pgwright.hazards.reading.nodes import expression, is_on, options, relation, words

ORDER, NULLS = {3: "desc"}, {2: "nulls first", 3: "nulls last"}  # SortByDir, SortByNulls
KINDS = {1: "index", 2: "table", 3: "schema", 4: "system", 5: "database"}


def create(node: Any) -> Iterator[Act]:
    keys, expressions = [], []
    for one in (inner.index_elem for inner in node.index_params):
        if one.HasField("expr"):
            expressions.append(expression(one.expr))
        keys.append(one.name or expressions[-1].text)
    index = Index(
        node.idxname or None,
        relation(node.relation),
        tuple(keys),
        node.unique,
        node.access_method or "btree",
        expression(node.where_clause) if node.HasField("where_clause") else None,
        tuple(expressions),
        tuple(one.index_elem.name for one in node.index_including_params),
        node.nulls_not_distinct,
        _marks(node),
    )
    yield CreateIndex(index, node.concurrent, node.if_not_exists, only=not node.relation.inh)


def _marks(node: Any) -> tuple[str, ...]:
    """Operator class, collation and order of each key; nothing when no key has any."""
    keys = [inner.index_elem for inner in node.index_params]
    if not any(one.ordering in ORDER or one.nulls_ordering in NULLS or one.opclass or one.collation for one in keys):
        return ()
    return tuple(
        " ".join((*words(one.opclass), *words(one.collation), ORDER.get(one.ordering, ""), NULLS.get(one.nulls_ordering, "")))
        for one in keys
    )


def reindex(node: Any) -> Iterator[Act]:
    name = relation(node.relation) if node.HasField("relation") else node.name
    yield Reindex(KINDS.get(node.kind, "index"), name, is_on(options(node.params), "concurrently"))
