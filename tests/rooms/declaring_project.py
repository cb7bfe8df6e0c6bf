"""A project of one table that declares objects beside its metadata."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import alembic

from pgwright import project, verbs
from pgwright.records import Change
from pgwright.shadow.stage import Options

ENV = '''
from alembic import context
from sqlalchemy import Column, Integer, MetaData, Table, Text, create_engine, pool

metadata = MetaData()
Table("orders", metadata, Column("id", Integer, primary_key=True), Column("owner", Text), Column("total", Integer))
{more}
engine = create_engine("postgresql+psycopg://app:x@db.invalid/app", poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()
'''


class Declaring:
    """The project in a folder of its own; `head` is SQL of its only revision beside the table, `back` its way back."""

    def __init__(self, root: Path, head: str = "", settings: str = "", more: str = "", back: str = "") -> None:
        self.root = root
        (root / "alembic" / "versions").mkdir(parents=True)
        (root / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/alembic\n")
        (root / "roles.sql").write_text("CREATE ROLE reader")
        (root / "pgwright.toml").write_text(f'setup_sql = ["roles.sql"]\n{settings}')
        mako = Path(alembic.__file__).parent / "templates" / "generic" / "script.py.mako"
        (root / "alembic" / "script.py.mako").write_text(mako.read_text())
        self.declare(more)
        table = "CREATE TABLE orders (id serial PRIMARY KEY, owner text, total integer);"
        gone = "DROP TABLE orders CASCADE;" + back
        (root / "alembic" / "versions" / "first.py").write_text(
            "from alembic import op\nrevision = 'first'\ndown_revision = None\n\n\n"
            f"def upgrade():\n    op.execute({table + head!r})\n\n\ndef downgrade():\n    op.execute({gone!r})\n"
        )

    def declare(self, more: str) -> None:
        """Text of env.py after the metadata."""
        (self.root / "alembic" / "env.py").write_text(ENV.replace("{more}", more))

    def files(self, **texts: str) -> None:
        """SQL files in db/."""
        (self.root / "db").mkdir(exist_ok=True)
        for name, text in texts.items():
            (self.root / "db" / f"{name}.sql").write_text(text)

    def plan(self, *, write: bool = True) -> Change:
        """`pgwright plan --models`."""
        return verbs.plan(project.find(self.root), None, write=write)

    def verdicts(self, change: Change) -> dict[str, str]:
        """What a proof says of the revisions of a change."""
        wish = verbs.Wish(options=Options("none", trace=False))
        names = {one.revision for one in change.revisions}
        found = verbs.prove(project.find(self.root), None, whole=True, wish=wish)
        return {p.revision: p.verdict for p in found if p.revision in names}


def kinds(change: Change) -> list[Any]:
    """The kinds of a change's requests, with what they are about."""
    return [(r["kind"], r.get("name") or r.get("view") or r.get("role") or r.get("table")) for r in change.task.requests]
