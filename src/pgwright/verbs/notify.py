"""Telling others how a run ended: the command that an environment names, with the facts as JSON on its standard input."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pgwright.errors import Refusal
from pgwright.event import Event, OnEvent
from pgwright.project import Project

PATIENCE = 15.0  # seconds


@contextmanager
def notified(
    project: Project, environment: str, direction: str, on_event: OnEvent, noticed: set[str] | None = None
) -> Iterator[list[str]]:
    """Yields a list for the revisions that come to their end; afterwards the command runs, whatever the end was.

    `noticed` are the ends that it was told of already: an end in which nothing came to its end is told once.
    """
    done: list[str] = []
    state, message = "done", ""
    try:
        yield done
    except Refusal as refusal:
        state, message = refusal.code, refusal.message
        raise
    except BaseException as error:
        state, message = "broken", f"{type(error).__name__}: {error}"
        raise
    finally:
        end = f"{state} {message}"
        if done or (state != "done" and end not in (noticed or ())):
            if noticed is not None:
                noticed.add(end)
            facts = {"direction": direction, "state": state, "message": message, "revisions": done}
            _send(project, environment, facts, on_event)


def _send(project: Project, environment: str, facts: Mapping[str, object], on_event: OnEvent) -> None:
    """Run the command; that it fails is told, and changes nothing."""
    found = project.settings.environment(environment)
    if found is None or not found.notify:
        return
    text = json.dumps({"format": "notice/1", "environment": environment, **facts}, ensure_ascii=False)
    try:
        ran = subprocess.run(
            found.notify, input=text, cwd=project.root, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        why = "" if ran.returncode == 0 else f"it ended with {ran.returncode}: {ran.stderr.strip()[:200]}"
    except (OSError, subprocess.TimeoutExpired) as error:
        why = f"{type(error).__name__}: {error}"[:200]
    if why:
        on_event(Event("notify", f"{found.notify[0]} was not told: {why}", level="note"))
