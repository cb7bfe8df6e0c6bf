"""The base image: an empty cluster as initdb makes it, once per build."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from pgwright.errors import Refusal
from pgwright.event import OnEvent, silent
from pgwright.shadow import image
from pgwright.shadow.account import Account, dropped
from pgwright.shadow.binaries import Binaries

LOCALES = ("C.UTF-8", "C")  # the second for systems without the first (macOS before 14, old glibc)
LIBRARY = "error while loading shared libraries"


class InitdbFailed(Refusal):
    """
    initdb of {source} failed: {why}
    Try another server: pgwright pg install {major}
    """

    code = "PW-SHADOW-10"


def lay(binaries: Binaries, data: Path, account: Account | None, on_event: OnEvent = silent) -> None:
    """An empty cluster in `data`, from the image when there is one. Of two processes one runs initdb, one waits."""
    named = image.key("base/1", binaries.build, account.name if account else "")
    if _copied(named, data, account):
        return
    with image.building(named):
        if _copied(named, data, account):
            return
        initdb(binaries, data, account)
        image.store(data, named, on_event)


def initdb(binaries: Binaries, data: Path, account: Account | None) -> None:
    """A new cluster, superuser `postgres`, UTF-8, no password: its only door is a socket in a folder of mode 0700."""
    data.mkdir(mode=0o700)
    if account:
        os.chown(data, account.uid, account.gid)
    for locale in LOCALES:
        ran = subprocess.run(
            [binaries.bin / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
             f"--locale={locale}", "--no-sync", "--no-instructions"],
            capture_output=True, text=True, cwd="/", env=binaries.env, check=False, **dropped(account),
        )  # fmt: skip
        if ran.returncode == 0:
            return
        if "locale" not in ran.stderr:
            break
    if "No space left" in ran.stderr:
        raise image.DiskFull(folder=data.parent, why="No space left on device")
    raise InitdbFailed(source=binaries.source, major=binaries.major, why=_last_line(ran.stderr))


def _copied(named: str, data: Path, account: Account | None) -> bool:
    found = image.nearest([named])
    if found is None:
        return False
    image.copy(found[1], data, account)
    return True


def _last_line(text: str) -> str:
    lines = (
        [line for line in text.splitlines() if "error" in line or "FATAL" in line]
        or text.splitlines()
        or ["no message"]
    )
    return lines[0].strip()
