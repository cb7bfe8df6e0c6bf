"""A sentence that was understood, and the bullets beside it, as typed requests (design.request's JSON).

Models become tables here; names that the project does not have are refused, never corrected.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pgwright.desk.column_text import ColumnText, read_column, read_detail, split
from pgwright.desk.known import Known, Model
from pgwright.desk.partition_text import read_partitions
from pgwright.desk.phrase import names, unquoted
from pgwright.desk.phrasings import Match
from pgwright.desk.prompt import Prompt
from pgwright.desk.refusals import Contradiction, MissingDetail, UnreadableTask
from pgwright.desk.type_text import type_text
from pgwright.desk.value_text import NotAValue, default_fields, literal

Fields = dict[str, Any]
_INLINE = re.compile(
    r"""^(?P<name>'[^']+'|"[^"]+"|`[^`]+`|[\w$]+)\s+(?P<type>.+?)"""
    r"""(?P<flags>(?:\s+(?:not null|primary key|unique))*)$""",
    re.IGNORECASE | re.DOTALL,
)
NEW_COLUMN = ("new column", "column", "columns", "new columns", "add column")
FILL = ("fill", "fill with", "existing rows")


@dataclass(frozen=True, slots=True)
class Scene:
    """What a request is read against: the project, the prompt's bullets, and the model that its Model bullet names."""

    known: Known
    prompt: Prompt
    model: Model | None = None

    def columns(self) -> list[ColumnText]:
        """The columns that the context describes."""
        return [read_column(value) for value in self.prompt.values(*NEW_COLUMN)]

    def on(self, match: Match) -> Fields:
        """The table of the sentence, or of the Model bullet when the sentence names none."""
        name = match.slot("table")
        if name:
            return table_fields(self.known.model(name))
        if self.model is not None:
            return table_fields(self.model)
        raise MissingDetail(what=repr(match.text), missing="its table", example="- Model: Person")


def table_fields(model: Model) -> Fields:
    """`table`, and `schema` where the model has one."""
    return {"table": model.table, **({"schema": model.schema} if model.schema else {})}


def requests_of(match: Match, scene: Scene) -> list[Fields]:
    """The typed requests that one understood sentence asks for."""
    return _READERS[match.kind](match, scene)


def _add_column(match: Match, scene: Scene) -> list[Fields]:
    wanted = [match.slot("column")] if match.kind == "add_column" else names(match.slot("columns"))
    described = {c.name: c for c in scene.columns()}
    stray = [name for name in described if name not in wanted]
    if stray:
        raise Contradiction(
            one=f"its sentence asks for column {', '.join(wanted)}", other=f"its context describes {', '.join(stray)}"
        )
    table, out = scene.on(match), []
    for name in wanted:
        column = described.get(name) or ColumnText(name)
        for detail in (match.slot("detail"), match.slot("type")):
            if detail:
                read_detail(column, detail, match.text)
        out += column_requests(column, table, scene)
    return out


def column_requests(column: ColumnText, table: Fields, scene: Scene) -> list[Fields]:
    """add_column, and the constraint or index that the column's description asks for beside it."""
    if "type" not in column.fields:
        example = f"- New column: {column.name} (JSONB, nullable, default={{}})"
        raise MissingDetail(what=f"Column {column.name}", missing="its type", example=example)
    return [
        {"kind": "add_column", **table, "column": column.name, "nullable": True, **column.fields},
        *_beside(column, table, scene),
    ]


def _beside(column: ColumnText, table: Fields, scene: Scene) -> list[Fields]:
    out: list[Fields] = []
    if column.references:
        out.append(_foreign_key(table, [column.name], _reference(column.references, scene), column.on_delete))
    if "unique" in column.sides:
        out.append({"kind": "add_unique", **table, "columns": [column.name]})
    if "index" in column.sides and not column.references:
        out.append({"kind": "add_index", **table, "columns": [column.name]})
    return out


