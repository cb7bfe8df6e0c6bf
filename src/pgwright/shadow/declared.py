"""What the project declares beside its metadata, made on the shadow: entities of libraries and SQL files.

Both are read back by the same catalog reader as everything else, so nothing of theirs is understood here: what they made is
what is there afterwards and was not before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import postgast
import psycopg
from psycopg import sql

from pgwright.errors import Refusal
from pgwright.interpreter.results import Entity
from pgwright.project.objects import ObjectSettings
from pgwright.schema.model import Schema
from pgwright.shadow.stage import EMPTY, Stage

MODELS = "pgwright_models"


class NotMade(Refusal):
    """
    what is declared beside the models could not be made: {failures}
    What it needs must be in the models, in another declared object, or in a file of setup_sql (pgwright.toml). Nothing was
    planned, since what is not made would seem to be gone.
    """

    code = "PW-SHADOW-34"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the models say, without and with what is declared beside them; the same where nothing is."""

    models: Schema
    declared: Schema
    kept: frozenset[str] = frozenset()  # kinds of entities that are never to be dropped


@dataclass(frozen=True, slots=True)
class Making:
    """One message that makes something, and what to call it."""

    name: str
    sql: bytes


def wanted(stage: Stage, head: Schema, settings: ObjectSettings) -> Wanted:
    """create_all, and what is declared on top of it, on a database that is dropped afterwards. Raises NotMade."""
    entities = stage.interpreter.entities()
    extensions, makings = _declared(entities, settings)
    stage.drop(MODELS)
    stage.clone(MODELS, template=EMPTY)
    try:
        if not makings and not extensions:
            stage.interpreter.create_all(stage.target(MODELS))
            models = stage.capture(MODELS).schema
            return Wanted(models, models)
        own = _extended(stage, head, extensions)
        stage.interpreter.create_all(stage.target(MODELS), alone=True)
        before = stage.capture(MODELS).schema
        with stage.connected(MODELS) as conn:
            made(conn, list(makings))
        after = stage.capture(MODELS).schema
        lent = frozenset(t.identity for t in head.of_kind("extension")) - own
        return Wanted(before, _without(after, lent), frozenset(one.kind for one in entities if one.only_adds))
    finally:
        stage.drop(MODELS)


def _declared(entities: Sequence[Entity], settings: ObjectSettings) -> tuple[dict[str, Making], list[Making]]:
    """Extensions by name, which come before the models' tables, and all else."""
    extensions: dict[str, Making] = {}
    makings: list[Making] = []
    for path in settings.found():
        own, rest = _parted(path.read_bytes())
        extensions.update({name: Making(str(path), text) for name, text in own.items()})
        makings += [Making(str(path), rest)] if rest.strip() else []
    for one in entities:
        making = Making(one.identity, one.sql.encode())
        if one.kind == "extension":
            extensions[one.signature] = making
        else:
            makings.append(making)
    return extensions, makings


def _parted(text: bytes) -> tuple[dict[str, bytes], bytes]:
    """The CREATE EXTENSION of a file by the extension's name, and the file without them; whole where it cannot be read."""
    try:
        statements = postgast.parse(text.decode()).stmts
    except (postgast.PgQueryError, UnicodeDecodeError):
        return {}, text
    found: dict[str, bytes] = {}
    rest = bytearray(text)
    for one in statements:
        if one.stmt.WhichOneof("node") == "create_extension_stmt":
            place = slice(one.stmt_location, one.stmt_location + one.stmt_len if one.stmt_len else len(text))
            found[one.stmt.create_extension_stmt.extname] = text[place]
            rest[place] = b" " * len(text[place])
    return found, bytes(rest) if bytes(rest).strip(b" \t\r\n;") else b""


def made(conn: psycopg.Connection, makings: Sequence[Making]) -> None:
    """Run them, each as one message; those that fail again after the others, as long as that helps. Raises NotMade."""
    left = list(makings)
    while left:
        failed: list[tuple[Making, str]] = []
        for one in left:
            try:
                conn.execute(one.sql)
            except psycopg.Error as error:
                conn.rollback()
                failed.append((one, str(error).splitlines()[0]))
        if len(failed) == len(left):
            raise NotMade(failures="; ".join(f"{one.name}: {why}" for one, why in failed))
        left = [one for one, _ in failed]


def _extended(stage: Stage, head: Schema, declared: Mapping[str, Making]) -> frozenset[str]:
    """The head's schemas and extensions, so that what is declared finds them; returns the extensions that are to stay.

    Without any that is declared all of them are; else those, and what the set-up SQL made.
    """
    with stage.connected(MODELS) as conn:
        there = {name for (name,) in conn.execute("SELECT extname FROM pg_extension")}
        for thing in head.of_kind("schema"):
            conn.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(thing.identity)))
        made(conn, [making for name, making in declared.items() if name not in there])
        for thing in head.of_kind("extension"):
            place = sql.SQL(" WITH SCHEMA {}").format(sql.Identifier(thing["schema"] or "public"))
            named = sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(thing.identity))
            conn.execute(named + place + sql.SQL(" CASCADE"))
    names = set(declared) or {t.identity for t in head.of_kind("extension")}
    return frozenset(there | names)


def _without(schema: Schema, extensions: frozenset[str]) -> Schema:
    things = tuple(t for t in schema.things if t.kind != "extension" or t.identity not in extensions)
    return Schema(schema.relations, things, schema.version)
