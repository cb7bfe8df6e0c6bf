"""What the parameters of a statement stand for: the column that they are compared with or written to.

Read from the statement's tree alone; where it does not say, nothing is said, and a plain value of the type will do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pgwright.schema.model import Relation, Schema
from pgwright.shadow.app_sql.statements import statement_of


@dataclass(frozen=True, slots=True)
class Place:
    """A column, of a row that is there or of the n-th new one. `many`: the parameter is an array of such values."""

    table: str  # as in Relation.qualified
    column: str
    new: int | None = None
    many: bool = False


def relations(sent: str, schema: Schema) -> tuple[str, ...]:
    """The relations that a statement names, as far as they are there."""
    _, node = statement_of(sent)
    own = {one.ctename for one in _all(node, "CommonTableExpr")}
    found = (_relation(one, schema) for one in _all(node, "RangeVar") if one.schemaname or one.relname not in own)
    return tuple(sorted({one.qualified for one in found if one is not None}))


def places(sent: str, schema: Schema) -> dict[int, Place]:
    """{parameter: what it stands for}; the first place that tells wins."""
    _, node = statement_of(sent)
    known = [
        (one.alias.aliasname or one.relname, relation)
        for one in _all(node, "RangeVar")
        if (relation := _relation(one, schema)) is not None
    ]
    out: dict[int, Place] = {}
    for insert in _all(node, "InsertStmt"):
        for number, place in _inserted(insert, schema):
            out.setdefault(number, place)
        if insert.HasField("on_conflict_clause"):
            for number, place in _assigned(insert.on_conflict_clause.target_list, insert.relation, schema):
                out.setdefault(number, place)
    for update in _all(node, "UpdateStmt"):
        for number, place in _assigned(update.target_list, update.relation, schema):
            out.setdefault(number, place)
    for comparison in _all(node, "A_Expr"):
        for number, place in _compared(comparison, known):
            out.setdefault(number, place)
    return out


def _compared(node: Any, known: Sequence[tuple[str, Relation]]) -> Iterator[tuple[int, Place]]:
    """`column op $1` either way round, IN, ANY and BETWEEN."""
    import postgast

    many = node.kind == postgast.pg_query_pb2.AEXPR_OP_ANY
    for column, other in ((node.lexpr, node.rexpr), (node.rexpr, node.lexpr)):
        found = _column(column, known)
        if found is not None:
            for number in _parameters(other):
                yield number, Place(*found, many=many)


def _column(node: Any, known: Sequence[tuple[str, Relation]]) -> tuple[str, str] | None:
    node = _bare(node)
    if node.WhichOneof("node") != "column_ref":
        return None
    names = [one.string.sval for one in node.column_ref.fields if one.WhichOneof("node") == "string"]
    if not names:
        return None
    for alias, relation in known:
        if (len(names) == 1 or alias == names[-2]) and relation.column(names[-1]) is not None:
            return relation.qualified, names[-1]
    return None


def _parameters(node: Any) -> Iterator[int]:
    node = _bare(node)
    kind = node.WhichOneof("node")
    if kind == "param_ref":
        yield node.param_ref.number
    elif kind == "list":
        for one in node.list.items:
            yield from _parameters(one)


def _assigned(targets: Any, range_var: Any, schema: Schema) -> Iterator[tuple[int, Place]]:
    relation = _relation(range_var, schema)
    for one in targets if relation is not None else ():
        for number in _parameters(one.res_target.val):
            assert relation is not None
            yield number, Place(relation.qualified, one.res_target.name)


def _inserted(node: Any, schema: Schema) -> Iterator[tuple[int, Place]]:
    """VALUES, or SELECT from VALUES: so SQLAlchemy 2 writes many rows where it wants their keys back in order."""
    relation = _relation(node.relation, schema)
    if relation is None:
        return
    columns = [one.res_target.name for one in node.cols] or [
        c.name for c in sorted(relation.columns, key=lambda c: c.position)
    ]
    select = node.select_stmt.select_stmt
    rows, order = select.values_lists, list(range(len(columns)))
    if not rows and len(select.from_clause) == 1:
        inner = select.from_clause[0].range_subselect
        rows = inner.subquery.select_stmt.values_lists
        names = [one.string.sval for one in inner.alias.colnames]
        order = [_index(one.res_target.val, names) for one in select.target_list]
    if not rows and not select.from_clause:
        rows, order = [select.target_list], list(range(len(columns)))
    for new, row in enumerate(rows):
        items = list(row) if row is select.target_list else list(row.list.items)
        for column, index in zip(columns, order, strict=False):
            if 0 <= index < len(items):
                item = items[index]
                for number in _parameters(item.res_target.val if item.WhichOneof("node") == "res_target" else item):
                    yield number, Place(relation.qualified, column, new)


def _index(node: Any, names: Sequence[str]) -> int:
    """Which of the names a target is, or -1."""
    fields = _bare(node).column_ref.fields
    name = fields[-1].string.sval if fields else ""
    return names.index(name) if name in names else -1


def _bare(node: Any) -> Any:
    """The node without casts around it."""
    while node.WhichOneof("node") == "type_cast":
        node = node.type_cast.arg
    return node


def _relation(range_var: Any, schema: Schema) -> Relation | None:
    """The relation that a name means; a bare one is looked for in `public`, then wherever there is only one."""
    if range_var.schemaname:
        return schema.relation(f"{range_var.schemaname}.{range_var.relname}")
    found = schema.relation(f"public.{range_var.relname}")
    others = [r for r in schema.relations if r.name == range_var.relname] if found is None else []
    return others[0] if len(others) == 1 else found


def _all(node: Any, kind: str) -> Iterator[Any]:
    import postgast

    return (one for _, one in postgast.walk(node) if type(one).__name__ == kind)
