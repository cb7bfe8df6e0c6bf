"""Our own batches are found again in a revision's text and messages; whatever was edited is not."""

from __future__ import annotations

from textwrap import indent

import pytest

from pgwright.design.batched import Batches, runs, written_in
from pgwright.design.batches import by_pages

FILL = ("person", "UPDATE person SET a = 'x::text' WHERE a IS NULL AND b <> ':c'", "")
CARRY = ('"od d"."t\'s"', "WITH was AS MATERIALIZED (SELECT id FROM t AS was WHERE true", " FOR SHARE) UPDATE u SET a = 1")
LONG = (*CARRY[:2], f" FOR SHARE) UPDATE u SET a = '{'long ' * 20}' FROM was")


def _source(*blocks: str) -> str:
    body = "\n".join(["op.drop_index('x')", *blocks, "op.execute('SELECT 1')"])
    return f"def upgrade():\n{indent(body, '    ')}\n\n\ndef downgrade():\n    pass\n"


@pytest.mark.parametrize("batch", [False, True])
def test_each_block_is_found_with_what_it_splits(batch: bool) -> None:
    blocks = [by_pages(t, head, 100, rest=rest, batch=batch, verb=v) for (t, head, rest), v in
              ((FILL, "fill"), (CARRY, "copy"), (LONG, "remove"))]  # fmt: skip
    found = written_in(_source(*blocks), "upgrade")
    assert found == (Batches(*FILL), Batches(*CARRY), Batches(*LONG))
    assert written_in(_source(*blocks), "downgrade") == ()


@pytest.mark.parametrize(
    ("ours", "edited"),
    [
        ("range(0, pages, 100)", "range(0, pages, 200)"),
        ("op.execute(fill)  # rows", "op.execute(fill); op.execute('SELECT 2')  # rows"),
        ("{page},0", "{page},1"),
        ("pg_relation_size('person')", "pg_relation_size('other', 'main')"),
    ],
)
def test_a_block_that_was_edited_is_none_of_ours(ours: str, edited: str) -> None:
    code = by_pages(FILL[0], FILL[1], 100)
    assert ours in code and written_in(_source(code), "upgrade")
    assert written_in(_source(code.replace(ours, edited)), "upgrade") == ()


def test_the_messages_of_each_block_are_told_from_the_others() -> None:
    one, two = Batches(*FILL), Batches(*CARRY)
    part = " AND ctid >= '(0,0)' AND ctid < '(100,0)'"
    messages = ["DROP INDEX x", one.asks, f"{one.head}{part}", one.whole, two.asks, two.whole, "SELECT 1"]
    assert runs(messages, [one, two]) == ((1, 3, one), (4, 5, two))
    assert runs(messages, [two, one]) is None
    assert runs([m for m in messages if m != one.whole], [one]) is None
    assert runs([*messages[:2], "SELECT 2", *messages[2:]], [one]) is None
