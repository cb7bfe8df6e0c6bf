"""Splits text into commands and reads each into acts; what does not parse is told with its place, the rest is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pgwright.hazards.acts import Act, Other
from pgwright.hazards.reading.parser import parser
from pgwright.hazards.reading.registry import READERS

SEMICOLON = 59  # the scanner names such tokens by their character
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


def commands(text: str) -> tuple[Command | Unparsable, ...]:
    """The commands of a text in order. One that does not parse is an Unparsable; those around it are read."""
    return _kept(text) if len(text) <= LONG else tuple(_commands(text))


@lru_cache(maxsize=1024)
def _kept(text: str) -> tuple[Command | Unparsable, ...]:
    return tuple(_commands(text))


def _commands(text: str) -> Iterator[Command | Unparsable]:
    postgast = parser()

    data = text.encode()
    try:
        tree = postgast.parse(text) if len(text) <= LONG else None
    except postgast.PgQueryError:
        tree = None
    if tree is not None:
        for one in tree.stmts:
            end = one.stmt_location + one.stmt_len if one.stmt_len else len(data)
            yield _command(data[one.stmt_location : end].decode(), len(data[: one.stmt_location].decode()), one.stmt)
        return
    counted = before = 0  # characters before byte `counted`
    for start, end in _pieces(data):
        before += len(data[counted:start].decode())
        counted = start
        piece = data[start:end].decode()
        try:
            found = postgast.parse(_head(piece))
        except postgast.PgQueryError as error:
            yield Unparsable(piece.strip(), before, before + max(0, error.cursorpos - 1), str(error))
            continue
        for one in found.stmts:
            yield _command(piece, before, one.stmt)


def _command(raw: str, before: int, node: Any) -> Command:
    text = _bare(raw)
    return Command(text.rstrip(), before + len(raw) - len(text), acts_of(node))


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
    return f"{head} VALUES (NULL)" if values and bare[:6].upper() == "INSERT" else text


def _pieces(data: bytes) -> Iterator[tuple[int, int]]:
    """(start, end) of each piece between semicolons, by the parser's own scanner: it survives what does not parse."""
    postgast = parser()

    try:
        tokens = postgast.scan(data.decode()).tokens
    except postgast.PgQueryError as error:  # a quote that is never closed: all before it can still be told apart
        broken = len(data.decode()[: max(0, error.cursorpos - 1)].encode())
        last = 0
        if broken:
            for last, end in _pieces(data[:broken]):
                if end < broken and data[end : end + 1] == b";":
                    yield last, end
                    last = end + 1
        yield last, len(data)
        return
    start = atomic = 0
    for token in tokens:
        if token.token == SEMICOLON and not atomic:
            if data[start : token.start].strip():
                yield start, token.start
            start = token.end
        elif token.keyword_kind:
            atomic = _nested(atomic, data[token.start : token.end].upper())
    if data[start:].strip():
        yield start, len(data)


def _nested(atomic: int, word: bytes) -> int:
    """How deep in BEGIN ATOMIC ... END the scanner stands; a CASE in it has an END of its own."""
    if word == b"ATOMIC":
        return 1
    if atomic and word == b"CASE":
        return atomic + 1
    return atomic - 1 if atomic and word == b"END" else atomic
