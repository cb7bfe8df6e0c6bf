"""How the state before the first revision comes about.

zero    an empty database (the default); foreign key triggers go off by themselves where a history needs rows that
        exist only in production, and the proof says so
no-fk   the same, with foreign key triggers off from the start
dump    a schema dump (`pg_dump --schema-only`) and the revision it was taken at
models  create_all of the models and the head as stamp: for histories whose first revisions are gone
sql     the user's own set-up SQL comes first in every mode (extensions, roles, tables made outside Alembic)
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg import sql

from pgwright.errors import Refusal
from pgwright.shadow.server import Server

Mode = Literal["zero", "no-fk", "dump", "models"]


@dataclass(frozen=True, slots=True)
class Baseline:
    """What stands in `[baseline]` of pgwright.toml; `setup` and `dump` are files."""

    mode: Mode = "zero"
    setup: tuple[Path, ...] = ()
    dump: Path | None = None
    stamp: str | None = None

    def key(self) -> str:
        """What makes two baselines differ, for the cache of images."""
        files = [*self.setup, *([self.dump] if self.dump else [])]
        return "\0".join(
            [self.mode, self.stamp or "", *(f.read_text(encoding="utf-8", errors="replace") for f in files)]
        )


class BaselineFailed(Refusal):
    """
    the set-up SQL {path} failed on the shadow: {message}
    Correct the file, or name another one in pgwright.toml under [baseline].
    """

    code = "PW-SHADOW-20"


class UnknownStamp(Refusal):
    """
    the baseline is stamped at {stamp!r}, which is no revision of this history.
    Set `stamp` under [baseline] in pgwright.toml to the revision at which {dump} was taken.
    """

    code = "PW-SHADOW-21"


class OrphanStamp(Refusal):
    """
    the set-up SQL leaves the database stamped at {stamp!r}, which is no revision of this history.
    Take the row out of {table}, or restore the revision file that was deleted. Nothing was proven.
    """

    code = "PW-SHADOW-22"


def run_file(server: Server, database: str, path: Path) -> None:
    """Run a SQL file with the server's own psql where there is one (dumps hold COPY and meta-commands), else as one message."""
    psql = server.bin / "psql"
    if psql.exists():
        done = subprocess.run(
            [
                psql,
                "-X",
                "-q",
                "-v",
                "ON_ERROR_STOP=1",
                "-h",
                server.host,
                "-p",
                str(server.port),
                "-U",
                server.user,
                "-d",
                database,
                "-f",
                path,
            ],
            capture_output=True,
            text=True,
            check=False,
            env=server.env,
        )
        if done.returncode:
            raise BaselineFailed(path=path, message=done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "")
        return
    with server.connect(database) as conn:
        try:
            conn.execute(path.read_bytes())
        except psycopg.Error as error:
            raise BaselineFailed(path=path, message=str(error).splitlines()[0]) from None


def stamp(conn: psycopg.Connection[Any], table: str, schema: str | None, revisions: tuple[str, ...]) -> None:
    """Write the version table as `alembic stamp` would."""
    name = sql.Identifier(schema, table) if schema else sql.Identifier(table)
    conn.execute(sql.SQL("CREATE TABLE IF NOT EXISTS {} (version_num varchar(128) NOT NULL PRIMARY KEY)").format(name))
    conn.execute(sql.SQL("DELETE FROM {}").format(name))
    for revision in revisions:
        conn.execute(sql.SQL("INSERT INTO {} VALUES (%s)").format(name), (revision,))
