"""What a step wants that comes from outside the history: an extension, a schema, a setting. The next step is named.

The verdict does not change by it: a step that fails on a new database fails. But whoever makes these things outside
Alembic has only to say so. Names: PostgreSQL documentation, appendix F; the manuals of pgvector and PostGIS.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pgwright.interpreter.recorded import Failure


@dataclass(frozen=True, slots=True)
class Wanted:
    """Why a step failed, and what to write where."""

    cause: str
    repair: str


EXTENSIONS = (
    (r'type "(?:\w+\.)?(?:vector|halfvec|sparsevec)" does not exist', "vector"),
    (r'operator class "(?:\w+\.)?(?:vector|halfvec|bit|sparsevec)_\w+_ops" does not exist', "vector"),
    (r'access method "(?:hnsw|ivfflat)" does not exist', "vector"),
    (r'type "(?:\w+\.)?(?:geometry|geography|raster)" does not exist', "postgis"),
    (r"function (?:\w+\.)?st_\w+\(.*\) does not exist", "postgis"),
    (r'type "(?:\w+\.)?citext" does not exist', "citext"),
    (r'type "(?:\w+\.)?hstore" does not exist', "hstore"),
    (r'type "(?:\w+\.)?(?:ltree|lquery|ltxtquery)" does not exist', "ltree"),
    (r'operator class "(?:\w+\.)?gi(?:n|st)_trgm_ops" does not exist', "pg_trgm"),
    (r"function (?:\w+\.)?(?:similarity|word_similarity)\(.*\) does not exist", "pg_trgm"),
    (r"function (?:\w+\.)?unaccent\(.*\) does not exist", "unaccent"),
    (r"function (?:\w+\.)?uuid_generate_v\w+\(.*\) does not exist", "uuid-ossp"),
    (r"function (?:\w+\.)?(?:gen_salt|crypt|digest|hmac|gen_random_bytes|pgp_\w+)\(.*\) does not exist", "pgcrypto"),
    (r'no default operator class for access method "gin"', "btree_gin"),
    (r'no default operator class for access method "gist"', "btree_gist"),
)
SETUP = 'where it is made outside Alembic, name a SQL file in pgwright.toml: setup_sql = ["before.sql"], with\n{sql}'


def wanted(error: Failure) -> Wanted | None:
    """What the failed step wants, when that is something which no revision of the history need make."""
    if not error.sqlstate:
        return _setting(error)
    if error.sqlstate == "3F000" and "no schema has been selected" in error.message:
        return Wanted(
            "the search_path leads to no schema that exists, and no revision makes one",
            SETUP.format(sql="CREATE SCHEMA, for each schema that env.py puts into the search_path"),
        )
    for pattern, name in EXTENSIONS:
        if re.search(pattern, error.message):
            return Wanted(
                f"it comes from the extension {name}, which is not in the database, and no revision before creates it",
                SETUP.format(sql=f'CREATE EXTENSION IF NOT EXISTS "{name}";'),
            )
    return None


def _setting(error: Failure) -> Wanted | None:
    """A name like APP_KEY that the revision's own error asks for; a name without underscore is too often a word."""
    names = [name for name in error.missing if "_" in name]
    if not names:
        return None
    return Wanted(
        f"the revision seems to want a setting: {', '.join(names)}",
        f"set {'them' if len(names) > 1 else 'it'} under [env] in pgwright.toml; no real secret is needed",
    )
