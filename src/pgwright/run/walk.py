"""How a table is walked: which relations, by primary key or by page, and from where to where.

Ranges of a whole-number key are cheapest where rows lie in its order and few keys are missing; ranges of pages (ctid)
work on every table, read each page once, and need PostgreSQL 14. Source: docs/reliability.md, the backfill race.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from psycopg import sql

from pgwright.run.refusals import CannotWalk
from pgwright.run.session import Session
from pgwright.run.statements import statement

IN_ORDER = 0.9  # pg_stats.correlation from which on neighbours by key are neighbours on disk
FILLED = 0.5  # the share of keys between the first and the last that exist
KINDS = {"v": "a view", "m": "a materialized view", "f": "a foreign table", "S": "a sequence", "c": "a type", "i": "an index"}


@dataclass(frozen=True, slots=True)
class Member:
    """One relation with rows of its own."""

    oid: int
    name: str  # as SQL
    relfilenode: int
    pages: int
    size: int
    rows: float

    @property
    def density(self) -> float:
        """Rows a page, as the statistics have it; at least one."""
        return max(1.0, self.rows / max(1, self.pages))


@dataclass(frozen=True, slots=True)
class Way:
    """From where to where a member is walked; `high` is the first that is not touched any more."""

    mode: str
    low: int
    high: int
    key: str = ""

    def between(self, first: int, end: int) -> sql.Composed:
        """The condition of one batch."""
        if self.mode == "pk":
            text = sql.SQL("{k} >= {a} AND {k} < {b}")
            return text.format(k=sql.Identifier(self.key), a=sql.Literal(first), b=sql.Literal(end))
        pair = (sql.Literal(f"({first},0)"), sql.Literal(f"({end},0)"))
        return sql.SQL("ctid >= {}::tid AND ctid < {}::tid").format(*pair)


def members(session: Session, table: str, columns: Collection[str]) -> tuple[Member, ...]:
    """The relations to walk. Raises CannotWalk for one that cannot be."""
    found = []
    for oid, name, kind, _, node, pages, size, secured, rows, generated in session.look(
        "members", table=table, columns=list(columns), role=session.owner
    ):
        if kind in KINDS:
            remedy = "Fill it where its rows are, in a revision written by hand."
            raise CannotWalk(table=name, why=f"it is {KINDS[kind]}", remedy=remedy)
        if secured:
            remedy = "Run as the owner or as a role with BYPASSRLS: a policy would silently leave rows out."
            raise CannotWalk(table=name, why=f"row-level security applies to {session.owner}", remedy=remedy)
        if generated:
            remedy = "The server fills it by itself; leave the backfill out."
            raise CannotWalk(table=name, why=f"{generated} is a generated column", remedy=remedy)
        if kind == "r":
            found.append(Member(oid, name, node, pages, size, rows))
    if not found:
        raise CannotWalk(table=table, why="there is no such table, or no partition of it", remedy="Nothing was changed.")
    return tuple(found)


def choose(session: Session, member: Member, *, by_page: bool = False) -> Way:
    """By key where the measured order is good, by page otherwise."""
    pages = Way("ctid", 0, member.pages)
    if by_page or session.policy.mode == "ctid":
        return pages
    keys = session.ask(statement("whole_key", relation=member.oid))
    if not keys:
        return pages
    key, correlation = keys[0]
    [(first, last)] = session.ask(statement("span", key=sql.Identifier(key), relation=sql.SQL(member.name)))
    if first is None:
        return pages
    filled = member.rows / (last - first + 1)
    if session.policy.mode == "pk" or (correlation >= IN_ORDER and filled >= FILLED):
        return Way("pk", first, last + 1, key)
    return pages
