"""pg_basebackup: a copy of the whole cluster, with a manifest that pg_verifybackup checks byte by byte.

Its documentation says that it "cannot include every check" and that test restores should be made: both are done here.
The copy is of a later moment than what was read of the database, so its rows are not compared, its schema is.
"""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from pgwright.project.address import Address
from pgwright.run.backup import programs
from pgwright.run.backup.record import Connection, Content, content_of
from pgwright.run.backup.refusals import CannotTake, Damaged, RestoreFailed
from pgwright.shadow.binaries import Binaries
from pgwright.shadow.copying import NotPlain, copy_tree
from pgwright.shadow.server import DidNotStart, start

MANIFEST = "backup_manifest"
# The settings of production would archive, listen or want libraries; who may log in is nobody's business but ours here.
OWN = {"postgresql.conf": "", "postgresql.auto.conf": "", "pg_hba.conf": "local all all trust\n"}


def take(conn: Connection, address: Address, binaries: Binaries, folder: Path) -> tuple[str, Content]:
    """Digest of the manifest, and the schema at that time. Raises CannotTake."""
    words = [f"--pgdata={folder}", "--wal-method=stream", "--checkpoint=fast", "--manifest-checksums=SHA256", "--no-password"]
    if why := programs.run(binaries, "pg_basebackup", words, address):
        raise CannotTake(program="pg_basebackup", environment=address.name, why=why)
    return programs.digest_of(folder / MANIFEST), content_of(conn, rows=False)


def require_whole(binaries: Binaries, folder: Path, backup: str) -> None:
    """Raises Damaged when a byte of it is not as the manifest says."""
    if why := programs.run(binaries, "pg_verifybackup", ["--quiet", "--exit-on-error", str(folder)]):
        raise Damaged(backup=backup, why=why)


def restore(binaries: Binaries, folder: Path, database: str, backup: str) -> Content:
    """The content of a copy of it that was started, under settings of our own. Raises RestoreFailed."""
    with TemporaryDirectory(prefix="pgwright-restore-") as room:
        data = Path(room) / "data"
        try:
            copy_tree(folder, data)
            for name, text in OWN.items():
                (data / name).write_text(text, "utf-8")
            note_size(data)
            with start(binaries, image=data) as server, server.connect(database) as conn:
                return content_of(conn, rows=False)
        except (DidNotStart, psycopg.OperationalError, OSError, NotPlain) as error:
            raise RestoreFailed(backup=backup, why=str(error).splitlines()[0]) from error


def note_size(data: Path) -> None:
    """Note beside the copy how much it is, as the server that starts from it wants to know."""
    files = [file for file in data.rglob("*") if file.is_file()]
    told = {"format": "image/1", "files": len(files), "bytes": sum(file.stat().st_size for file in files)}
    (data.parent / "image.json").write_text(json.dumps(told), "utf-8")
