"""What an application sends to a database, by pg_stat_statements: texts in which `$1` stands for every value.

The server does not promise that: a text whose entry was thrown out while it ran is kept as it was sent. So a statement that
still has a value in it is left out, and comments, which the server keeps, go with the parser.
Source: PostgreSQL documentation, F.32 pg_stat_statements.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import psycopg
from psycopg import sql

from pgwright.errors import Refusal
from pgwright.shadow.app_sql.statements import KINDS

_NAME = re.compile(r"^-- (\w+):.*\n", re.M)
HIDDEN = "<insufficient privilege>"
VALUES = ("ival", "fval", "sval", "bsval")


class NoStatements(Refusal):
    """
    {environment} does not say what it is sent: {why}
    It needs pg_stat_statements: shared_preload_libraries, CREATE EXTENSION, and a role with pg_read_all_stats.
    """

    code = "PW-PROVE-05"


@dataclass(frozen=True, slots=True)
class Captured:
    """Statements of an environment, most often sent first, and how many were left out, by reason."""

    environment: str
    statements: tuple[str, ...]
    left_out: tuple[tuple[str, int], ...] = ()
    format: str = "capture/1"


def captured(conn: psycopg.Connection[Any], environment: str, role: str | None = None) -> Captured:
    """Statements that read or write relations of the database's own. Only reads. Raises NoStatements."""
    try:
        where = conn.execute(_queries()["where"].encode()).fetchone()
        if where is None:
            raise NoStatements(environment=environment, why="the extension is not there")
        own = set(conn.execute(_queries()["relations"].encode()).fetchall())
        query = sql.SQL(_queries()["statements"]).format(sql.Identifier(where[0]))
        texts = [text for (text,) in conn.execute(query, {"role": role}).fetchall()]
    except psycopg.Error as error:
        raise NoStatements(environment=environment, why=error.diag.message_primary or type(error).__name__) from None
    kept: dict[str, None] = {}
    left_out: Counter[str] = Counter()
    for text in texts:
        why, plain = without_values(text, own)
        if why:
            left_out[why] += 1
        else:
            kept[plain] = None
    if not kept and HIDDEN in texts:
        raise NoStatements(environment=environment, why="this role may not read the statements of others")
    return Captured(environment, tuple(kept), tuple(sorted(left_out.items())))


def without_values(text: str, own: Collection[tuple[str, str]]) -> tuple[str, str]:
    """(why it is left out, or nothing; the statement as the parser writes it)."""
    import postgast

    if text == HIDDEN:
        return "not readable for this role", ""
    try:
        tree = postgast.parse(text)
    except postgast.PgQueryError:
        return "not to be parsed", ""
    if len(tree.stmts) != 1 or tree.stmts[0].stmt.WhichOneof("node") not in KINDS:
        return "no SELECT, INSERT, UPDATE, DELETE or MERGE", ""
    nodes = [node for _, node in postgast.walk(tree)]
    if not _is_on(nodes, own):
        return "of other relations", ""
    if _values(nodes):
        return "with values in them", ""
    for node in nodes:
        _name_the_function(node)
    return "", postgast.deparse(tree)


def _is_on(nodes: Collection[Any], own: Collection[tuple[str, str]]) -> bool:
    """True when it names relations, and all of them are the database's own."""
    names, bare = {one.ctename for one in _of(nodes, "CommonTableExpr")}, {name for _, name in own}
    there = [one for one in _of(nodes, "RangeVar") if one.schemaname or one.relname not in names]
    return bool(there) and all(
        (one.schemaname, one.relname) in own if one.schemaname else one.relname in bare for one in there
    )


def _values(nodes: Collection[Any]) -> int:
    """How many values are in the text; the place of a column in ORDER BY and GROUP BY, and the size of a type, are none."""
    found = sum(map(_is_value, _of(nodes, "A_Const")))
    places = [one.node for one in _of(nodes, "SortBy")]
    places += [item for one in _of(nodes, "SelectStmt") for item in one.group_clause]
    sizes = [item for one in _of(nodes, "TypeName") for item in one.typmods]
    harmless: int = [one.a_const.WhichOneof("val") for one in places if one.WhichOneof("node") == "a_const"].count(
        "ival"
    )
    harmless += sum(one.WhichOneof("node") == "a_const" and _is_value(one.a_const) for one in sizes)
    return found - harmless


def _is_value(const: Any) -> bool:
    return const.WhichOneof("val") in VALUES


def _name_the_function(node: Any) -> None:
    """`EXTRACT($1 FROM x)`, which is how the server notes it and nobody can send, is date_part($1, x)."""
    import postgast

    if type(node).__name__ == "FuncCall" and node.funcname[-1].string.sval == "extract":
        del node.funcname[:]
        node.funcname.add().string.sval = "date_part"
        node.funcformat = postgast.pg_query_pb2.COERCE_EXPLICIT_CALL


def _of(nodes: Collection[Any], kind: str) -> Iterator[Any]:
    return (one for one in nodes if type(one).__name__ == kind)


@cache
def _queries() -> dict[str, str]:
    parts = _NAME.split((files("pgwright.shadow.app_sql") / "captured.sql").read_text(encoding="utf-8"))
    return {name: body.strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}
