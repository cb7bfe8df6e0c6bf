"""Columns and constraints, as CREATE TABLE and ALTER TABLE write them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

from pgwright.hazards.acts import Column, Constraint, ConstraintKind, Expression
from pgwright.hazards.reading.nodes import expression, is_serial, qualified, relation, type_of, words

KINDS: dict[int, ConstraintKind] = {
    2: "not null",
    6: "check",
    7: "primary key",
    8: "unique",
    9: "exclusion",
    10: "foreign key",
}
ACTIONS = {"a": "", "r": "restrict", "c": "cascade", "n": "set null", "d": "set default"}
NOT_NULL, DEFAULT, IDENTITY, GENERATED = 2, 3, 4, 5
DEFERRABLE, DEFERRED = 11, 13
assert set(KINDS.values()) == set(get_args(ConstraintKind))


def column(node: Any) -> Column:
    """A ColumnDef, what is written beside the column included."""
    default: Expression | None = expression(node.raw_default) if node.HasField("raw_default") else None
    not_null, identity, generated = node.is_not_null, "", ""
    constraints: list[Constraint] = []
    for one in (inner.constraint for inner in node.constraints):
        if one.contype == NOT_NULL:
            not_null = True
        elif one.contype == DEFAULT:
            default = expression(one.raw_expr)
        elif one.contype == IDENTITY:
            identity, not_null = ("always" if one.generated_when == "a" else "by default"), True
        elif one.contype == GENERATED:
            default = expression(one.raw_expr)
            generated = "virtual" if one.generated_kind == "v" else "stored"
        elif one.contype in KINDS:
            constraints.append(constraint(one, node.colname))
        elif one.contype in (DEFERRABLE, DEFERRED) and constraints:  # an element of its own, behind what it is about
            late = constraints[-1].deferred or one.contype == DEFERRED
            constraints[-1] = replace(constraints[-1], deferrable=True, deferred=late)
    serial = is_serial(node.type_name)
    primary = any(one.kind == "primary key" for one in constraints)
    return Column(
        node.colname,
        type_of(node.type_name),
        bool(not_null or serial or primary),
        default,
        serial,
        identity,
        generated,
        qualified(node.coll_clause.collname) if node.HasField("coll_clause") else None,
        tuple(constraints),
    )


def constraint(node: Any, of_column: str = "") -> Constraint:
    """A Constraint node of one of the six kinds; `of_column` for one that is written beside its column."""
    is_key = node.HasField("pktable")
    names = words(node.fk_attrs) if is_key else words(node.keys)
    check = expression(node.raw_expr) if node.HasField("raw_expr") else None
    if node.contype == 9:  # EXCLUDE: each element is a pair of index element and operator
        names = tuple(one.list.items[0].index_elem.name for one in node.exclusions)
    return Constraint(
        kind=KINDS[node.contype],
        name=node.conname or None,
        columns=names or ((of_column,) if of_column else (check.columns if check else ())),
        validated=not node.skip_validation,
        enforced=bool(node.is_enforced) or node.contype not in (6, 10),
        expression=check,
        references=relation(node.pktable) if is_key else None,
        referenced=words(node.pk_attrs),
        on_delete=ACTIONS.get(node.fk_del_action, ""),
        using_index=node.indexname or None,
        deferrable=node.deferrable,
        deferred=node.initdeferred,
        nulls_not_distinct=node.nulls_not_distinct,
    )
