"""Two heads become one: unapplied revisions are put after the other head. Only their down_revision is rewritten."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pgwright.gate.refusals import NothingToRebase, OnlyFrozenHeads, ParentNotWritten, WhichHead
from pgwright.gate.structure import diverged
from pgwright.project import History, Written
from pgwright.project.assigned import last_assigned


@dataclass(frozen=True, slots=True)
class Move:
    """One revision that gets another parent."""

    revision: str
    path: Path
    was: str
    now: str


def moves(history: History, frozen: Collection[str], onto: str | None = None) -> tuple[Move, ...]:
    """What has to be re-parented so that one head is left: chains of revisions that are not frozen, after `onto`.

    Without `onto` it is the one head that is frozen. Raises NothingToRebase, WhichHead, OnlyFrozenHeads, ParentNotWritten.
    """
    groups = diverged(history)
    if not groups:
        raise NothingToRebase()
    heads = groups[0]
    onto = onto or _kept(heads, frozen)
    found: list[Move] = []
    there = history.ancestors(onto)
    tip = onto
    for head in (one for one in heads if one != onto):
        chain = history.ancestors(head) - there
        if chain & set(frozen):
            raise OnlyFrozenHeads(heads=", ".join(heads))
        found.append(_root(history, chain, tip))
        there |= chain
        tip = head
    return tuple(found)


def apply(move: Move) -> None:
    """Rewrite the file of one revision: its down_revision, and the line of the docstring that repeats it."""
    source = move.path.read_bytes()
    value = last_assigned(ast.parse(source), "down_revision")
    if value is None or value.lineno != value.end_lineno:
        raise ParentNotWritten(name=move.path.name, parent=move.now, revision=move.revision)
    lines = source.splitlines(keepends=True)
    row = lines[value.lineno - 1]
    end = value.end_col_offset or len(row)
    lines[value.lineno - 1] = row[: value.col_offset] + _quoted(row, move.now) + row[end:]
    text = b"".join(lines)
    told = re.compile(rb"^(Revises:[ \t]*)" + re.escape(move.was.encode()) + rb"(?=\s*$)", re.M)
    move.path.write_bytes(told.sub(lambda found: found[1] + move.now.encode(), text, count=1))


def _kept(heads: Sequence[str], frozen: Collection[str]) -> str:
    kept = [one for one in heads if one in frozen]
    if len(kept) > 1:
        raise OnlyFrozenHeads(heads=", ".join(heads))
    if not kept:
        raise WhichHead(heads=", ".join(heads), first=heads[0])
    return kept[0]


def _root(history: History, chain: set[str], onto: str) -> Move:
    """The one revision of a chain through which it hangs on the rest."""
    by_id: Mapping[str, Written] = history.by_id
    roots = [by_id[name] for name in history.in_order(chain) if not set(by_id[name].down) & chain]
    crossing = [by_id[name] for name in chain if len(by_id[name].down) > 1 and not set(by_id[name].down) <= chain]
    for one in (*crossing, *roots[1:], *(root for root in roots if len(root.down) != 1)):
        raise ParentNotWritten(name=one.file.name, parent=onto, revision=one.revision)
    return Move(roots[0].revision, roots[0].file, roots[0].down[0], onto)


def _quoted(row: bytes, name: str) -> bytes:
    """In the quotes that the file uses."""
    return (f"'{name}'" if b"'" in row else f'"{name}"').encode()
