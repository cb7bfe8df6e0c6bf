"""Deterministic rows for a proof: the same seed and schemas give the same bytes, on any server.

All tables go to the server in one message. Only when it refuses something are they filled one at a time, then row by
row, and a table that takes none is reported with the server's own words.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import psycopg

from pgwright.project.lost import is_lost
from pgwright.schema.model import Schema
from pgwright.shadow.rows import existing, late
from pgwright.shadow.rows.demand import Demands, ForeignKey, Profile
from pgwright.shadow.rows.insert import advance, insert
from pgwright.shadow.rows.judge import Connection, judge
from pgwright.shadow.rows.order import Order, order
from pgwright.shadow.rows.solve import Parents, careless, make
from pgwright.shadow.rows.table import Row, Table, table


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was filled, parents included, with the number of new rows, and what was not, with the reason."""

    filled: tuple[tuple[str, int], ...] = ()
    unfilled: tuple[tuple[str, str], ...] = ()


def seed(
    conn: Connection,
    before: Schema,
    after: Schema | None,
    tables: Collection[str],
    *,
    profile: Profile,
    seed: int = 1,
    rows: int = 7,
    source: str = "",
) -> Seeded:
    """Fill `tables` and the parents they need; never raises because of data.

    `plain` rows satisfy the constraints before and after the revision; `hostile` ones only those before it.
    `source` is the revision's own text: columns that it casts or parses hold, in plain rows, text that can be.
    """
    wanted = order(Demands(before, after, profile, source), tables)
    work = [table(d, profile, seed) for d in wanted.demands]
    if not work:
        return Seeded((), wanted.left_out)
    with conn.transaction():
        existing.read(conn, work)
        for t in work:
            judge(conn, t)
        held = {t.name: list(t.rows) for t in work}
        filled = _at_once(conn, work, wanted, rows)
        if filled is None:
            return _each(conn, work, wanted, rows, held)
    return Seeded(filled, wanted.left_out)


def _at_once(conn: Connection, work: list[Table], wanted: Order, count: int) -> tuple[tuple[str, int], ...] | None:
    """All tables in one message; None when the server, or a table without rows, forbids it."""
    done: dict[str, Table] = {}
    statements: list[str] = []
    filled: list[tuple[str, int]] = []
    for t in work:
        if t.rows and t.name not in wanted.asked:
            done[t.name] = t
            continue
        made = make(t, _parents(t, done, work), wanted.count(t.demand, count))
        if not made and not t.rows:
            return None
        done[t.name] = t
        filled.append((t.name, len(made)))
        if not made:  # what it holds already leaves no room for more
            continue
        statements += [insert(t, made), *advance(t)]
    statements += late.references(work)
    if any(t.promised for t in work):
        statements.insert(0, "SET CONSTRAINTS ALL DEFERRED")
    statements.append("SET CONSTRAINTS ALL IMMEDIATE")  # a deferred trigger that refuses a row does so here, not at COMMIT
    try:
        with conn.transaction():
            conn.execute(";\n".join(statements).encode())
    except psycopg.Error:
        return None
    return tuple(filled)


def _each(conn: Connection, work: list[Table], wanted: Order, count: int, held: dict[str, list[Row]]) -> Seeded:
    """Table after table; when keys promised to a cycle do not hold in the end, once more without promises."""
    seeded = Seeded((), ())
    for deferred in (True, False):
        for t in work:
            t.rows, t.promised = list(held[t.name]), []
        try:
            with conn.transaction():
                conn.execute(b"SET CONSTRAINTS ALL DEFERRED" if deferred else b"SET CONSTRAINTS ALL IMMEDIATE")
                seeded = _one_by_one(conn, work, wanted, count)
                conn.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except psycopg.Error as error:
            if is_lost(error):
                raise
            continue
        break
    return seeded


def _one_by_one(conn: Connection, work: list[Table], wanted: Order, count: int) -> Seeded:
    done: dict[str, Table] = {}
    filled: list[tuple[str, int]] = []
    unfilled = list(wanted.left_out)
    for t in work:
        done[t.name] = t
        if t.rows and t.name not in wanted.asked:
            continue
        held = list(t.rows)
        kept, reason = _try(conn, t, _parents(t, done, work), wanted.count(t.demand, count))
        t.rows = held + kept
        if t.rows:
            filled.append((t.name, len(kept)))
        else:
            unfilled.append((t.name, reason))
    return Seeded(tuple(filled), tuple(unfilled))


def _try(conn: Connection, t: Table, parents: Parents, count: int) -> tuple[list[Row], str]:
    """All rows together, else each alone, else each with NULL wherever it may be."""
    made = make(t, parents, count)
    if made and _send(conn, [insert(t, made), *advance(t)]) is None:
        return _actual(conn, t, made), ""
    kept, reason = [], ""
    for row in made:
        refusal = _send(conn, [insert(t, [row])])
        kept += [row] if refusal is None else []
        reason = reason or refusal or ""
    for row in [] if kept else [_sparse(t, r) for r in made] or [careless(t)]:
        refusal = _send(conn, [insert(t, [row])])
        kept += [row] if refusal is None else []
        reason = reason or refusal or ""
    if kept:
        t.rows = [r for r in t.rows if r not in made] + kept
        _send(conn, advance(t))
    return _actual(conn, t, kept), reason or "no row satisfies its constraints together"


def _send(conn: Connection, statements: list[str]) -> str | None:
    """Run the statements in a savepoint; the server's message when it refuses them."""
    if not statements:
        return None
    try:
        with conn.transaction():
            conn.execute(";\n".join(statements).encode())
    except psycopg.Error as error:
        return error.diag.message_primary or str(error)
    return None


def _actual(conn: Connection, t: Table, made: list[Row]) -> list[Row]:
    """The rows as the table holds them; with triggers these need not be the ones sent."""
    if not made or not t.demand.relation.triggers:
        return made
    t.rows = []
    existing.read(conn, [t])
    return t.rows


def _sparse(t: Table, row: Row) -> Row:
    return {c: None if t.pools[c].nullable else v for c, v in row.items()}


def _parents(t: Table, done: dict[str, Table], work: list[Table]) -> Parents:
    """Rows of a key's parent; of one filled later only keys that it is then held to, and only if the check can wait."""
    by_name = {w.name: w for w in work}

    def rows(fk: ForeignKey) -> list[Row] | None:
        parent = by_name.get(fk.parent)
        if parent is None or parent is t or fk.parent in done:
            return parent.rows if parent is not None else None
        if not (fk.required and fk.deferrable):
            return parent.rows or None
        if not parent.promised:
            parent.promised = [{c: next(parent.pools[c].values(r), None) for c in fk.parent_columns} for r in range(3)]
        return parent.promised

    return rows
