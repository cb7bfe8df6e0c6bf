"""Asks the server which candidates pass a CHECK, or spell a value of a type, that is not understood here."""

from __future__ import annotations

from itertools import islice, product
from typing import Any

import psycopg

from pgwright.shadow.rows.expression import Expression
from pgwright.shadow.rows.literal import literal, name
from pgwright.shadow.rows.pool import Pool
from pgwright.shadow.rows.scalar import Unknown, scalar
from pgwright.shadow.rows.table import Table

Connection = psycopg.Connection[tuple[Any, ...]]
Candidate = tuple[str | None, ...]
_MOST = 160  # candidates offered per CHECK
_GUESSES = ("1", "a", "{}", "()", "(1,1)", "[1,2]", "0/1", "1.0", "a=>1", "2020-01-15", "{1,2}", "POINT(1 1)", "")


def judge(conn: Connection, table: Table) -> None:
    """Fill `table.allowed` for every CHECK that only the server can evaluate, and pools of types without values."""
    for pool in table.pools.values():
        if not pool.some and pool.make is None and not pool.edges and not pool.wanted.type.labels:
            _guess(conn, pool)
    for check in table.demand.checks:
        if not check.known and check.columns and all(c in table.pools for c in check.columns):
            passed = _passing(conn, table, check)
            if passed:
                table.allowed.append((check.columns, passed))


def _guess(conn: Connection, pool: Pool) -> None:
    kind = literal(pool.wanted.type.text)
    values = ",".join(f"({literal(g)})" for g in _GUESSES)
    query = f"SELECT v FROM (VALUES {values}) AS c(v) WHERE pg_input_is_valid(v, {kind})"  # PostgreSQL 16 and later
    try:
        with conn.transaction():
            pool.some = tuple(v for (v,) in conn.execute(query.encode()))
    except psycopg.Error:
        return


def _passing(conn: Connection, table: Table, check: Expression) -> list[Candidate]:
    candidates = [c for c in _candidates(table, check) if _known_to_pass(table, check, c)]
    try:
        with conn.transaction():
            return _ask(conn, table, check, candidates)
    except psycopg.Error:
        return _one_by_one(conn, table, check, candidates[:24])


def _one_by_one(conn: Connection, table: Table, check: Expression, candidates: list[Candidate]) -> list[Candidate]:
    passed: list[Candidate] = []
    for candidate in candidates:
        try:
            with conn.transaction():
                passed += _ask(conn, table, check, [candidate])
        except psycopg.Error:
            continue
    return passed


def _ask(conn: Connection, table: Table, check: Expression, candidates: list[Candidate]) -> list[Candidate]:
    names = [name(c) for c in check.columns]
    rows = ",".join(f"({i},{','.join(literal(v) for v in c)})" for i, c in enumerate(candidates))
    casts = ",".join(f"r.{n}::{table.type(c).text} AS {n}" for n, c in zip(names, check.columns, strict=True))
    one = f"(SELECT {casts}) AS {name(table.demand.relation.name)}"
    query = (
        f"SELECT i FROM (VALUES {rows}) AS r(i,{','.join(names)})"
        f" WHERE (SELECT ({check.text}) IS NOT FALSE FROM {one}) ORDER BY i"
    )
    return [candidates[i] for (i,) in conn.execute(query.encode())]


def _candidates(table: Table, check: Expression) -> list[Candidate]:
    pools = [table.pools[c] for c in check.columns]
    each = max(2, int(_MOST ** (1 / len(pools)))) if len(pools) < 8 else 2
    offered = [_offered(p, each if len(pools) > 1 else _MOST) for p in pools]
    diagonal = [tuple(o[i % len(o)] for o in offered) for i in range(12)]
    return list(dict.fromkeys([*diagonal, *islice(product(*offered), _MOST)]))


def _offered(pool: Pool, most: int) -> list[str | None]:
    values = dict.fromkeys(islice((v for v in pool.values(0) if v is not None), 12))
    found = list(dict.fromkeys([*pool.some, *values, *pool.edges]))
    spread = found[:: max(1, len(found) // most)][:most]
    return [*spread, None] if pool.nullable or not spread else list(spread)


def _known_to_pass(table: Table, check: Expression, candidate: Candidate) -> bool:
    """Whether the other CHECKs over these columns, the ones that are understood, accept the candidate."""
    row = dict(zip(check.columns, candidate, strict=True))
    for other in table.demand.checks:
        if other.known and set(other.columns) <= set(row):
            try:
                values = {c: scalar(row[c], table.type(c).family) for c in other.columns}
            except Unknown:
                continue
            if other.holds(values) is False:
                return False
    return True
