"""enum-type-left: downgrade drops the columns of an enum type and not the type; the next upgrade cannot make it again.

`op.create_table` with `sa.Enum` makes the type, `op.drop_table` does not drop it.
Source: PostgreSQL documentation, CREATE TYPE; measured with Alembic's create_table and drop_table.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards import replay
from pgwright.hazards.acts import CreateEnum, DoBlock
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision

CODE = "PW509"
SEVERITY = "error"
SEEN = "error"
ACTS = (CreateEnum,)
PHASES = ("downgrade",)
OBSERVE = Observation(error="42710", after="reup")
WHEN = "downgrade leaves the enum type {type} behind"
EFFECT = "After a downgrade the upgrade cannot be run again: type {type} exists already."
INSTEAD = """
op.execute({drop!r})   # in downgrade(), after its columns are gone
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE TYPE size AS ENUM ('s', 'm');
"""
BAD = (
    revision(
        up='op.create_table("moods", sa.Column("mood", sa.Enum("new", "old", name="mood")))',
        down='op.drop_table("moods")',
    ),
    revision(
        up="""
        op.execute("CREATE TYPE mood AS ENUM ('new', 'old')")
        op.execute("ALTER TABLE orders ADD mood mood")
        """,
        down='op.drop_column("orders", "mood")',
    ),
)
GOOD = (
    revision(
        up='op.create_table("moods", sa.Column("mood", sa.Enum("new", "old", name="mood")))',
        down="""
        op.drop_table("moods")
        op.execute("DROP TYPE mood")
        """,
    ),
    revision(  # a type replaced by one of the same name, in both directions
        up="""
        op.execute("ALTER TYPE size RENAME TO size_old")
        op.execute("CREATE TYPE size AS ENUM ('s', 'm', 'l')")
        op.execute("DROP TYPE size_old")
        """,
        down="""
        op.execute("ALTER TYPE size RENAME TO size_old")
        op.execute("CREATE TYPE size AS ENUM ('s', 'm')")
        op.execute("DROP TYPE size_old")
        """,
    ),
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    down = revision.downgrade
    if down is None or not down.statements or down.read != "full" or down.raises:
        return
    if any(list(one.of(DoBlock)) for one in down.statements):
        return
    if before.after_downgrade is None or not any(list(one.of(CreateEnum)) for one in revision.upgrade.statements):
        return
    again = before.after_downgrade.copy()
    replay.begin(again, revision.upgrade)
    for statement in revision.upgrade.statements:
        replay.enter(again, statement)
        for act in statement.of(CreateEnum):
            if act.name in again.enums:
                yield found(statement, phase="downgrade", type=act.name, drop=f"DROP TYPE {quoted(act.name)}")
        replay.leave(again, statement)
