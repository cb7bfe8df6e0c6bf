"""JSON schemas of the records, made from their classes: `python -m pgwright.doors.schemas docs/reference/schemas`."""

from __future__ import annotations

import dataclasses
import json
import sys
import types
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from pgwright.desk.result import Result
from pgwright.doors.check_output import CheckOutput
from pgwright.doors.output import ProveOutput
from pgwright.records import Change, Proof, Receipt, Task

Json = dict[str, Any]
PUBLISHED: tuple[tuple[str, type], ...] = (
    ("task", Task),
    ("change", Change),
    ("proof", Proof),
    ("receipt", Receipt),
    ("check-output", CheckOutput),
    ("prove-output", ProveOutput),
    ("result", Result),
)
_SCALARS: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def schema(name: str, root: type) -> Json:
    """The JSON schema of a record; every class that it holds is a definition."""
    definitions: Json = {}
    _define(root, definitions)
    body = definitions.pop(root.__name__)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"pgwright:{name}.schema.json"}
    return {**head, "title": root.__name__, **body, **({"$defs": definitions} if definitions else {})}


def written(root: Path) -> dict[Path, str]:
    """Every published schema as the text of its file under `root`."""
    return {root / f"{name}.schema.json": json.dumps(schema(name, cls), indent=2) + "\n" for name, cls in PUBLISHED}


def _define(cls: type, definitions: Json) -> None:
    if cls.__name__ in definitions:
        return
    definitions[cls.__name__] = {}  # reserved: a class may hold itself
    hints = get_type_hints(cls, include_extras=True)
    fields = {name: _type(hint, definitions) for name, hint in hints.items() if not _is_hidden(cls, name)}
    if fields.get("format") == {"type": "string"}:
        fields["format"] = {"const": next(f.default for f in dataclasses.fields(cls) if f.name == "format")}
    definitions[cls.__name__] = {
        "description": (cls.__doc__ or "").strip().splitlines()[0],
        "type": "object",
        "properties": fields,
        "required": [name for name in fields if get_origin(hints[name]) is not typing.NotRequired],
        "additionalProperties": False,
    }


def _is_hidden(cls: type, name: str) -> bool:
    return dataclasses.is_dataclass(cls) and name not in {f.name for f in dataclasses.fields(cls)}


def _type(hint: Any, definitions: Json) -> Json:
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any:
        return {}
    if hint in _SCALARS:
        return {"type": _SCALARS[hint]}
    if origin in _GENERIC:
        return _GENERIC[origin](inner, definitions)
    _define(hint, definitions)
    return {"$ref": f"#/$defs/{hint.__name__}"}


def _literal(inner: tuple[Any, ...], definitions: Json) -> Json:
    return {"enum": list(inner)} if len(inner) > 1 else {"const": inner[0]}


def _either(inner: tuple[Any, ...], definitions: Json) -> Json:
    return {"anyOf": [_type(one, definitions) for one in inner]}


def _list(inner: tuple[Any, ...], definitions: Json) -> Json:
    return {"type": "array", "items": _type(inner[0], definitions)}


def _tuple(inner: tuple[Any, ...], definitions: Json) -> Json:
    if inner[-1] is Ellipsis:
        return _list(inner, definitions)
    parts = [_type(one, definitions) for one in inner]
    return {"type": "array", "prefixItems": parts, "minItems": len(parts), "maxItems": len(parts)}


def _mapping(inner: tuple[Any, ...], definitions: Json) -> Json:
    return {"type": "object", "additionalProperties": _type(inner[1], definitions) or True}


_GENERIC: dict[Any, Callable[[tuple[Any, ...], Json], Json]] = {
    typing.Required: lambda inner, definitions: _type(inner[0], definitions),
    typing.NotRequired: lambda inner, definitions: _type(inner[0], definitions),
    typing.Literal: _literal,
    typing.Union: _either,
    types.UnionType: _either,
    dict: _mapping,
    list: _list,
    tuple: _tuple,
}


def main() -> None:
    """Write the schemas into the folder named on the command line."""
    for file, text in written(Path(sys.argv[1])).items():
        file.write_text(text)


if __name__ == "__main__":
    main()
