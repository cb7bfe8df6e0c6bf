"""The ledger of a guarded database: read, and verified against itself and against the heads that git remembers.

A chain shows what was changed or taken out of it, but not that its end was cut off, nor that all of it was written anew.
Therefore each report's head is kept in the repository (`.pgwright/heads/ENV.txt`, one line per head).
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from pgwright.gate.guard import Connection
from pgwright.gate.guard_refusals import NotGuarded
from pgwright.gate.statements import statement
from pgwright.project import Project
from pgwright.project.address import Address

HEADS = Path(".pgwright/heads")
Kind = Literal["edited", "missing", "unlinked", "cut", "replaced", "forgotten"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: who did what when. `text` is what its hash is over, after the hash of the line before."""

    seq: int
    at: str
    who: str
    event: str
    body: dict[str, Any]
    prev: str | None
    hash: str
    text: bytes


@dataclass(frozen=True, slots=True, order=True)
class Head:
    """The number and hash of a last line, as it was at some time."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Damage:
    """Something that a ledger which only grew cannot show."""

    kind: Kind
    seq: int
    message: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What verification came to; without damage the ledger is the one that git remembers, grown."""

    environment: str
    lines: int
    head: Head | None
    heads_in_git: int
    damage: tuple[Damage, ...] = ()
    format: str = "ledger/1"


@contextmanager
def opened(address: Address) -> Iterator[Connection]:
    """A read-only session. Raises NotGuarded where there is no ledger, and Unreachable."""
    with address.session("ledger") as conn:
        conn.read_only = True
        if not conn.execute(statement("has_ledger")).fetchall()[0][0]:
            raise NotGuarded(environment=address.name)
        yield conn


def read(conn: Connection) -> tuple[Line, ...]:
    """Every line, oldest first."""
    return tuple(Line(*row) for row in conn.execute(statement("entries")).fetchall())


def head(conn: Connection) -> Head | None:
    """The last line's number and hash: what a report carries."""
    rows = conn.execute(statement("head")).fetchall()
    return Head(*rows[0]) if rows else None


def verify(conn: Connection, environment: str, heads: Sequence[Head] = (), forgotten: Sequence[Head] = ()) -> Verified:
    """Compare the ledger with itself and with the heads in git; `forgotten` heads are committed but not in the work tree."""
    lines = read(conn)
    damage = [*_chain(lines), *_against(lines, heads)]
    what = "is in the last commit, but was taken out of the file"
    damage += [Damage("forgotten", one.seq, f"head {one.seq} {what}") for one in forgotten]
    last = Head(lines[-1].seq, lines[-1].hash) if lines else None
    return Verified(environment, len(lines), last, len(heads), tuple(sorted(damage, key=lambda one: one.seq)))


def _chain(lines: Sequence[Line]) -> Iterator[Damage]:
    before: Line | None = None
    for line in lines:
        expected = before.seq + 1 if before else 1
        if line.seq != expected:
            yield Damage("missing", expected, f"line {expected} is missing; {line.seq} follows")
        elif line.prev != (before.hash if before else None):
            yield Damage("unlinked", line.seq, f"line {line.seq} does not follow the line before it")
        prev = bytes.fromhex(line.prev) if line.prev else b""
        if sha256(prev + line.text).hexdigest() != line.hash:
            yield Damage("edited", line.seq, f"line {line.seq} ({line.event} by {line.who}) was edited")
        before = line


def _against(lines: Sequence[Line], heads: Sequence[Head]) -> Iterator[Damage]:
    hashes = {line.seq: line.hash for line in lines}
    last = lines[-1].seq if lines else 0
    for one in heads:
        if one.seq > last:
            what = f"git remembers line {one.seq}, the ledger ends at {last}: its tail was cut off, or this is an older copy"
            yield Damage("cut", one.seq, what)
        elif hashes.get(one.seq) != one.hash:
            yield Damage("replaced", one.seq, f"line {one.seq} is not the one that git remembers")


def heads_of(project: Project, environment: str) -> tuple[tuple[Head, ...], tuple[Head, ...]]:
    """The heads that are remembered (work tree and last commit), and those that the work tree's file lacks."""
    file = project.root / HEADS / f"{environment}.txt"
    here = set(_heads(file.read_text("utf-8"))) if file.is_file() else set()
    committed = set(_heads(_committed(project, file)))
    return tuple(sorted(here | committed)), tuple(sorted(committed - here))


def keep(project: Project, environment: str, one: Head) -> Path:
    """Write a head down, once; the file is to be committed with the report."""
    file = project.root / HEADS / f"{environment}.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    there = file.read_text("utf-8") if file.is_file() else ""
    if one not in _heads(there):
        file.write_text(f"{there}{one.seq} {one.hash}\n", "utf-8")
    return file


def _heads(text: str) -> list[Head]:
    parts = (line.split() for line in text.splitlines())
    return [Head(int(one[0]), one[1]) for one in parts if len(one) == 2 and one[0].isdigit()]


def _committed(project: Project, file: Path) -> str:
    """The file in the last commit; nothing where there is no git, no commit or no file."""
    if project.repository is None:
        return ""
    name = file.relative_to(project.repository)
    command = ["git", "-C", str(project.repository), "show", f"HEAD:{name.as_posix()}"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return ran.stdout if ran.returncode == 0 else ""
