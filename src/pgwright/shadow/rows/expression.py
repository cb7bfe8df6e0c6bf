"""SQL expressions of CHECKs, index keys and predicates, compiled once and evaluated on candidate rows.

What this file does not know raises Unknown, and the server is asked. NULL follows SQL's three-valued logic: None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

import postgast

from pgwright.shadow.rows.datatype import FAMILIES, Family
from pgwright.shadow.rows.operators import BINARY, FUNCTIONS
from pgwright.shadow.rows.scalar import Unknown, scalar

Row = Mapping[str, Any]
Evaluate = Callable[[Row], Any]

_CASTS: dict[str, Family] = {
    **FAMILIES,
    **dict.fromkeys(("int2", "int4", "int8"), "integer"),
    **dict.fromkeys(("float4", "float8"), "float"),
    **dict.fromkeys(("varchar", "bpchar"), "text"),
    **dict.fromkeys(("timestamp", "timestamptz"), "moment"),
    "bool": "boolean",
}


@dataclass(slots=True)
class Expression:
    """A compiled expression: the columns it reads, the constants it names, and how to evaluate it."""

    text: str
    columns: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()  # texts and numbers in it, in order
    patterns: tuple[str, ...] = ()  # regexes that something must match
    measures: bool = False  # it speaks of lengths
    known: bool = True  # False: only the server can evaluate it
    evaluate: Evaluate = field(default=lambda row: None)

    def holds(self, row: Row) -> bool | None:
        """Whether a CHECK of this expression accepts the row; None when only the server can say."""
        try:
            return bool(self.evaluate(row) is not False)
        except Unknown:
            return None


@lru_cache(maxsize=8192)
def compiled(text: str) -> Expression:
    """The expression of `text`; one that cannot be parsed reads no columns and is not known."""
    found = Expression(text)
    try:
        tree = postgast.parse(f"SELECT ({text})")
    except postgast.PgQueryError:
        found.known = False
        return found
    builder = _Builder()
    found.evaluate = builder.build(tree.stmts[0].stmt.select_stmt.target_list[0].res_target.val)
    found.columns, found.constants = tuple(dict.fromkeys(builder.columns)), tuple(dict.fromkeys(builder.constants))
    found.patterns, found.measures, found.known = tuple(builder.patterns), builder.measures, builder.known
    return found


class _Builder:
    def __init__(self) -> None:
        self.columns: list[str] = []
        self.constants: list[str] = []
        self.patterns: list[str] = []
        self.measures = False
        self.known = True

    def build(self, node: Any) -> Evaluate:
        """The evaluator of one node; of an unknown kind it raises Unknown, and its columns are still collected."""
        kind = node.WhichOneof("node")
        method = getattr(self, f"_{kind}", None)
        if method is None:
            return self._unknown(node)
        return method(getattr(node, kind))  # type: ignore[no-any-return]

    def _unknown(self, node: Any) -> Evaluate:
        self.known = False
        for inner in postgast.walk(node):
            found = inner[1] if isinstance(inner, tuple) else inner
            if type(found).__name__ == "ColumnRef":
                self._column_ref(found)
        return _raise

    def _column_ref(self, ref: Any) -> Evaluate:
        name = ref.fields[-1].string.sval
        self.columns.append(name)

        def read(row: Row) -> Any:
            if name not in row:
                raise Unknown(name)
            return row[name]

        return read

    def _a_const(self, const: Any) -> Evaluate:
        value: Any = None
        match const.WhichOneof("val"):
            case "ival":
                value = Decimal(const.ival.ival)
            case "fval":
                value = Decimal(const.fval.fval)
            case "boolval":
                value = const.boolval.boolval
            case "sval":
                value = const.sval.sval
        if value is not None and not isinstance(value, bool):
            self.constants.append(str(value))
        return lambda row: value

    def _folded(self, reads: int, evaluate: Evaluate) -> Evaluate:
        """The evaluator as a constant, when nothing was read since `reads` columns were."""
        if len(self.columns) > reads or not self.known:
            return evaluate
        try:
            value = evaluate({})
        except Unknown:
            return evaluate
        return lambda row: value

    def _type_cast(self, cast: Any) -> Evaluate:
        reads = len(self.columns)
        inner = self.build(cast.arg)
        name = cast.type_name.names[-1].string.sval
        if cast.type_name.array_bounds:
            return inner
        family = _CASTS.get(name)
        if family is None:  # a type of the user's own: an enum label stays text
            return inner
        return self._folded(reads, lambda row: _cast(inner(row), family))

    def _collate_clause(self, clause: Any) -> Evaluate:
        return self.build(clause.arg)

    def _bool_expr(self, expr: Any) -> Evaluate:
        arguments = [self.build(a) for a in expr.args]
        if expr.boolop == 3:  # NOT_EXPR
            return lambda row: None if (v := arguments[0](row)) is None else not v
        stop = expr.boolop == 2  # OR_EXPR is settled by a true argument, AND_EXPR by a false one
        return lambda row: _junction(arguments, row, stop)

    def _null_test(self, test: Any) -> Evaluate:
        inner, is_null = self.build(test.arg), test.nulltesttype == 1
        return lambda row: (inner(row) is None) is is_null

    def _boolean_test(self, test: Any) -> Evaluate:
        inner = self.build(test.arg)
        wanted = (True, True, False, False, None, None)[test.booltesttype - 1]
        positive = test.booltesttype % 2 == 1
        return lambda row: (inner(row) is wanted) is positive

    def _a_array_expr(self, expr: Any) -> Evaluate:
        reads = len(self.columns)
        items = [self.build(e) for e in expr.elements]
        return self._folded(reads, lambda row: [i(row) for i in items])

    def _list(self, expr: Any) -> Evaluate:
        reads = len(self.columns)
        items = [self.build(e) for e in expr.items]
        return self._folded(reads, lambda row: [i(row) for i in items])

    def _row_expr(self, expr: Any) -> Evaluate:
        items = [self.build(e) for e in expr.args]
        return lambda row: None if None in (values := tuple(i(row) for i in items)) else values

    def _coalesce_expr(self, expr: Any) -> Evaluate:
        items = [self.build(e) for e in expr.args]
        return lambda row: next((v for i in items if (v := i(row)) is not None), None)

    def _func_call(self, call: Any) -> Evaluate:
        name = call.funcname[-1].string.sval
        arguments = [self.build(a) for a in call.args]
        self.measures = self.measures or name in ("length", "char_length", "character_length", "octet_length")
        if name in ("num_nonnulls", "num_nulls"):
            null = name == "num_nulls"
            return lambda row: Decimal(sum((a(row) is None) is null for a in arguments))
        function = FUNCTIONS.get(name)
        if function is None:
            self.known = False
            return _raise
        return lambda row: _strict(function, [a(row) for a in arguments])

    def _a_expr(self, expr: Any) -> Evaluate:
        kind, symbol = expr.kind, expr.name[-1].string.sval
        left = self.build(expr.lexpr) if expr.HasField("lexpr") else (lambda row: Decimal(0))
        right = self.build(expr.rexpr)
        if symbol in ("~", "~*") and self.constants:
            self.patterns.append(self.constants[-1])
        if kind in _BETWEEN:
            return lambda row: _between(left(row), right(row), kind in _NOT_BETWEEN)
        function = BINARY.get(symbol)
        if function is None:
            self.known = False
            return _raise
        if kind in (_OP_ANY, _IN, _OP_ALL):
            every = kind == _OP_ALL or (kind == _IN and symbol == "<>")
            return lambda row: _each(function, left(row), right(row), every)
        if kind in (_DISTINCT, _NOT_DISTINCT):
            return lambda row: (left(row) == right(row)) is (kind == _NOT_DISTINCT)
        return lambda row: _strict(function, [left(row), right(row)])


_OP_ANY, _OP_ALL, _DISTINCT, _NOT_DISTINCT, _IN = 2, 3, 4, 5, 7
_BETWEEN, _NOT_BETWEEN = (11, 12, 13, 14), (12, 14)


def _raise(row: Row) -> Any:
    raise Unknown


def _strict(function: Callable[..., Any], arguments: list[Any]) -> Any:
    if None in arguments:
        return None
    value = function(*arguments)
    return Decimal(value) if type(value) is int else value


def _junction(arguments: list[Evaluate], row: Row, stop: bool) -> bool | None:
    seen_null, unknown = False, None
    for argument in arguments:
        try:
            value = argument(row)
        except Unknown as error:
            unknown = error
            continue
        if value is stop:
            return bool(stop)
        seen_null = seen_null or value is None
    if unknown is not None:
        raise unknown
    return None if seen_null else not stop


def _each(function: Callable[..., Any], left: Any, right: Any, every: bool) -> bool | None:
    if left is None or right is None:
        return None
    if not isinstance(right, list):
        raise Unknown("not an array")
    results = [_strict(function, [left, r]) for r in right]
    if (not every) in results:
        return not every
    return None if None in results else every


def _between(value: Any, bounds: list[Any], negated: bool) -> bool | None:
    if value is None or None in bounds:
        return None
    inside: bool = BINARY[">="](value, bounds[0]) and BINARY["<="](value, bounds[1])
    return inside is not negated


def _cast(value: Any, family: Family) -> Any:
    if value is None or isinstance(value, list):
        return value
    if isinstance(value, str):
        return scalar(value, family)
    if family == "text":
        if isinstance(value, Decimal):
            return str(value)
        raise Unknown("how it is printed")
    return value
