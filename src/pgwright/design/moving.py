"""What a column carries beside its values, moved to the column that takes its place: default, sequence, identity.

All of it is written for the moment before the two columns change names.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.design import column_type, restore
from pgwright.design.compiled import step
from pgwright.design.draft import Surroundings
from pgwright.design.source import execute, qualified, quoted, sql_string
from pgwright.schema.model import Column, Relation
from pgwright.step import Step


def _alter(table: Relation, column: str) -> str:
    return f"ALTER TABLE {qualified(restore.schema_of(table), table.name)} ALTER COLUMN {quoted(column)}"


def moved_default(table: Relation, column: Column, to: str, type_text: str) -> Iterator[Step]:
    """SET DEFAULT on the new column, DROP DEFAULT on the old: a default on both would draw twice from a sequence."""
    if column.default is None or column.generated:
        return
    old, new = _alter(table, column.name), _alter(table, to)
    yield step(
        execute(f"{new} SET DEFAULT {converted(column, type_text)}"), "switch", undo=execute(f"{new} DROP DEFAULT")
    )
    yield step(execute(f"{old} DROP DEFAULT"), "switch", undo=execute(f"{old} SET DEFAULT {column.default}"))


def converted(column: Column, type_text: str) -> str:
    """The default for the new type: the old one, cast where it says its type itself."""
    default = column.default or ""
    if default.startswith("nextval("):
        return default
    kind = column_type.parsed(type_text)
    bare, cast, _ = default.rpartition("::")
    if cast and bare.startswith("'") and bare.endswith("'"):
        return f"{bare}::{kind.text}"  # 'new'::text -> 'new'::mood
    return f"({default})::{kind.text}" if "(" in default else default


def moved_sequence(table: Relation, column: Column, to: str, type_text: str) -> Iterator[Step]:
    """The sequence of a serial column belongs to the new one from now on, else it would go with the old; wider if need be."""
    name = restore.sequence_name(column)
    if name is None:
        return
    relation = qualified(restore.schema_of(table), table.name)

    def owned(by: str) -> str:
        return execute(f"ALTER SEQUENCE {name} OWNED BY {relation}.{quoted(by)}")

    yield step(owned(to), "switch", undo=owned(column.name))
    if column_type.parsed(type_text).name in ("int2", "int4", "int8"):
        wide, narrow = (execute(f"ALTER SEQUENCE {name} AS {t}") for t in (type_text, column.type))
        yield step(wide, "switch", undo=narrow)


def moved_identity(table: Relation, column: Column, to: str) -> Iterator[Step]:
    """DROP IDENTITY here, ADD IDENTITY there, under the same sequence name and going on from the same number."""
    if not column.identity:
        return
    there = _identity_code(table, column.name, to, column.identity)
    yield step(there, "switch", undo=_identity_code(table, to, column.name, column.identity))


_READ = (
    "SELECT * INTO q FROM pg_sequence WHERE seqrelid = s::regclass; "
    "EXECUTE 'SELECT last_value, is_called FROM ' || s INTO v, c; "
)
_LIMITS = (
    "format('START WITH %s INCREMENT BY %s MINVALUE %s %s CACHE %s %s', q.seqstart, q.seqincrement, q.seqmin, "
    "CASE WHEN q.seqmax IN (32767, 2147483647, 9223372036854775807) THEN 'NO MAXVALUE' ELSE 'MAXVALUE ' || q.seqmax END, "
    "q.seqcache, CASE WHEN q.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END)"
)
_AGAIN = "PERFORM setval(s::regclass, v, c); "


def _do(declared: str, body: str) -> str:
    return execute(f"DO {sql_string(f'DECLARE {declared}q pg_sequence; v bigint; c boolean; BEGIN {body}END')}")


def _owned(table: Relation, column: str) -> str:
    relation = qualified(restore.schema_of(table), table.name)
    return f"s text := pg_get_serial_sequence({sql_string(relation)}, {sql_string(column)}); "


def _generated(table: Relation, column: str, identity: str) -> str:
    add = f"{_alter(table, column)} ADD GENERATED {identity.upper()} AS IDENTITY"
    return f"EXECUTE {sql_string(add)} || ' (SEQUENCE NAME ' || s || ' ' || {_LIMITS} || ')'; "


def _identity_code(table: Relation, source: str, target: str, identity: str) -> str:
    """From one column to another."""
    drop = f"{_alter(table, source)} DROP IDENTITY; "
    return _do(_owned(table, source), f"{_READ}{drop}{_generated(table, target, identity)}{_AGAIN}")


def identity_to(table: Relation, other: Relation, column: Column) -> str:
    """Code that lets the column of another table number the rows from here on, as this one did; names are those of now."""
    drop = f"{_alter(table, column.name)} DROP IDENTITY; "
    made = _generated(other, column.name, column.identity)
    return _do(_owned(table, column.name), f"{_READ}{drop}{made}{_AGAIN}")


def drawn_from(column: Column) -> str | None:
    """The sequence, as SQL, that a serial column draws from."""
    return restore.sequence_name(column)


def _after_highest(table: Relation, column: Column, add: str) -> str:
    relation = qualified(restore.schema_of(table), table.name)
    owned = f"pg_get_serial_sequence({sql_string(relation)}, {sql_string(column.name)})::regclass"
    highest = f"SELECT max({quoted(column.name)}) INTO v FROM {relation}; "
    go_on = f"IF v IS NOT NULL THEN PERFORM setval({owned}, v); END IF; "
    return execute(f"DO {sql_string(f'DECLARE v bigint; BEGIN {add}; {highest}{go_on}END')}")


def identity_options(on: Surroundings, table: Relation, column: Column) -> str:
    """The name and options of an identity column's sequence, as SQL in parentheses; empty when it is not known."""
    owner = f"{table.qualified}.{column.name}"
    found = next((t for t in on.database.of_kind("sequence") if t["owned_by"] == owner), None)
    if found is None:
        return ""
    name = qualified(restore.schema_of(table), found.identity.removeprefix(f"{table.schema}."))
    said = {"START WITH": "start", "INCREMENT BY": "increment", "MINVALUE": "min", "MAXVALUE": "max", "CACHE": "cache"}
    options = [f"{words} {found[key]}" for words, key in said.items() if found[key] is not None]
    options += ["CYCLE"] if found["cycle"] == "true" else []
    return f" ({' '.join(['SEQUENCE NAME', name, *options])})"


