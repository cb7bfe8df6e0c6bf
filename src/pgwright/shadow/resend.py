"""The second upgrade of a cycle, sent as the messages of the first, where these can be no others.

An upgrade that sent, statement by statement, its offline rendering depends on no row, no catalog and no chance: a second
run of env.py would send the same. Sending it costs an eighth of that run, and is what `apply` does with such a revision
(DESIGN.md, "How a revision is executed"). Only what runs in one transaction qualifies: what the server refuses leaves
nothing behind, and the run of env.py that then follows begins where it would have begun.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pgwright.interpreter import Ran
from pgwright.records import Timing
from pgwright.shadow import replay
from pgwright.shadow.rendering import is_rendering
from pgwright.shadow.server import Server
from pgwright.shadow.stage import Stage
from pgwright.shadow.versions import Versions, together
from pgwright.step import Observed

if TYPE_CHECKING:
    from pgwright.shadow.cycle import Cycle


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What to send, and what the version tables hold afterwards."""

    messages: tuple[Observed, ...]
    versions: Versions


def prepared(stage: Stage, database: str, found: Cycle) -> Upgrade | None:
    """What the first upgrade sent, while the database is where it ended; None where a second one could send other things."""
    if not stage.resends or not isinstance(stage.server, Server):
        return None
    messages = found.up or _heard(found.ran["up"])
    todo = [m for m in messages if not replay.skippable(m)]
    if any(m.transaction is None or m.transaction != todo[0].transaction for m in todo):
        return None
    if not is_rendering(stage, stage.compiled.get((found.revision, "up")), messages):
        return None
    if not replay.possible(messages, stage.loaded.version_table, known=True):
        return None
    return Upgrade(messages, stage.versions(database))


def sent(stage: Stage, database: str, found: Cycle, upgrade: Upgrade) -> bool:
    """Send it; False, with nothing changed, when the server refuses it."""
    begun = time.monotonic()
    if not replay.messages(stage, database, upgrade.messages):
        return False
    seconds = time.monotonic() - begun
    found.timings.append(Timing("reup", round(seconds, 4)))
    first, now = found.ran["up"], stage.versions(database)
    held = first.versions if now == upgrade.versions else tuple(replace(v, after=together(now)) for v in first.versions)
    found.ran["reup"] = replace(first, seconds=seconds, versions=held)
    return True


def _heard(ran: Ran) -> tuple[Observed, ...]:
    """What SQLAlchemy handed to the driver, where nothing was recorded. Raw drivers are not heard; nor are they rendered."""
    return tuple(Observed(s.sql, transaction=None if s.autocommit else 1, line=s.line) for s in ran.statements)
