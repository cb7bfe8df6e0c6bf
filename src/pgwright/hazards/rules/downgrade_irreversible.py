"""downgrade-irreversible: downgrade() refuses on purpose; the release cannot be taken back.

Source: Alembic documentation, Tutorial, "Downgrading".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgwright.hazards.acts import DoBlock
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision

CODE = "PW502"
SEVERITY = "warning"
SEEN = "error"
PHASES = ("downgrade",)
OBSERVE = Observation(after="down")
WHEN = "downgrade() raises: {reason}"
EFFECT = "The release cannot be taken back; when it fails in production the only ways are forward or a backup."
INSTEAD = """
# split the revision: what can be undone in one, with its downgrade; what cannot be in a later one, when nobody goes back
"""
BEFORE = "CREATE TABLE orders (id bigint PRIMARY KEY, note text)"
BAD = (
    revision(
        up='op.execute("ALTER TABLE orders ADD code text")',
        down="""op.execute("DO $$ BEGIN RAISE EXCEPTION 'no way back'; END $$")""",
    ),
    revision(
        up='op.execute("ALTER TABLE orders ADD code text")',
        down='raise sa.exc.NotSupportedError("no way back", None, None)',
    ),
)
GOOD = revision(
    up='op.execute("ALTER TABLE orders ADD code text")',
    down='op.drop_column("orders", "code")',
)


MISTAKES = (
    "CompileError", "ArgumentError", "AttributeError", "NameError", "TypeError", "KeyError", "IndexError", "ImportError",
    "ModuleNotFoundError", "UnboundLocalError", "InvalidRequestError",
)  # fmt: skip


def is_mistake(raised: str) -> bool:
    """True for what nobody raises to say that there is no way back: downgrade-fails tells it."""
    return raised.partition(":")[0].rpartition(".")[2].strip() in MISTAKES


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    down = revision.downgrade
    if down is None:
        return
    if down.raises and not is_mistake(down.raises):
        yield found(None, line=down.line, phase="downgrade", reason=" ".join(down.raises.split())[:100])
        return
    for statement in down.statements:
        for act in statement.of(DoBlock):
            raised = re.fullmatch(r"\s*BEGIN\s+RAISE\s+(?:EXCEPTION\s+)?'([^']*)'.*", act.body, re.I | re.S)
            if raised:
                yield found(statement, phase="downgrade", reason=raised[1][:100])
