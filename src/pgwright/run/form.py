"""What kind of statement a recorded message is, as far as running it again needs to know.

Source of what cannot be in a transaction block: PostgreSQL documentation, the notes of each command.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

import postgast
from psycopg import sql

COMMENT = re.compile(r"^(?:\s+|--[^\n]*(?:\n|$)|/\*.*?\*/)+", re.S)
ALONE = re.compile(
    r"(CREATE\s+(UNIQUE\s+)?INDEX\s+CONCURRENTLY|DROP\s+INDEX\s+CONCURRENTLY|REINDEX\b|VACUUM\b|CLUSTER\s*;?\s*$"
    r"|ALTER\s+TABLE\b.*\bDETACH\s+PARTITION\b.*\bCONCURRENTLY|(CREATE|DROP)\s+(DATABASE|TABLESPACE|SUBSCRIPTION)\b"
    r"|ALTER\s+SYSTEM\b|ALTER\s+DATABASE\b.*\bTABLESPACE\b)",
    re.I | re.S,
)
OPAQUE = re.compile(r"(DO|CALL)\b", re.I)  # may commit inside: outside of a transaction nobody knows how far it came
LOOKS = re.compile(r"(SELECT|SHOW|TABLE|VALUES)\b", re.I)
SESSION = re.compile(r"(SET\s+(?!LOCAL\b|CONSTRAINTS\b|TRANSACTION\b)|RESET\b)", re.I)
TIMEOUT = re.compile(r"SET\s+(LOCAL\s+|SESSION\s+)?(lock_timeout|statement_timeout|idle_in_transaction\w*)\b", re.I)
BUILD = re.compile(r"CREATE\s+(UNIQUE\s+)?INDEX\s+CONCURRENTLY\b", re.I)
REMOVE = re.compile(r"DROP\s+INDEX\s+CONCURRENTLY\b", re.I)
DETACH = re.compile(r"ALTER\s+TABLE\b.*\bDETACH\s+PARTITION\b", re.I | re.S)
VALIDATES = re.compile(r"ALTER\s+TABLE\b.*\bVALIDATE\s+CONSTRAINT\b", re.I | re.S)

Kind = Literal["alone", "opaque", "looks", "session", "timeout", "plain"]


@dataclass(frozen=True, slots=True)
class BuiltIndex:
    """What a CREATE INDEX CONCURRENTLY is about. An index stands in the schema of its table."""

    name: str
    table: tuple[str, ...]  # schema and name, or the name alone


def kind(message: str) -> Kind:
    """How the message has to be run again."""
    bare = COMMENT.sub("", message)
    for pattern, found in _KINDS:
        if pattern.match(bare):
            return found
    return "plain"


_KINDS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (ALONE, "alone"), (OPAQUE, "opaque"), (TIMEOUT, "timeout"), (SESSION, "session"), (LOOKS, "looks"),
)  # fmt: skip


def does(pattern: re.Pattern[str], message: str) -> bool:
    """True when the message, comments aside, begins like the pattern."""
    return bool(pattern.match(COMMENT.sub("", message)))


def built_index(message: str) -> BuiltIndex | None:
    """The index that a message builds concurrently; None when it builds none, or one without a name of its own."""
    if not does(BUILD, message):
        return None
    node = postgast.parse(message).stmts[0].stmt.index_stmt
    return BuiltIndex(node.idxname, _named(node.relation)) if node.idxname else None


def removed_indexes(message: str) -> tuple[tuple[str, ...], ...]:
    """The indexes that a DROP INDEX CONCURRENTLY names."""
    if not does(REMOVE, message):
        return ()
    objects = postgast.parse(message).stmts[0].stmt.drop_stmt.objects
    return tuple(tuple(part.string.sval for part in one.list.items) for one in objects)


def detached(message: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """(table, partition) of an ALTER TABLE that detaches one concurrently; None for any other message."""
    if not (does(ALONE, message) and does(DETACH, message)):
        return None
    node = postgast.parse(message).stmts[0].stmt.alter_table_stmt
    partition = getattr(node.cmds[0].alter_table_cmd, "def").partition_cmd.name
    return _named(node.relation), _named(partition)


def _named(relation: Any) -> tuple[str, ...]:
    return tuple(part for part in (relation.schemaname, relation.relname) if part)


def identifier(name: tuple[str, ...]) -> sql.Identifier:
    """The name, quoted."""
    return sql.Identifier(*name)
