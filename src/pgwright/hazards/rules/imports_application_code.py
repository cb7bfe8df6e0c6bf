"""imports-application-code: a revision that imports what the application is made of changes with it.

Models of today do not fit the schema of last year; a renamed module makes every new database impossible.
Source: Alembic documentation, Cookbook, on data migrations: tables are declared in the revision itself.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, found
from pgwright.hazards.source import imports, nodes
from pgwright.hazards.statement import Revision

CODE = "PW608"
SEVERITY = "warning"
SEEN = "text"
WHEN = "the revision imports {module}"
EFFECT = (
    "When {module} changes, this revision does another thing or cannot be imported, and no new database can be built."
)
INSTEAD = """
# declare here the few columns that are needed, as they are at this revision
rows = sa.table("<table>", sa.column("<column>"))
"""
BEFORE = "CREATE TABLE orders (id bigint PRIMARY KEY, note text)"
BAD = (
    revision(up='import postgast\nop.add_column("orders", sa.Column("code", sa.Text()))'),
    revision(up='from pgwright.step import Finding\nop.add_column("orders", sa.Column("code", sa.Text()))'),
)
GOOD = (
    revision(
        up='import json\nop.execute(sa.table("orders", sa.column("note")).delete().where(sa.column("note") == json.dumps(1)))'
    ),
    revision(up='from typing_extensions import Final\nop.add_column("orders", sa.Column("code", sa.Text()))'),
)

FINE = (
    "alembic", "sqlalchemy", "psycopg", "psycopg2", "asyncpg", "sqlmodel", "sqlalchemy_utils", "geoalchemy2", "pgvector",
    "advanced_alchemy", "alembic_utils", "alembic_postgresql_enum", "fastapi_users_db_sqlalchemy", "dateutil", "pytz",
    "typing_extensions",
)  # fmt: skip


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    is_told_otherwise = revision.upgrade.read == "failed"  # a package that is missing here
    if revision.revision is None or is_told_otherwise or not any(map(_is_strange, imports(revision.source))):
        return
    for node in nodes(revision.source):
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = ["." * node.level + (node.module or "")]
        for name in names:
            if _is_strange(name.partition(".")[0]):
                yield found(None, line=getattr(node, "lineno", 1), module=name)


def _is_strange(top: str) -> bool:
    return top not in FINE and top not in sys.stdlib_module_names
