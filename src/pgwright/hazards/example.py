"""BAD and GOOD of a rule: whole miniature revisions, rendered by the Alembic of this process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from textwrap import dedent, indent

from pgwright.hazards.recorded import script
from pgwright.hazards.statement import Revision
from pgwright.interpreter import Direction, Recorded, Sent

FRAME = '''"""{title}"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def upgrade():
{up}


def downgrade():
{down}
'''


@dataclass(frozen=True, slots=True)
class Example:
    """One revision: the bodies of upgrade() and downgrade(), as they were written: a rule that is only asked needs no more."""

    written_up: str
    written_down: str
    is_sql: bool = False

    @property
    def up(self) -> str:
        """The body of upgrade()."""
        return _python(self.written_up, self.is_sql)

    @property
    def down(self) -> str:
        """The body of downgrade()."""
        return _python(self.written_down, self.is_sql)

    @property
    def source(self) -> str:
        """The revision file."""
        return FRAME.format(title="example", up=_body(self.up), down=_body(self.down))


def revision(up: str, down: str = "pass") -> Example:
    """An Example from Python source; indentation does not matter."""
    return Example(up, down)


def sql(up: str, down: str = "") -> Example:
    """An Example whose directions execute one SQL text each."""
    return Example(up, down, is_sql=True)


def _python(text: str, is_sql: bool) -> str:
    plain = dedent(text).strip()
    if not is_sql:
        return plain
    return f'op.execute("""{plain}""")' if text else "pass"


def _body(text: str) -> str:
    return indent(text, "    ")


@lru_cache(maxsize=512)
def rendered(example: Example, name: str = "example") -> Revision:
    """The example as rules see a revision: the same recorder as for a user's, without env.py."""
    return Revision(
        script(_recorded(example, name, "up")),
        script(_recorded(example, name, "down")),
        name,
        f"{name}.py",
        example.source,
    )


def _recorded(example: Example, name: str, direction: Direction) -> Recorded:
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    from pgwright._envrun.recording import Recorder

    file = f"{name}.py"
    context = MigrationContext.configure(
        dialect_name="postgresql", dialect_opts={"paramstyle": "named"}, opts={"as_sql": True, "literal_binds": True}
    )
    module: dict[str, object] = {"__name__": name}
    recorder = Recorder(context, {file: name})
    with Operations.context(context):
        exec(compile(example.source, file, "exec"), module)  # noqa: S102 - our own examples
        error = recorder.run(module["upgrade" if direction == "up" else "downgrade"])
    reason = "reads-data" if recorder.looked else "raises" if error else ""
    why = f"{type(error).__name__}: {error}" if error else ""
    return Recorded(name, direction, tuple(Sent(**one) for one in recorder.sent), True, reason, why)