def _create_table(match: Match, scene: Scene) -> list[Fields]:
    columns = [_inline(part) for part in split(match.slot("detail"))] + scene.columns()
    name = match.slot("new")
    if not columns:
        raise MissingDetail(
            what=f"Table {name}", missing="its columns", example="- Column: id (bigint, identity, primary key)"
        )
    table, beside, written = {"table": name}, [], []
    for column in columns:
        if "type" not in column.fields:
            raise MissingDetail(
                what=f"Column {column.name}", missing="its type", example=f"- Column: {column.name} (text)"
            )
        key = "primary_key" in column.sides
        written.append({"column": column.name, **({"nullable": False} if key else {}), **column.fields})
        beside += _beside(column, table, scene)
    key_bullet = [n for value in scene.prompt.values("primary key") for n in names(value)]
    primary = key_bullet or [c.name for c in columns if "primary_key" in c.sides]
    for column_fields in written:
        if column_fields["column"] in primary:
            column_fields["nullable"] = False
    return [{"kind": "create_table", **table, "columns": written, "primary_key": primary}, *beside]


def _inline(part: str) -> ColumnText:
    """`code varchar(20) not null` as in CREATE TABLE; longer descriptions go into Column bullets."""
    found = _INLINE.match(part)
    if not found:
        return read_column(part)
    column = ColumnText(unquoted(found["name"]))
    read_detail(
        column,
        ", ".join([found["type"], *re.findall(r"not null|primary key|unique", found["flags"], re.IGNORECASE)]),
        part,
    )
    return column


def _add_index(match: Match, scene: Scene) -> list[Fields]:
    fields: Fields = {"kind": "add_index", **scene.on(match), "columns": names(match.slot("columns"))}
    if match.kind == "add_unique_index":
        fields["unique"] = True
    for slot, name in (("name", "name"), ("method", "method"), ("predicate", "where")):
        if match.slot(slot):
            fields[name] = match.slot(slot)
    return [fields]


def _add_foreign_key(match: Match, scene: Scene) -> list[Fields]:
    referenced = match.slot("referenced")
    target = (scene.known.model(match.slot("references")), names(referenced) if referenced else [])
    fields = _foreign_key(scene.on(match), [match.slot("column")], target, match.slot("action").upper())
    return [{**fields, **({"name": match.slot("name")} if match.slot("name") else {})}]


def _reference(text: str, scene: Scene) -> tuple[Model, list[str]]:
    """`Model`, `Model.column` or `table(column)`."""
    found = re.match(r"^(?P<name>[^.(]+?)\s*(?:\.(?P<column>[^.()]+)|\((?P<columns>.+)\))?$", text.strip())
    if not found:
        raise UnreadableTask(
            what="references", text=text, phrasings="The form is: references Model or references Model.column."
        )
    columns = [unquoted(found["column"].strip())] if found["column"] else names(found["columns"] or "")
    return scene.known.model(unquoted(found["name"].strip())), columns


def _foreign_key(table: Fields, columns: list[str], target: tuple[Model, list[str]], on_delete: str) -> Fields:
    model, referenced = target
    return {
        "kind": "add_foreign_key",
        **table,
        "columns": columns,
        "references": model.table,
        **({"references_schema": model.schema} if model.schema else {}),
        **({"referenced_columns": referenced} if referenced else {}),
        **({"on_delete": on_delete} if on_delete else {}),
    }


def _add_unique(match: Match, scene: Scene) -> list[Fields]:
    columns = names(match.slot("columns")) or [match.slot("column")]
    return [
        {
            "kind": "add_unique",
            **scene.on(match),
            "columns": columns,
            **({"name": match.slot("name")} if match.slot("name") else {}),
        }
    ]


def _add_check(match: Match, scene: Scene) -> list[Fields]:
    fields: Fields = {"kind": "add_check", **scene.on(match), "expression": match.slot("expression")}
    return [{**fields, **({"name": match.slot("name")} if match.slot("name") else {})}]


def _field(match: Match, scene: Scene) -> Fields:
    return {**scene.on(match), "column": match.slot("column")}


def _alter_default(match: Match, scene: Scene) -> list[Fields]:
    fields: Fields = {"kind": "alter_default", **_field(match, scene)}
    if match.kind == "drop_default":
        return [fields]
    return [{**fields, **_value(match, lambda text: default_fields(text, ""))}]


