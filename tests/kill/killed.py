"""The process that is killed: one run of apply, ended at the n-th place where a kill could come."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import Literal

import full
import psycopg

from pgwright import project, verbs
from pgwright.errors import Refusal
from pgwright.run.policy import Policy

How = Literal["finish", "sigkill", "terminate", "postmaster", "full"]
POLICY = Policy(
    lock_timeout=0.05, first_pause=0.02, longest_pause=0.05, watch_every=0.05, runner_patience=30, batch_target=0.002,
    mode="ctid",
)  # fmt: skip


def run(root: str, url: str, to: str, how: How, at: int, names: str, more: tuple[int, str] = (0, "")) -> None:
    """Apply up to `to`, or undo `down:` to it; `names` is a file that receives the name of every point. Ends the process.

    `more` is the postmaster's process, or how much room to leave on the disk in that folder.
    """
    os.environ["TARGET_URL"] = url
    shutil.rmtree(Path(root) / ".pgwright" / "databases", ignore_errors=True)  # every run is of another database
    reached = 0

    with Path(names).open("a", encoding="utf-8") as told:

        def point(name: str) -> None:
            nonlocal reached
            reached += 1
            told.write(name + "\n")
            told.flush()
            if reached == at:
                _end(how, url, *more)

        try:
            verb, where = (verbs.undo, to.removeprefix("down:")) if to.startswith("down:") else (verbs.apply, to)
            done = verb(project.find(Path(root)), "dev", where, how=verbs.How(POLICY, point=point))
        except Refusal as refused:
            told.write(f"! {refused.code} {refused.message}\n")
            told.flush()
            os._exit(10 + refused.exit_status)
    states = {receipt.state for receipt in done.receipts}
    os._exit(0 if states <= {"done"} else 9)


def _end(how: How, url: str, number: int, disk: str) -> None:
    if how == "sigkill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif how == "postmaster":
        os.kill(number, signal.SIGKILL)
    elif how == "full":
        full.fill(Path(disk), number)
    elif how == "terminate":
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as conn:
            conn.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                         "WHERE application_name = 'pgwright run' AND datname = current_database()")  # fmt: skip
