"""What a revision sent, against its offline rendering, which sees no row and no catalog."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pgwright.interpreter import Compiled
from pgwright.shadow.record import FRAME
from pgwright.shadow.replay import skippable
from pgwright.shadow.stage import Stage, squeezed
from pgwright.step import Observed

ENV = re.compile(r"\s*(CREATE\s+SCHEMA\s+IF\s+NOT\s+EXISTS|SET\s+(LOCAL\s+|SESSION\s+)?search_path)\b", re.I)
Text = list[tuple[str, str]]


def is_rendering(stage: Stage, compiled: Compiled | None, sent: Sequence[Observed]) -> bool:
    """True when what was sent is the offline rendering, whose BEGIN and COMMIT around autocommit blocks say nothing."""
    if compiled is None or compiled.statements is None:
        return False
    return [(squeezed(s), "") for s in compiled.statements if not FRAME.match(s)] == text(stage, sent)


def text(stage: Stage, messages: Sequence[Observed]) -> Text:
    """What the revision sent, with its values; what env.py sets up and Alembic's bookkeeping are left out.

    Those come without a line of the revision; online they are other statements than offline, and some come only once.
    """
    own = re.compile(
        rf"\s*(INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE)\s+(\S+\.)?\"?{re.escape(stage.loaded.version_table)}\"?\s",
        re.I,
    )
    kept = (m for m in messages if not skippable(m) and not (m.line is None and (own.match(m.message) or ENV.match(m.message))))
    return [(squeezed(m.message), m.parameters) for m in kept]
