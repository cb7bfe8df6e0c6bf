"""unbatched-backfill: one statement writes every row that matches, in one transaction.

All those rows stay locked until commit, the old versions cannot be vacuumed, and replicas fall behind. WHERE makes the
number smaller, or not: `WHERE c IS NULL` on a new column is every row.
Source: PostgreSQL documentation, "Row-Level Locks"; "Routine Vacuuming".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgwright.hazards.acts import Delete, Expression, Index, Update
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known, Table
from pgwright.hazards.rule import Found, found
from pgwright.hazards.statement import Statement

CODE = "PW602"
SEVERITY = "error"
SEEN = "rows"
ACTS = (Update, Delete)
WHEN = "one {what} writes {part} of {table}"
EFFECT = "Each of these rows stays locked until commit: writers of {table} wait, the table grows, replicas fall behind."
INSTEAD = """
with op.get_context().autocommit_block():
    # batches by key, each its own transaction, until no row is left
    op.execute("{verb} {table} ... WHERE {key} IN (SELECT {key} FROM {table} WHERE <still to do> LIMIT 1000)")
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text, code text);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 500) g;
"""
BAD = (
    revision(up="""op.execute("UPDATE orders SET code = 'x'")"""),
    revision(up="""op.execute("UPDATE orders SET code = 'x' WHERE code IS NULL")"""),
    revision(up="""op.execute("DELETE FROM orders WHERE note = 'n'")"""),
)
GOOD = (
    revision(
        up="""
        with op.get_context().autocommit_block():
            for start in range(0, 500, 50):
                op.execute(f"UPDATE orders SET code = 'x' WHERE id > {start} AND id <= {start + 50}")
        """
    ),
    revision(
        up="""
        with op.get_context().autocommit_block():
            for _ in range(10):
                op.execute("UPDATE orders SET code = 'x' WHERE id IN (SELECT id FROM orders WHERE code IS NULL LIMIT 50)")
        """
    ),
    revision(up="""op.execute("UPDATE orders SET code = 'x' WHERE id = 3")"""),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.acts:
        if not isinstance(act, Update | Delete) or act.limited or not before.holds_rows(act.table):
            continue
        table = before.table(act.table)
        if act.where is not None and _names_few(act.where.text, [one.index for one in table.indexes.values()]):
            continue
        is_update = isinstance(act, Update)
        yield found(
            statement,
            table=act.table,
            what="UPDATE" if is_update else "DELETE",
            verb="UPDATE" if is_update else "DELETE FROM",
            part="every row" if act.where is None else "all matching rows",
            key=(*table.primary_key, "id")[0],
            unknown=f"how many rows of {act.table} match" if _may_be_few(act.where, table) else "",
        )


def _may_be_few(where: Expression | None, table: Table) -> bool:
    """True where a value is asked for: `code = 'x'` is one row or all of them; `code IS NULL` of a fill is most."""
    if where is None:
        return False
    asked = re.search(r"""(?:=|\bIN\s*\()\s*(?:'|\d|\$|:|%)""", where.text, re.I)
    return not table.is_known or bool(asked)


def _names_few(where: str, indexes: list[Index]) -> bool:
    """True for values of a unique column or a range of an indexed one: a batch, or a few rows."""
    text = where.lower()
    if not any(one.keys[0].lower() in text for one in indexes if one.keys) and "id" not in text:
        return False  # told without making an expression for each table
    value = r"""(?:['\d:$%]|NULL\b)"""
    unique = _any_of([one.keys[0] for one in indexes if one.unique and len(one.keys) == 1])
    if re.search(rf"{unique}\s*(?:=\s*{value}|IN\s*\(\s*{value})", where, re.I):
        return True
    column = _any_of([one.keys[0] for one in indexes if one.keys])
    ranged = re.search(rf"{column}\s*<=?\s*{value}", where) and re.search(rf"{column}\s*>=?\s*{value}", where)
    return bool(ranged or re.search(rf"{column}\s+BETWEEN\s", where, re.I))


def _any_of(columns: list[str]) -> str:
    return rf"""(?:^|[\s(.])"?(?:{"|".join(map(re.escape, columns)) or "id"})"?"""
