"""How the state before the first revision comes about.

zero    an empty database (the default); foreign key triggers go off by themselves where a history needs rows that
        exist only in production, and the proof says so
no-fk   the same, with foreign key triggers off from the start
dump    a schema dump (`pg_dump --schema-only`) and the revision it was taken at
models  create_all of the models and the head as stamp: for histories whose first revisions are gone
The user's own set-up SQL (`setup_sql`) comes first in every mode: extensions, roles, tables made outside Alembic.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from pgwright.errors import Refusal
from pgwright.project.baseline import Mode
from pgwright.project.lost import is_lost
from pgwright.records import Proof
from pgwright.shadow.attached import AttachedServer
from pgwright.shadow.server import Server
from pgwright.step import Finding

FROM = {
    "no-fk": "with foreign key triggers off in every database, as [baseline] asks: no row was checked for its parent",
    "dump": "from a schema dump, not from the history's own revisions",
    "models": "from the models (create_all), not from the history's own revisions",
}


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


def told(proof: Proof, baseline: Baseline) -> Proof:
    """The proof with the finding that names its baseline; as it is when the history was built from zero."""
    if baseline.mode == "zero" or not proof.timings:
        return proof
    finding = Finding(
        rule="baseline",
        code="PW496",
        severity="info",
        confidence="measured",
        message=f"the state before was built {FROM[baseline.mode]}"
        + (f"; stamped at {baseline.stamp}" if baseline.stamp else ""),
        why="The verdict holds for that state, and for an empty database it says nothing.",
        revision=proof.revision,
    )
    return replace(proof, findings=(*proof.findings, finding))


class BaselineFailed(Refusal):
    """
    the SQL file {path} failed on the shadow: {message}
    Correct the file, or name another one in pgwright.toml (setup_sql, or dump under [baseline]). A dump that names roles
    is better taken with: pg_dump --schema-only --no-owner --no-privileges
    """

    code = "PW-SHADOW-20"


class UnknownStamp(Refusal):
    """
    the baseline is stamped at {stamp!r}, which is no revision of this history.
    Set `stamp` under [baseline] in pgwright.toml to the revision that the dump or the models stand at.
    """

    code = "PW-SHADOW-21"


class OrphanStamp(Refusal):
    """
    the set-up SQL leaves the database stamped at {stamp!r}, which is no revision of this history.
    Take the row out of {table}, or restore the revision file that was deleted. Nothing was proven.
    """

    code = "PW-SHADOW-22"


def run_file(server: Server | AttachedServer, database: str, path: Path) -> None:
    """Run a SQL file with psql where there is one (dumps hold COPY and meta-commands), else as one message."""
    client = server.client(database)
    if client is None:
        with server.connect(database) as conn:
            try:
                conn.execute(path.read_bytes())
            except psycopg.Error as error:
                if is_lost(error):
                    raise
                raise BaselineFailed(path=path, message=str(error).splitlines()[0]) from None
        return
    command, env = client
    command = [*command, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    if done.returncode:
        raise BaselineFailed(path=path, message=done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "")


def stamp(conn: psycopg.Connection[Any], table: str, schema: str | None, revisions: tuple[str, ...]) -> None:
    """Write the version table as `alembic stamp` would."""
    name = sql.Identifier(schema, table) if schema else sql.Identifier(table)
    conn.execute(sql.SQL("CREATE TABLE IF NOT EXISTS {} (version_num varchar(128) NOT NULL PRIMARY KEY)").format(name))
    conn.execute(sql.SQL("DELETE FROM {}").format(name))
    for revision in revisions:
        conn.execute(sql.SQL("INSERT INTO {} VALUES (%s)").format(name), (revision,))
