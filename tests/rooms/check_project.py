"""A small Alembic project written from the bodies of its revisions, for tests of reading."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from textwrap import dedent, indent

from pgwright.project import Project, find

ENV = """
from alembic import context
from app.models import Base

target_metadata = Base.metadata

if context.is_offline_mode():
    context.configure(dialect_name="postgresql", target_metadata=target_metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    raise SystemExit("no database here")
"""
MODELS = """
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention={"ix": "ix_%(column_0_label)s", "fk": "fk_%(table_name)s_%(column_0_name)s"})
"""
REVISION = '''"""{name}"""
import sqlalchemy as sa
from alembic import op
{imports}
revision = "{name}"
down_revision = {parent!r}


def upgrade():
{up}


def downgrade():
{down}
'''


def revision(name: str, parent: str | None, up: str, down: str = "pass", imports: str = "") -> str:
    """The text of a revision file."""
    up, down = (indent(dedent(body).strip("\n"), "    ") for body in (up, down))
    return REVISION.format(name=name, parent=parent, up=up, down=down, imports=imports)


def project(root: Path, *bodies: tuple[str, str] | str, env: str = ENV, models: str = MODELS) -> Project:
    """Revisions r1, r2, ... one after the other; a body is upgrade's, or a pair with downgrade's."""
    (root / "migrations" / "versions").mkdir(parents=True, exist_ok=True)
    (root / "app").mkdir(exist_ok=True)
    (root / "app" / "__init__.py").write_text("")
    (root / "app" / "models.py").write_text(models)
    (root / "migrations" / "env.py").write_text(env)
    (root / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/migrations\nprepend_sys_path = %(here)s\n")
    for number, body in enumerate(bodies, 1):
        up, down = body if isinstance(body, tuple) else (body, "pass")
        parent = f"r{number - 1}" if number > 1 else None
        write(root, revision(f"r{number}", parent, up, down), f"r{number}")
    return find(root)


def write(root: Path, text: str, name: str) -> Path:
    """Write one revision file."""
    path = root / "migrations" / "versions" / f"{name}.py"
    path.write_text(text)
    return path


def with_settings(project: Project, **check: object) -> Project:
    """The project with a [check] table."""
    return replace(project, settings=replace(project.settings, check=check))
