"""The two phases that every mirrored column goes through, whatever it is for: the fill, and the proof that it is complete."""

from __future__ import annotations

from pgwright.design import mirror
from pgwright.design.batches import plain_form
from pgwright.design.compiled import step
from pgwright.design.draft import Draft
from pgwright.design.mirror import Pair
from pgwright.design.source import quoted


def fill(pair: Pair, kind: str, key: tuple[str, ...], pages: int) -> Draft:
    """The rows that are there, in batches of that many pages under plain Alembic; `key` is the table's primary key."""
    code = plain_form(pair.relation, quoted(pair.copy), pair.value, pair.wrong, pages)
    return Draft(
        phase="backfill",
        subject=f"fill {pair.copy} of {pair.table}",
        why="In batches, each its own transaction; rows that are right already are not written, so it can be repeated.",
        change=kind,
        steps=(step(code, "backfill", transactional=False),),
        locks=(f"ROW EXCLUSIVE on {pair.table}; the rows of one batch at a time",),
        validations=(mirror.unfilled(pair),),
        backfill={"table": pair.relation, "set": {pair.copy: pair.value}, "where": pair.wrong, "key": list(key)},
    )


def proof(pair: Pair, kind: str, rule: str) -> Draft:
    """VALIDATE of the mirror, the constraint named `rule`."""
    return Draft(
        phase="enforce",
        subject=f"prove that {pair.copy} of {pair.table} is complete",
        why="VALIDATE reads every row: the database's own proof that the fill missed none. It stays true until the contract.",
        change=kind,
        steps=(mirror.validate(pair, rule, "enforce"),),
        locks=(f"SHARE UPDATE EXCLUSIVE on {pair.table} while it is read; readers and writers go on",),
        validations=(mirror.unfilled(pair),),
    )
