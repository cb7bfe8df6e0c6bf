"""pg_dump: a logical backup of one database, with the content of the very snapshot that it holds.

Measured: `pg_restore -l` lists a dump that was cut to 60 %, and one with a flipped byte; a restore fails both.
"""

from __future__ import annotations

from pathlib import Path

from pgwright.project.address import Address
from pgwright.run.backup import programs
from pgwright.run.backup.record import Connection, Content, content_of, rows_of, schema_of
from pgwright.run.backup.refusals import CannotTake, RestoreFailed
from pgwright.schema.fingerprint import fingerprint
from pgwright.shadow.binaries import Binaries
from pgwright.shadow.server import Server

COPY = "pgwright_restored"


def take(conn: Connection, address: Address, binaries: Binaries, file: Path) -> tuple[str, Content]:
    """Digest and content. The dump and the content read the same exported snapshot. Raises CannotTake."""
    before = schema_of(conn)
    with conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        [(snapshot,)] = conn.execute("SELECT pg_export_snapshot()").fetchall()
        words = ["--format=custom", f"--snapshot={snapshot}", f"--file={file}"]
        if why := programs.run(binaries, "pg_dump", words, address):
            raise CannotTake(program="pg_dump", environment=address.name, why=why)
        rows = rows_of(conn, before)
    content = Content(fingerprint(before), rows)
    if fingerprint(schema_of(conn)) != content.fingerprint:
        raise CannotTake(program="pg_dump", environment=address.name, why="the schema was changed meanwhile")
    return programs.digest_of(file), content


def restore(server: Server, binaries: Binaries, file: Path, backup: str, roles: tuple[str, ...]) -> Content:
    """The content of a restored copy. Raises RestoreFailed."""
    with server.connect() as conn:
        for role in roles:
            conn.execute(f"DO $$BEGIN IF to_regrole({_literal(role)}) IS NULL THEN "
                         f"EXECUTE format('CREATE ROLE %I', {_literal(role)}); END IF; END$$".encode())  # fmt: skip
    server.create(COPY)
    where = [f"--host={server.host}", f"--port={server.port}", f"--username={server.user}", f"--dbname={COPY}"]
    words = [*where, "--no-owner", "--no-privileges", "--exit-on-error", str(file)]
    if why := programs.run(binaries, "pg_restore", words):
        raise RestoreFailed(backup=backup, why=why)
    with server.connect(COPY) as conn:
        return content_of(conn)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