def identity_code(table: Relation, column: Column, identity: str, *, options: str = "") -> tuple[str, str]:
    """Code that makes the column an identity one, and code that takes it back to what it is now."""
    alter, name = _alter(table, column.name), drawn_from(column)
    if column.identity:
        return tuple(execute(f"{alter} SET GENERATED {word.upper()}") for word in (identity, column.identity))  # type: ignore[return-value]
    if name is None:
        return _after_highest(table, column, f"{alter} ADD GENERATED {identity.upper()} AS IDENTITY{options}"), execute(
            f"{alter} DROP IDENTITY"
        )
    there = f"{_READ}{alter} DROP DEFAULT; DROP SEQUENCE {name}; {_generated(table, column.name, identity)}{_AGAIN}"
    owner = f"{qualified(restore.schema_of(table), table.name)}.{quoted(column.name)}"
    create = sql_string(f"CREATE SEQUENCE {name} AS {column.type} ")
    back = (
        f"{_READ}{alter} DROP IDENTITY; EXECUTE {create} || {_LIMITS}; ALTER SEQUENCE {name} OWNED BY {owner}; "
        f"{alter} SET DEFAULT {column.default}; {_AGAIN}"
    )
    return _do(f"s text := {sql_string(name)}; ", there), _do(_owned(table, column.name), back)
