"""What a backfill does to a range of rows: fill columns as a literal says, or what batches of a revision's own text do."""

from __future__ import annotations

from dataclasses import dataclass, replace

from psycopg import sql

from pgwright.design.batched import Batches
from pgwright.run.session import Session
from pgwright.run.unit import RunStep, Unit
from pgwright.run.walk import Member, members

PASSES = 1000  # of one step; the steps of a unit number theirs one after the other


@dataclass(frozen=True, slots=True)
class Split:
    """The statement of each batch. `where` says which rows are left; with `batches` only a pass that touches none does."""

    table: str
    columns: tuple[str, ...]
    assignment: sql.Composed
    where: str
    batches: Batches | None
    first: int  # the number of the first pass

    def members(self, session: Session) -> tuple[Member, ...]:
        """The relations to walk. A statement that names a table with others below it meets the pages of all at once."""
        found = members(session, self.table, self.columns)
        if self.batches is None or len(found) == 1:
            return found
        longest = max(found, key=lambda m: m.pages)
        return (replace(longest, name=self.table),)

    def batch(self, member: Member, between: sql.Composed) -> sql.Composed:
        """For the rows of one range."""
        if self.batches is not None:
            return sql.SQL("{} AND {}{}").format(sql.SQL(self.batches.head), between, sql.SQL(self.batches.rest))
        text = "UPDATE ONLY {} SET {} WHERE ({}) AND {}"
        return sql.SQL(text).format(sql.SQL(member.name), self.assignment, sql.SQL(self.where), between)


def split(unit: Unit, step: RunStep) -> Split:
    """What the step splits."""
    one = step.batches
    first = 1 + PASSES * (step.no - 1)
    if one is not None:
        return Split(one.table, (), sql.SQL("").format(), "", one, first)
    literal = unit.literal or {}
    pairs = [sql.SQL("{} = {}").format(sql.Identifier(c), sql.SQL(v)) for c, v in literal["set"].items()]
    return Split(str(literal["table"]), tuple(literal["set"]), sql.SQL(", ").join(pairs), str(literal["where"]), None, first)
