"""Calls a provider's program: what it prints is data, and a program that is missing, hangs or prints rubbish is named."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from pgwright.run.backup.provider import Listed
from pgwright.run.backup.providers import Chosen
from pgwright.run.backup.refusals import ProviderFailed, ProviderUnreadable

LISTING = 60.0  # seconds that a listing may take
RESTORING = 24 * 3600.0
LONGEST = 200  # characters of a complaint that are shown
# What a program says of itself may hold what it logs in with.
SECRET = re.compile(
    r"(?i)(://[^/\s:@]*:)[^@\s]+(?=@)|"
    r"(\b[\w-]*(?:password|passwd|passphrase|secret|token|key)[\w-]*[\"']?\s*[=:]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s,;&]+)"
)
SEGMENT = re.compile(r"[0-9A-F]{24}")
WRONG = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)


def listing(chosen: Chosen, environment: str, folder: Path) -> tuple[Listed, ...]:
    """The provider's backups, of which every time is one. Raises ProviderFailed and ProviderUnreadable."""

    def ask(words: Sequence[str]) -> Any:
        status, out, why = _called(chosen, words, folder, LISTING)
        if status != 0:
            raise ProviderFailed(program=chosen.command[0], why=why)
        return json.loads(out)

    try:
        found = chosen.provider.read(ask, chosen.name)
        for one in found:
            _require_sane(one)
    except WRONG as error:
        why = scrubbed(f"it has no {error}" if isinstance(error, KeyError) else str(error))
        raise ProviderUnreadable(provider=chosen.provider.name, environment=environment, why=why) from None
    return found


def _require_sane(one: Listed) -> None:
    """Raises ValueError, TypeError: what is listed becomes a word of a command, a path, and a line on a terminal."""
    texts = (one.id, one.taken, one.wrong, one.identifier, one.first, one.archived)
    if not all(isinstance(text, str) and text.isprintable() for text in texts) or not one.id or one.id.startswith("-"):
        raise ValueError("a name or a time in it is none")
    if not all(SEGMENT.fullmatch(name) for name in (one.first, one.archived) if name):
        raise ValueError(f"{one.id} names a WAL segment that cannot be one")
    if not one.wrong and datetime.fromisoformat(one.taken).tzinfo is None:
        raise ValueError(f"the time of {one.id} has no zone")


def complaint(chosen: Chosen, words: Sequence[str], folder: Path) -> str:
    """What the program complained of; empty when it went well."""
    try:
        status, _, why = _called(chosen, words, folder, RESTORING)
    except ProviderFailed as failed:
        return str(failed.facts["why"])
    return why if status else ""


def scrubbed(text: str) -> str:
    """Without what looks like a secret or would steer a terminal, and not longer than a line."""
    plain = "".join(one if one.isprintable() else " " for one in text)
    return SECRET.sub(lambda found: f"{found[1] or found[2]}***", plain)[:LONGEST]


def _called(chosen: Chosen, words: Sequence[str], folder: Path, patience: float) -> tuple[int, str, str]:
    """Exit status, output, and the line that tells most of what it complained of. Raises ProviderFailed."""
    program = chosen.command[0]
    try:
        process = subprocess.Popen(
            [*chosen.command, *words], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, errors="replace", start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        why = "there is no such program" if isinstance(error, FileNotFoundError) else error.strerror or str(error)
        raise ProviderFailed(program=program, why=why) from None
    try:
        out, err = process.communicate(timeout=patience)
    except BaseException as error:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # and what it started: a shell's child would go on
        process.wait()  # not its pipes: what left the group may hold them
        if isinstance(error, subprocess.TimeoutExpired):
            why = f"it gave no answer in {patience:.0f} s"
            raise ProviderFailed(program=program, why=why) from None
        raise
    rows = [row.strip() for row in err.splitlines() if row.strip()] or [f"it ended with {process.returncode}"]
    return process.returncode, out, scrubbed(next((row for row in rows if "error" in row.lower()), rows[0]))
