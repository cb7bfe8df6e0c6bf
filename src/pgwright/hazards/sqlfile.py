"""SQL files of other tools, each with its own way of saying what runs in a transaction.

Flyway    one transaction a file; `executeInTransaction=false` in FILE.conf, or nothing in it that may run in one
Prisma    `migration.sql`: one message; a single command runs by itself, several in one transaction
dbmate    `-- migrate:up [transaction:false]`, `-- migrate:down`; without a transaction a section is one message
goose     `-- +goose Up`, `-- +goose Down`, `-- +goose NO TRANSACTION`: then command by command
Sqitch    deploy/, revert/, verify/ and plain files go through psql: BEGIN and COMMIT as written
Sources: the tools' manuals, chapters on transactions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pgwright.hazards.acts import CreateIndex, Drop, Maintain, Reindex
from pgwright.hazards.reading import Command, Unparsable, commands
from pgwright.hazards.recorded import Transactions, of_message
from pgwright.hazards.statement import Broken, Phase, Revision, Script, Statement

Way = Literal["transaction", "message", "commands"]
FLYWAY = re.compile(r"(?:[VU][\d._]+|R|B[\d._]+)__.+\.sql$", re.I)
DBMATE = re.compile(r"^--\s*migrate:(up|down)\b(.*)$", re.M)
GOOSE = re.compile(r"^--\s*\+goose\s+(up|down)\b", re.M | re.I)
GOOSE_ALONE = re.compile(r"^--\s*\+goose\s+NO\s+TRANSACTION", re.M | re.I)
COPY_IN = re.compile(r"^COPY\b[^;]*\bFROM\s+STDIN\b[^;]*;[^\n]*\n", re.M | re.I)
META = re.compile(r"^\\[A-Za-z.!?].*$", re.M)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a file that runs in one way. Its text is the whole file's with everything else blanked out."""

    phase: Phase
    text: str
    way: Way


def read(path: Path, text: str, name: str | None = None) -> Revision:
    """The file as a Revision: `upgrade`, and `downgrade` when the file holds one. `name` is what findings call it."""
    shown = name or str(path)
    found = {section.phase: _script(section, shown) for section in sections(path, text)}
    upgrade = found.get("upgrade", Script((), "upgrade", None, shown))
    return Revision(upgrade, found.get("downgrade"), None, shown, text)


def decoded(data: bytes) -> tuple[str, str]:
    """(text, what was wrong with the encoding): UTF-8, or what a byte order mark says; else Latin-1, so that it is read."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"", "utf-8-sig")):
        if data.startswith(mark):
            try:
                return data.decode(encoding), ""
            except UnicodeDecodeError as error:
                wanted = encoding.removesuffix("-sig").upper()
                return data.decode("latin-1"), f"not {wanted} at byte {error.start}; read as Latin-1"
    raise AssertionError("every file starts with nothing")


def sections(path: Path, text: str) -> list[Section]:
    """The parts of a file, by the marks of the tool that it was written for."""
    text = _without_data(text)
    if DBMATE.search(text):
        return _marked(DBMATE, text, lambda mark: "message" if "transaction:false" in mark[2] else "transaction")
    if GOOSE.search(text):
        way: Way = "commands" if GOOSE_ALONE.search(text) else "transaction"
        return _marked(GOOSE, text, lambda mark: way)
    if path.name == "migration.sql":
        return [Section("upgrade", text, "message")]
    if FLYWAY.fullmatch(path.name):
        phase: Phase = "downgrade" if path.name[0] in "Uu" else "upgrade"
        return [Section(phase, text, _flyway(path, text))]
    return [Section("downgrade" if path.parent.name == "revert" else "upgrade", text, "commands")]


def _marked(mark: re.Pattern[str], text: str, way: object) -> list[Section]:
    """One section a mark, as far as the next."""
    found = list(mark.finditer(text))
    out = []
    for at, one in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(text)
        phase: Phase = "downgrade" if one[1].lower() == "down" else "upgrade"
        out.append(Section(phase, _blank(text[: one.end()]) + text[one.end() : end], way(one)))  # type: ignore[operator]
    return out


def _flyway(path: Path, text: str) -> Way:
    """Flyway leaves the transaction out when it is told so, or when no command of the file may run in one."""
    settings = path.with_name(path.name + ".conf")
    if settings.is_file() and re.search(
        r"executeInTransaction\s*=\s*false", settings.read_text("utf-8", "replace"), re.I
    ):
        return "commands"
    found = [one for one in commands(text) if isinstance(one, Command)]
    return "commands" if found and all(_stands_alone(one) for one in found) else "transaction"


def _stands_alone(command: Command) -> bool:
    """True for what PostgreSQL refuses inside a transaction."""
    return any(
        (isinstance(act, (CreateIndex, Drop, Reindex)) and act.concurrently) or isinstance(act, Maintain)
        for act in command.acts
    )


def _script(section: Section, file: str) -> Script:
    found = commands(section.text)
    if section.way == "transaction":
        transactions = Transactions(inside=True)
        numbered = list(of_message(found, transactions))
    elif section.way == "message":
        numbered = list(of_message(found, Transactions(inside=False)))
    else:
        transactions = Transactions(inside=False)
        numbered = [pair for one in found for pair in of_message((one,), transactions)]
    return _numbered(section, file, numbered)


def _numbered(section: Section, file: str, found: Sequence[tuple[Command | Unparsable, int | None]]) -> Script:
    statements: list[Statement] = []
    broken: list[Broken] = []
    lines = _Lines(section.text)
    for number, (one, transaction) in enumerate(found):
        if isinstance(one, Unparsable):
            broken.append(Broken(one.text, one.why, *lines.place(one.at)))
            continue
        line = lines.place(one.offset)[0]
        made = Statement(one.text, one.acts, len(statements), transaction, number, section.phase, None, file, line)
        statements.append(replace(made, message=0) if section.way == "message" else made)
    return Script(tuple(statements), section.phase, None, file, unparsable=tuple(broken))


class _Lines:
    """Line and column of a place, for places that only go up."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._line = text, 0, 1

    def place(self, at: int) -> tuple[int, int]:
        if at < self._at:
            self._at, self._line = 0, 1
        self._line += self._text.count("\n", self._at, at)
        self._at = at
        return self._line, at - self._text.rfind("\n", 0, at)


def _without_data(text: str) -> str:
    """The rows of COPY ... FROM stdin and psql's own commands, blanked: line numbers stay."""
    out, at = [], 0
    for start in COPY_IN.finditer(text):
        if start.start() < at:
            continue
        end = re.compile(r"^\\\.\s*$", re.M).search(text, start.end())
        stop = end.end() if end else len(text)
        out += [text[at : start.end()], _blank(text[start.end() : stop])]
        at = stop
    text = "".join(out) + text[at:]
    return META.sub("", text) if "\n\\" in text or text.startswith("\\") else text


def _blank(text: str) -> str:
    return "\n" * text.count("\n")
