"""One line of a mapped class: a column in SQLAlchemy 2's typed style, or in the older one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pgwright.design import column_type, default
from pgwright.design.requests.column import AddColumn
from pgwright.design.source import string

_PYTHON = {
    "bool": "bool", "int2": "int", "int4": "int", "int8": "int", "float4": "float", "float8": "float",
    "numeric": "decimal.Decimal", "text": "str", "varchar": "str", "bpchar": "str", "date": "datetime.date",
    "time": "datetime.time", "timetz": "datetime.time", "timestamp": "datetime.datetime",
    "timestamptz": "datetime.datetime", "interval": "datetime.timedelta", "bytea": "bytes", "uuid": "uuid.UUID",
    "json": "typing.Any", "jsonb": "typing.Any",
}  # fmt: skip


class Names:
    """How a module writes a name: what it has imported already, and what has to be imported for it."""

    def __init__(self, imported: Mapping[str, str]) -> None:
        self.imported, self.missing = imported, list[tuple[str, str]]()

    def __call__(self, origin: str, name: str) -> str:
        """`name` of module `origin`, by the way that is open; else it is noted as missing."""
        full = f"{origin}.{name}"
        for local, stands_for in self.imported.items():
            if stands_for == full:
                return local
        for local, stands_for in self.imported.items():
            if stands_for == origin and "." not in local:
                return f"{local}.{name}"
        if origin in ("datetime", "uuid", "decimal") and self.imported.get(name) not in (None, full):
            return self._noted("", origin) + f".{name}"
        return self._noted(origin, name)

    def _noted(self, origin: str, name: str) -> str:
        if (origin, name) not in self.missing:
            self.missing.append((origin, name))
        return name


def _type(python_type: str, names: Names) -> str:
    """The revision's type expression, in the names of the module."""

    def written(match: re.Match[str]) -> str:
        origin = "sqlalchemy.dialects.postgresql" if match["room"] == "postgresql" else "sqlalchemy"
        return names(origin, match["name"])

    text = re.sub(r"\b(?P<room>sa|postgresql)\.(?P<name>\w+)", written, python_type)
    return text.replace(", create_type=False", "").removesuffix("()")


def _server_default(request: AddColumn, names: Names) -> str | None:
    code = default.source(request.default, request.expression, request.type)
    if code is None or not code.startswith("sa."):
        return code
    return names("sqlalchemy", "text") + code.removeprefix("sa.text")


def _arguments(request: AddColumn, python_type: str, names: Names) -> list[str]:
    arguments = [_type(python_type, names)]
    if not request.column.isidentifier():
        arguments.insert(0, string(request.column))
    if request.identity:
        arguments.append(f"{names('sqlalchemy', 'Identity')}(always={request.identity == 'always'})")
    if request.generated and request.expression:
        computed = f"{string(request.expression)}, persisted={request.generated == 'stored'}"
        arguments.append(f"{names('sqlalchemy', 'Computed')}({computed})")
    elif (server_default := _server_default(request, names)) is not None:
        arguments.append(f"server_default={server_default}")
    if request.comment:
        arguments.append(f"comment={string(request.comment)}")
    return arguments


def attribute(column: str) -> str:
    """A Python name for the column."""
    name = re.sub(r"\W", "_", column)
    return name if name.isidentifier() else f"column_{name}"


def _python(request: AddColumn, python_type: str, names: Names) -> str:
    """The Python type of the values; JSON documents are objects unless their default is a list."""
    kind = column_type.parsed(request.type)
    full = _PYTHON.get(kind.name, "str" if "postgresql.ENUM" in python_type else "typing.Any")
    origin, _, name = full.rpartition(".")
    python = names(origin, name) if origin else name
    if kind.is_json:
        given = request.default or request.fill
        return f"list[{python}]" if given and isinstance(given.python, list) else f"dict[str, {python}]"
    return f"list[{python}]" if kind.is_array else python


def typed_style(request: AddColumn, python_type: str, names: Names) -> str:
    """`name: Mapped[...] = mapped_column(...)`."""
    python = _python(request, python_type, names)
    if request.nullable:
        optional = next((local for local, full in names.imported.items() if full == "typing.Optional"), None)
        python = f"{optional}[{python}]" if optional else f"{python} | None"
    mapped, column = names("sqlalchemy.orm", "Mapped"), names("sqlalchemy.orm", "mapped_column")
    arguments = _arguments(request, python_type, names)
    return _fitted(f"{attribute(request.column)}: {mapped}[{python}] = {column}", arguments)


def old_style(request: AddColumn, python_type: str, names: Names) -> str:
    """`name = Column(...)`."""
    column = names("sqlalchemy", "Column")
    arguments = _arguments(request, python_type, names)
    if not request.nullable:
        arguments.append("nullable=False")
    return _fitted(f"{attribute(request.column)} = {column}", arguments)


def _fitted(head: str, arguments: list[str]) -> str:
    line = f"{head}({', '.join(arguments)})"
    if len(line) <= 84:
        return line + "\n"
    return f"{head}(\n" + "".join(f"    {a},\n" for a in arguments) + ")\n"
