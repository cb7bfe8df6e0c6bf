"""The mapped classes behind the metadata, and where in which file they are written."""

import ast
import sys


def found(metadatas):
    """Every mapped class of the registries, in table and class order."""
    if "sqlalchemy.orm" not in sys.modules:
        return []
    from sqlalchemy.orm import configure_mappers

    try:
        configure_mappers()
    except Exception as error:
        print("pgwright: relationships could not be configured: %s" % error, file=sys.stderr)
    places = {}
    mappers = [mapper for registry in _registries() for mapper in registry.mappers]
    known = [_model(mapper, metadatas, places) for mapper in mappers if mapper.local_table is not None]
    return sorted(known, key=lambda one: (one["table"] or "", one["module"], one["name"]))


def _registries():
    from sqlalchemy.orm import mapperlib

    return list(mapperlib._all_registries())


def _model(mapper, metadatas, places):
    cls, table = mapper.class_, mapper.local_table
    file, line = _place(cls, places)
    return {
        "name": cls.__name__,
        "module": cls.__module__,
        "file": file,
        "line": line,
        "table": getattr(table, "fullname", None),
        "schema": getattr(table, "schema", None),
        "in_metadata": any(getattr(table, "metadata", None) is each for each in metadatas),
        "columns": [
            _column(prop, column) for prop in mapper.column_attrs for column in prop.columns if _is_local(column, table)
        ],
        "relationships": _relationships(mapper),
    }


def _is_local(column, table):
    return getattr(column, "table", None) is table


def _column(prop, column):
    return {
        "name": column.name,
        "attribute": prop.key,
        "type": repr(column.type),
        "nullable": bool(column.nullable),
        "primary_key": bool(column.primary_key),
    }


def _relationships(mapper):
    try:
        return [
            {"name": one.key, "target": one.mapper.class_.__name__, "many": bool(one.uselist)}
            for one in mapper.relationships
        ]
    except Exception:
        return []  # a relationship to a class that was not imported


def _place(cls, places):
    """(file, line) of the class statement. Each file is parsed once: inspect parses it once per class."""
    module = sys.modules.get(cls.__module__)
    file = getattr(module, "__file__", None)
    if not file:
        return None, None
    if file not in places:
        places[file] = _classes(file)
    return file, places[file].get(cls.__qualname__)


def _classes(file):
    try:
        with open(file, "rb") as source:
            tree = ast.parse(source.read())
    except (OSError, SyntaxError, ValueError):
        return {}
    lines = {}

    def walk(node, prefix):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef):
                lines[prefix + child.name] = child.lineno
                walk(child, prefix + child.name + ".")
            elif isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                walk(child, prefix + child.name + ".<locals>.")
            else:
                walk(child, prefix)

    walk(tree, "")
    return lines