def _value(match: Match, read: Callable[[str], Fields]) -> Fields:
    try:
        return read(match.slot("value"))
    except NotAValue as error:
        hint = "Write {} [] 0 true null, 'text in quotes', or a call such as now()."
        raise UnreadableTask(what="The value", text=match.slot("value"), phrasings=hint) from error


def _set_not_null(match: Match, scene: Scene) -> list[Fields]:
    fields: Fields = {"kind": "set_not_null", **_field(match, scene)}
    if match.slot("value"):
        fields |= _value(match, lambda text: {"fill": literal(text, "")})
    for text in scene.prompt.values(*FILL):
        fields["fill"] = literal(text, "text")
    return [fields]


def _widen(match: Match, scene: Scene) -> list[Fields]:
    return [{"kind": "widen_column", **_field(match, scene), "type": type_text(match.slot("type"))}]


def _on_column(match: Match, scene: Scene) -> list[Fields]:
    return [{"kind": match.kind, **_field(match, scene)}]


def _drop_named(match: Match, scene: Scene) -> list[Fields]:
    return [{"kind": match.kind, **scene.on(match), "name": match.slot("name")}]


def _rename_column(match: Match, scene: Scene) -> list[Fields]:
    return [{"kind": "rename_column", **_field(match, scene), "to": match.slot("to")}]


def _whole_table(match: Match, scene: Scene) -> list[Fields]:
    model = scene.known.model(match.slot("table") or match.slot("new"))
    return [{"kind": match.kind, **table_fields(model), **({"to": match.slot("to")} if match.slot("to") else {})}]


def _beside_it(match: Match, table: Fields, scene: Scene) -> str:
    """The other table of the sentence; it stands in the same schema, as the request's fields have one."""
    other = scene.known.model(match.slot("references"))
    if other.schema != table.get("schema"):
        hint = f"It would have to be in the schema of {table['table']}."
        raise UnreadableTask(what="The other table", text=f"{other.schema or 'public'}.{other.table}", phrasings=hint)
    return other.table


def _move_column(match: Match, scene: Scene) -> list[Fields]:
    fields = _field(match, scene)
    return [{"kind": "move_column", **fields, "to": _beside_it(match, fields, scene)}]


def _split_table(match: Match, scene: Scene) -> list[Fields]:
    columns = names(match.slot("columns"))
    return [{"kind": "split_table", **scene.on(match), "columns": columns, "to": match.slot("new")}]


def _merge_tables(match: Match, scene: Scene) -> list[Fields]:
    table = scene.on(match)
    return [{"kind": "merge_tables", **table, "into": _beside_it(match, table, scene)}]


def _partition_table(match: Match, scene: Scene) -> list[Fields]:
    parts = read_partitions(match.slot("by").lower(), match.slot("parts"))
    return [{"kind": "partition_table", **_field(match, scene), **parts}]


def _create_enum(match: Match, scene: Scene) -> list[Fields]:
    labels = [unquoted(part) for part in split(match.slot("labels"))]
    return [{"kind": "create_enum", "name": match.slot("name"), "labels": labels}]


_READERS: dict[str, Callable[[Match, Scene], list[Fields]]] = {
    "add_column": _add_column,
    "add_columns": _add_column,
    "create_table": _create_table,
    "add_index": _add_index,
    "add_unique_index": _add_index,
    "add_foreign_key": _add_foreign_key,
    "add_unique": _add_unique,
    "add_check": _add_check,
    "alter_default": _alter_default,
    "drop_default": _alter_default,
    "set_not_null": _set_not_null,
    "drop_not_null": _on_column,
    "widen_column": _widen,
    "drop_column": _on_column,
    "drop_table": _whole_table,
    "drop_index": _drop_named,
    "drop_constraint": _drop_named,
    "rename_column": _rename_column,
    "rename_table": _whole_table,
    "move_column": _move_column,
    "split_table": _split_table,
    "merge_tables": _merge_tables,
    "partition_table": _partition_table,
    "create_enum": _create_enum,
}
