"""Splits text into commands and reads each into acts; what does not parse is told with its place, the rest is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pgwright.hazards.acts import Act, Other
from pgwright.hazards.reading.registry import READERS

LONG = 200_000  # characters: a longer command is a load of data, and its head says what it is


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a text: its own text, where it begins (characters), the acts in it."""

    text: str
    offset: int
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class Unparsable:
    """A piece of text that is not PostgreSQL's SQL: where, and what the parser said."""

    text: str
    offset: int
    at: int  # the place of the error, characters from the start of the whole text
    why: str


@lru_cache(maxsize=4096)
def commands(text: str) -> tuple[Command | Unparsable, ...]:
    """The commands of a text in order. One that does not parse is an Unparsable; those around it are read."""
    return tuple(_commands(text))


def _commands(text: str) -> Iterator[Command | Unparsable]:
    import postgast

    data = text.encode()
    try:
        tree = _parsed(text) if len(text) <= LONG else None
    except postgast.PgQueryError:
        tree = None
    if tree is not None:
        for one in tree.stmts:
            end = one.stmt_location + one.stmt_len if one.stmt_len else len(data)
            yield _command(data, one.stmt_location, end, one.stmt)
        return
    for start, end in _pieces(data):
        piece = data[start:end].decode()
        before = len(data[:start].decode())
        try:
            found = _parsed(_head(piece))
        except postgast.PgQueryError as error:
            yield Unparsable(piece.strip(), before, before + max(0, error.cursorpos - 1), str(error))
            continue
        for one in found.stmts:
            yield _command(data, start, end, one.stmt)


def _parsed(text: str) -> Any:
    import postgast

    return postgast.parse(text)


def _command(data: bytes, start: int, end: int, node: Any) -> Command:
    raw = data[start:end].decode()
    text = _bare(raw)
    offset = len(data[:start].decode()) + raw.find(text)
    return Command(text.rstrip(), offset, acts_of(node))


def acts_of(node: Any) -> tuple[Act, ...]:
    """The acts of one parsed statement."""
    kind = node.WhichOneof("node")
    inner = getattr(node, kind)
    reader = READERS.get(kind)
    return tuple(reader(inner)) if reader else (Other(kind, inner),)


def _bare(text: str) -> str:
    """The text without what stands before its first word: blanks and comments."""
    while True:
        text = text.lstrip()
        if text.startswith("--") and "\n" in text:
            text = text.partition("\n")[2]
        elif text.startswith("/*") and "*/" in text:
            text = text.partition("*/")[2]
        else:
            return text


def _head(text: str) -> str:
    """A long INSERT without its rows: enough to know what it is, without a parse tree of megabytes."""
    if len(text) <= LONG:
        return text
    bare = _bare(text)
    head, values, _ = bare[:2000].partition("VALUES")
    return f"{head} DEFAULT VALUES" if values and bare[:6].upper() == "INSERT" else text


def _pieces(data: bytes) -> Iterator[tuple[int, int]]:
    """(start, end) of each piece between semicolons, by the parser's own scanner: it survives what does not parse."""
    import postgast

    start = depth = 0
    try:
        tokens = postgast.scan(data.decode()).tokens
    except postgast.PgQueryError:  # a quote that is never closed
        yield 0, len(data)
        return
    atomic = 0
    for token in tokens:
        kind = data[token.start : token.end]
        if kind == b"(":
            depth += 1
        elif kind == b")":
            depth = max(0, depth - 1)
        elif kind.upper() == b"ATOMIC":
            atomic = 1
        elif atomic and kind.upper() == b"CASE":
            atomic += 1
        elif atomic and kind.upper() == b"END":
            atomic -= 1
        elif kind == b";" and not atomic:
            if data[start : token.start].strip():
                yield start, token.start
            start, depth = token.end, 0
    if data[start:].strip():
        yield start, len(data)
