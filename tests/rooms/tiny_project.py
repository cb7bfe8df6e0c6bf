"""A complete Alembic project of a few revisions, for tests that prove through the public verbs."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from pgwright import project, verbs
from pgwright.records import Proof
from pgwright.shadow.stage import Options

ENV = """
from alembic import context
from sqlalchemy import MetaData, create_engine, pool

engine = create_engine("postgresql+psycopg://app:x@db.invalid/app", poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=MetaData())
    with context.begin_transaction():
        context.run_migrations()
"""
TABLE = ('op.create_table("customers", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("mail", sa.Text()))',
         'op.drop_table("customers")')


class Tiny:
    """A complete Alembic project in a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root, self.last = root, None
        (root / "alembic" / "versions").mkdir(parents=True)
        (root / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/alembic\n")
        (root / "alembic" / "env.py").write_text(ENV)

    def add(self, name: str, up: str, down: str, parent: str | object | None = ...) -> Tiny:
        """One more revision after the last, or after `parent`."""
        before = self.last if parent is ... else parent
        body = f"""\
        import sqlalchemy as sa
        from alembic import op
        revision = {name!r}
        down_revision = {before!r}
        branch_labels = None
        depends_on = None


        def upgrade():
            {up}


        def downgrade():
            {down}
        """
        (self.root / "alembic" / "versions" / f"{name[:30]}.py").write_text(dedent(body))
        self.last = name
        return self

    def prove(self, what: str | None = None, *, whole: bool = True, rows: str = "plain") -> dict[str, Proof]:
        """{revision: proof}."""
        found = verbs.prove(project.find(self.root), what, whole=whole, wish=verbs.Wish(options=Options(rows)))  # type: ignore[arg-type]
        return {proof.revision: proof for proof in found}


def codes(proof: Proof) -> list[str]:
    """The codes of a proof's reasons."""
    return [reason.code for reason in proof.reasons]
