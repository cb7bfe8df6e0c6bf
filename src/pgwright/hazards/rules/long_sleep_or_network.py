"""long-sleep-or-network: the revision waits for a clock or for another machine while it holds locks.

Source: PostgreSQL documentation, "Explicit Locking": a lock is held until the transaction ends, whatever it waits for.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pgwright.hazards import replay
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.locks import WORDS
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.source import imports, nodes
from pgwright.hazards.statement import Revision

CODE = "PW610"
SEVERITY = "warning"
SEEN = "lock"
OBSERVE = Observation(lock="AccessExclusiveLock", on="public.orders", short=True)
WHEN = "the revision waits: {what}{held}"
EFFECT = "Migrations hang where the other side does, and what this transaction has locked stays locked meanwhile."
INSTEAD = """
# wait outside the migration; what is fetched comes as a file, or is written later by the application
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 200) g;
"""
BAD = (
    revision(
        up="""
        op.add_column("orders", sa.Column("code", sa.Text()))
        op.execute("SELECT pg_sleep(0.01)")
        """
    ),
    revision(
        up="""
        import time
        op.add_column("orders", sa.Column("code", sa.Text()))
        time.sleep(0.01)
        """
    ),
)
GOOD = revision(up="""op.execute("COMMENT ON COLUMN orders.note IS 'no pg_sleep here'")""")

WAITS = ("requests", "httpx", "urllib", "aiohttp", "boto3", "smtplib", "socket", "subprocess")


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    if "pg_sleep" in revision.source:
        yield from _sleeps(revision, before)
    if revision.revision is None or imports(revision.source).isdisjoint(("time", "asyncio", *WAITS)):
        return
    for node in nodes(revision.source):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            is_network = called.startswith(tuple(f"{name}." for name in WAITS)) and "urllib.parse" not in called
            if is_network or called in ("time.sleep", "asyncio.sleep", "sleep"):
                yield found(None, line=node.lineno, what=f"{called}()", held="")


def _sleeps(revision: Revision, before: Known) -> Iterator[Found]:
    known = before.copy()
    replay.begin(known, revision.upgrade)
    for statement in revision.upgrade.statements:
        replay.enter(known, statement)
        if re.search(r"\bpg_sleep(_for|_until)?\s*\(", statement.text):
            held = known.holding()
            told = f" while it holds {WORDS[held.mode]} on {held.table}" if held else ""
            yield found(statement, what="pg_sleep()", held=told)
        replay.leave(known, statement)
