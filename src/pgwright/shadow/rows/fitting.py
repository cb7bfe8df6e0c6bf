"""Rows that a table would take, without inserting them: what an application could write next."""

from __future__ import annotations

from pgwright.schema.model import Schema
from pgwright.shadow.rows import existing
from pgwright.shadow.rows.demand import Demands
from pgwright.shadow.rows.judge import Connection, judge
from pgwright.shadow.rows.order import order
from pgwright.shadow.rows.solve import make
from pgwright.shadow.rows.table import Row, table


def fitting(conn: Connection, schema: Schema, name: str, count: int, seed: int = 1) -> list[Row]:
    """Up to `count` rows of ordinary values that satisfy the constraints, as far as they are understood here.

    They refer to rows that are there, and share no key with them or with one another.
    """
    demands = Demands(schema, None, "calm")
    work = [table(d, "calm", seed) for d in order(demands, [name]).demands]
    with conn.transaction():
        existing.read(conn, work)
        for one in work:
            judge(conn, one)
    by_name = {one.name: one for one in work}
    wanted = by_name.get(demands.partitions.root(name))
    if wanted is None:
        return []
    return make(wanted, lambda key: by_name[key.parent].rows if key.parent in by_name else None, count)
