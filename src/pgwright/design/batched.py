"""The batches of our plain form, found again: in a revision's text, and in the messages that were recorded of it.

A block counts only when writing it once more gives exactly the same code (DESIGN.md, "Generated revisions"). Then it is known
what is split, and a runner may put batches of its own in the place of the recorded ones, whose number is that of another table.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pgwright.design.batches import by_pages
from pgwright.design.source import sql_string

SIZE = re.compile(r"SELECT pg_relation_size\('((?:[^']|'')*)'\) / current_setting\('block_size'\)(?:\\?:){2}int")
RANGE = re.compile(r" AND ctid >= '\(\d+,0\)' AND ctid < '\(\d+,0\)'")


@dataclass(frozen=True, slots=True)
class Batches:
    """A statement that is split by the pages of a table: between `head`, which ends in a condition, and `rest`."""

    table: str  # as SQL
    head: str
    rest: str = ""

    @property
    def whole(self) -> str:
        """The statement for all rows at once."""
        return f"{self.head}{self.rest}"

    @property
    def asks(self) -> str:
        """The query that its size is asked with."""
        return f"SELECT pg_relation_size({sql_string(self.table)}) / current_setting('block_size')::int"

    def is_part(self, message: str) -> bool:
        """True for the statement of some pages."""
        within = message[len(self.head) : len(message) - len(self.rest)]
        return message.startswith(self.head) and message.endswith(self.rest) and bool(RANGE.fullmatch(within))


def written_in(source: str | bytes, function: str) -> tuple[Batches, ...]:
    """The blocks of `upgrade` or `downgrade`, in order."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            found = (_block(node.body, at) for at in range(len(node.body)))
            return tuple(one for one in found if one is not None)
    return ()


def runs(messages: Sequence[str], blocks: Sequence[Batches]) -> tuple[tuple[int, int, Batches], ...] | None:
    """Where each block's messages begin and which is its last one; None unless all are there, in order."""
    found: list[tuple[int, int, Batches]] = []
    at = 0
    for block in blocks:
        first = next((n for n in range(at, len(messages)) if messages[n].strip() == block.asks), None)
        if first is None:
            return None
        last = first + 1
        while last < len(messages) and block.is_part(messages[last]):
            last += 1
        if last >= len(messages) or messages[last] != block.whole:
            return None
        found.append((first, last, block))
        at = last + 1
    return tuple(found)


def _block(body: Sequence[ast.stmt], at: int) -> Batches | None:
    """The block that begins with that statement, if one does."""
    first = _named(body[at])
    if first is None:
        return None
    verb, head = first
    second = _named(body[at + 1]) if at + 1 < len(body) else None
    length = 3 if second is not None and second[0] == "then" else 2
    found = body[at : at + length]
    if len(found) < length or not isinstance(found[-1], ast.If):
        return None
    rest = second[1] if second is not None and length == 3 else _tail(found[-1])
    texts = [n.value for n in ast.walk(found[-1]) if isinstance(n, ast.Constant)]
    tables = [m[1].replace("''", "'") for m in (SIZE.fullmatch(t) for t in texts if isinstance(t, str)) if m]
    if len(tables) != 1:
        return None
    one = Batches(tables[0], head.replace("\\:", ":"), rest.replace("\\:", ":"))
    return one if _text(found) in _again(one, verb, sorted({n for n in texts if type(n) is int and n > 0})) else None


def _again(one: Batches, verb: str, sizes: Sequence[int]) -> Iterator[str]:
    """What we would write for it: for each number of pages, with other dialects in mind and without."""
    for pages in sizes:
        for batch in (False, True):
            yield _text(ast.parse(by_pages(one.table, one.head, pages, verb=verb, rest=one.rest, batch=batch)).body)


def _named(node: ast.stmt) -> tuple[str, str] | None:
    """(name, text) of `name = "text"`."""
    if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Constant)):
        return None
    return (node.targets[0].id, node.value.value) if isinstance(node.value.value, str) else None


def _tail(block: ast.If) -> str:
    """What comes after the condition, where it stands in the call itself."""
    call = block.body[0].value if isinstance(block.body[0], ast.Expr) else None
    if not (isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.JoinedStr)):
        return ""
    last = call.args[0].values[-1]
    return str(last.value) if isinstance(last, ast.Constant) else ""


def _text(body: Sequence[ast.stmt]) -> str:
    return ast.dump(ast.Module(list(body), []), annotate_fields=False)
