"""CREATE TABLE and views."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pgwright.hazards.acts import Act, Constraint, CreateTable, CreateView, RefreshView
from pgwright.hazards.reading.column import KINDS, column, constraint
from pgwright.hazards.reading.nodes import is_on, options, relation, survey, walk
from pgwright.hazards.reading.parser import parser


def create(node: Any) -> Iterator[Act]:
    columns, constraints, like = [], [], []
    for one in node.table_elts:
        kind = one.WhichOneof("node")
        if kind == "column_def":
            columns.append(column(one.column_def))
        elif kind == "constraint" and one.constraint.contype in KINDS:
            constraints.append(constraint(one.constraint))
        elif kind == "table_like_clause":
            like.append(relation(one.table_like_clause.relation))
    parents = tuple(relation(one.range_var) for one in node.inh_relations)
    is_part = node.HasField("partbound")
    yield CreateTable(
        table=relation(node.relation),
        columns=tuple(columns),
        constraints=tuple(constraints),
        if_not_exists=node.if_not_exists,
        temporary=node.relation.relpersistence == "t",
        unlogged=node.relation.relpersistence == "u",
        partition_of=parents[0] if is_part and parents else None,
        partition_default=is_part and node.partbound.is_default,
        partition_key=tuple(one.partition_elem.name for one in node.partspec.part_params),
        inherits=() if is_part else parents,
        like=tuple(like),
    )


def create_foreign(node: Any) -> Iterator[Act]:
    yield from create(node.base_stmt)


def create_as(node: Any) -> Iterator[Act]:
    """CREATE TABLE AS and CREATE MATERIALIZED VIEW are one statement to the parser."""
    postgast = parser()

    name = relation(node.into.rel)
    if node.objtype == postgast.pg_query_pb2.OBJECT_MATVIEW:
        yield _view(name, node.query, materialized=True)
        return
    yield CreateTable(
        name,
        if_not_exists=node.if_not_exists,
        temporary=node.into.rel.relpersistence == "t",
        from_query=True,
        like=survey(node.query).relations,
    )


def view(node: Any) -> Iterator[Act]:
    invoker = is_on(options(node.options), "security_invoker")
    aliases = tuple(one.string.sval for one in node.aliases)
    yield _view(relation(node.view), node.query, aliases, replace=node.replace, security_invoker=invoker)


def _view(name: str, query: Any, aliases: tuple[str, ...] = (), **more: bool) -> CreateView:
    refs = [one for one in walk(query) if type(one).__name__ == "ColumnRef"]
    named = (one.fields[-1].string.sval if one.fields[-1].HasField("string") else "*" for one in refs)
    return CreateView(name, survey(query).relations, aliases or _targets(query), tuple(dict.fromkeys(named)), **more)


def _targets(query: Any) -> tuple[str, ...]:
    """The names of the columns that a SELECT gives, "*" and "?column?" among them."""
    select = query.select_stmt
    while not select.target_list and select.HasField("larg"):
        select = select.larg
    found = []
    for target in (one.res_target for one in select.target_list):
        last = target.val.column_ref.fields[-1:] if target.val.HasField("column_ref") else ()
        name = (last[0].string.sval if last[0].HasField("string") else "*") if last else ""
        called = target.val.func_call.funcname[-1].string.sval if target.val.HasField("func_call") else ""
        found.append(target.name or name or called or "?column?")
    return tuple(found)


def refresh(node: Any) -> Iterator[Act]:
    yield RefreshView(relation(node.relation), node.concurrent)


def not_null_of(constraints: tuple[Constraint, ...]) -> frozenset[str]:
    """Columns that table constraints make not null: those of the primary key and of named NOT NULL constraints."""
    return frozenset(name for one in constraints if one.kind in ("primary key", "not null") for name in one.columns)
