"""Reading a catalog of 1,000 tables: `capture` against pg_dump --schema-only and Alembic's compare_metadata.

python bench/catalog.py [TABLES]
"""

from __future__ import annotations

import subprocess
import sys

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from measure import Limit, postmaster, ratio, report, rounds
from pgwright.schema.catalog import capture
from pgwright.shadow.binaries import find
from pgwright.shadow.server import Server, start

MUST = {"vs_pg_dump": Limit(1.0), "vs_compare_metadata": Limit(0.1)}
_TABLE = """
CREATE TABLE t{n} (
    id bigserial, parent_id bigint REFERENCES t0 (id), email text NOT NULL, visits int NOT NULL DEFAULT 0,
    price numeric(10,2), state varchar(80) DEFAULT 'new', created_at timestamptz DEFAULT now(), active boolean, extra jsonb,
    token uuid, born date, note text, rank int, street text, city text,
    CONSTRAINT pk_t{n} PRIMARY KEY (id), CONSTRAINT uq_t{n}_email UNIQUE (email),
    CONSTRAINT ck_t{n}_visits CHECK (visits >= 0));
CREATE INDEX ix_t{n}_parent ON t{n} (parent_id);
CREATE INDEX ix_t{n}_created ON t{n} (created_at DESC, note);
"""


def build(server: Server, database: str, tables: int) -> None:
    """`tables` tables of 15 columns, 4 constraints and 4 indexes."""
    server.create(database)
    with server.connect(database) as conn:
        conn.execute("CREATE TABLE t0 (id bigint PRIMARY KEY)")
        for first in range(1, tables + 1, 100):
            made = range(first, min(first + 100, tables + 1))
            conn.execute("".join(_TABLE.format(n=n) for n in made).encode())


def main(tables: int = 1000) -> int:
    """Run it and print the figures; the exit status."""
    binaries = find()
    with start(binaries) as server:
        build(server, "bench", tables)
        engine = sa.create_engine("postgresql+psycopg://", creator=lambda: server.connect("bench"), poolclass=sa.NullPool)
        metadata = sa.MetaData()
        metadata.reflect(engine)

        def ours() -> None:
            with server.connect("bench") as conn:
                capture(conn, once=True)

        def followed() -> None:
            with server.connect("bench") as conn:
                capture(conn)

        def again() -> None:
            with server.connect("bench") as conn:
                assert capture(conn, before) is before

        def dumped() -> None:
            where = ["--host", server.host, "--port", str(server.port), "--username", server.user]
            command = [str(binaries.bin / "pg_dump"), "--schema-only", *where, "--file", "/dev/null", "bench"]
            subprocess.run(command, check=True)

        def compared() -> None:
            with engine.connect() as conn:
                assert compare_metadata(MigrationContext.configure(conn), metadata) == []

        with server.connect("bench") as conn:
            process, before = postmaster(conn), capture(conn)
        raw = rounds(process, "bench", {"capture": ours, "with markers": followed, "nothing changed": again, "pg_dump": dumped})
        raw |= rounds(process, "bench", {"capture, again": ours, "compare_metadata": compared})
    figures = {
        "vs_pg_dump": ratio(raw, "capture", "pg_dump"),
        "vs_compare_metadata": ratio(raw, "capture, again", "compare_metadata"),
        "with_markers_vs_pg_dump": ratio(raw, "with markers", "pg_dump"),
        "unchanged_vs_whole": ratio(raw, "nothing changed", "capture"),
    }
    return report("catalog", raw, figures, MUST)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
