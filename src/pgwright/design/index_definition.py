"""An index of the catalog as the request that would make it, where requests can say it all."""

from __future__ import annotations

from typing import Any

import postgast

from pgwright.design.requests.index import AddIndex
from pgwright.design.requests.value import Key
from pgwright.schema.model import Index, Relation

_DESC, _FIRST, _LAST = 3, 2, 3  # SORTBY_DESC, SORTBY_NULLS_FIRST, SORTBY_NULLS_LAST


def request_of(table: Relation, index: Index) -> AddIndex | None:
    """The request, or None where the index has something that requests have no word for (storage, collations, ...).

    Structure comes from PostgreSQL's grammar, expression text from the catalog, which has deparsed it already.
    """
    statement = postgast.parse(index.definition).stmts[0].stmt.index_stmt
    elements = [p.index_elem for p in statement.index_params]
    if statement.options or index.tablespace or any(e.collation or e.opclassopts for e in elements):
        return None
    if len(elements) > len(index.keys):
        return None
    keys = tuple(_key(e, text) for e, text in zip(elements, index.keys, strict=False))
    return AddIndex(
        table=table.name,
        columns=keys,
        unique=index.unique,
        method=statement.access_method or index.method,
        include=tuple(p.index_elem.name for p in statement.index_including_params),
        where=index.predicate,
        nulls_not_distinct=index.nulls_not_distinct,
        name=index.name,
        schema=None if table.schema == "public" else table.schema,
    )


def _key(element: Any, text: str) -> Key:
    opclass = element.opclass[-1].string.sval if element.opclass else ""
    return Key(
        column=element.name,
        expression=None if element.name else _unwrapped(text),
        order="desc" if element.ordering == _DESC else "",
        nulls={_FIRST: "first", _LAST: "last"}.get(element.nulls_ordering, ""),
        opclass=opclass,
    )


def _unwrapped(text: str) -> str:
    """`(a || b)` without the parentheses that pg_get_indexdef adds and the recipe adds again."""
    inner = text[1:-1]
    if text.startswith("(") and text.endswith(")"):
        try:
            postgast.parse(f"SELECT {inner}")
        except postgast.PgQueryError:
            return text
        return inner
    return text
