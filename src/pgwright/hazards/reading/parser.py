"""The parser, without what else its package brings: a formatter and visitors that nobody asks here, and a third of its load."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

PACKAGES = ("postgast", "postgast.nodes")  # whose own `__init__` imports all that there is


@dataclass(frozen=True, slots=True, eq=False)
class Parser:
    """What is used of postgast, under its own names."""

    parse: Callable[[str], Any]
    scan: Callable[[str], Any]
    deparse: Callable[[Any], str]
    parse_plpgsql: Callable[[str], Any]
    pg_query_pb2: Any
    PgQueryError: type[Any]


@lru_cache(maxsize=1)
def parser() -> Parser:
    """postgast's functions. Its package stays as it was: who imports it afterwards gets the whole of it."""
    standing = [] if PACKAGES[0] in sys.modules else [name for name in PACKAGES if _stand_in(name)]
    try:
        return Parser(
            import_module("postgast.parse").parse,
            import_module("postgast.scan").scan,
            import_module("postgast.deparse").deparse,
            import_module("postgast.plpgsql").parse_plpgsql,
            import_module("postgast.pg_query_pb2"),
            import_module("postgast.errors").PgQueryError,
        )
    finally:
        for name in standing:
            del sys.modules[name]


def _stand_in(name: str) -> bool:
    """An empty package in its place, so that its modules can be imported one by one."""
    spec = find_spec(name)
    if spec is None or spec.submodule_search_locations is None:
        return False
    package = ModuleType(name)
    package.__path__ = spec.submodule_search_locations
    package.__spec__ = spec
    sys.modules[name] = package
    return True
