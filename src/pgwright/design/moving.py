"""What a column carries beside its values, moved to the column that takes its place: default, sequence, identity.

All of it is written for the moment before the two columns change names.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.design import column_type, restore
from pgwright.design.compiled import step
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


_OPTIONS = (
    "format(' AS IDENTITY (SEQUENCE NAME %s START WITH %s INCREMENT BY %s MINVALUE %s %s CACHE %s %s)', s, q.seqstart, "
    "q.seqincrement, q.seqmin, CASE WHEN q.seqmax IN (32767, 2147483647, 9223372036854775807) THEN 'NO MAXVALUE' "
    "ELSE 'MAXVALUE ' || q.seqmax END, q.seqcache, CASE WHEN q.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END)"
)


def _identity_code(table: Relation, source: str, target: str, identity: str) -> str:
    relation = qualified(restore.schema_of(table), table.name)
    drop, add = f"{_alter(table, source)} DROP IDENTITY", f"{_alter(table, target)} ADD GENERATED {identity.upper()}"
    body = (
        f"DECLARE s text := pg_get_serial_sequence({sql_string(relation)}, {sql_string(source)}); q pg_sequence; "
        "v bigint; c boolean; BEGIN SELECT * INTO q FROM pg_sequence WHERE seqrelid = s::regclass; "
        "EXECUTE 'SELECT last_value, is_called FROM ' || s INTO v, c; "
        f"{drop}; EXECUTE {sql_string(add)} || {_OPTIONS}; PERFORM setval(s::regclass, v, c); END"
    )
    return execute(f"DO {sql_string(body)}")
