"""As root only: a copy of the binaries that the server's user can reach, for those that lie beneath a closed folder.

A virtual environment under /root (0700) is the usual case. The modes of that folder are not ours to change, so the
build is copied once to a folder of ours that everybody may read and only root may write.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import replace
from hashlib import sha256
from itertools import chain
from pathlib import Path

from pgwright.errors import Refusal
from pgwright.shadow import cache
from pgwright.shadow.account import Account, reaches
from pgwright.shadow.binaries import Binaries

NOT_NEEDED = shutil.ignore_patterns("include", "doc", "man", "pgxs", "pkgconfig", "*.a", "locale", "__pycache__")


class NoReadablePlace(Refusal):
    """
    The server's user `{account}` cannot reach {bin}, and no folder was found for a copy that it can (tried {tried}).
    Make /var/cache/pgwright, owned by root with mode 0755, or run pgwright as an ordinary user.
    """

    code = "PW-SHADOW-05"


def reachable(binaries: Binaries, account: Account | None) -> Binaries:
    """The binaries themselves when the account can run them, else a copy of them in a public folder of root's."""
    if account is None or reaches(account, binaries.bin / "postgres", binaries.share / "postgres.bki"):
        return binaries
    trees = (binaries.bin.parent, *binaries.beside)
    above = Path(os.path.commonpath([tree.parent for tree in trees]))
    folder = _public(account, binaries) / f"{binaries.version}-{_stamp(trees)}"
    if not folder.exists():
        _publish(trees, above, folder)

    def moved(path: Path) -> Path:
        return folder / path.relative_to(above) if path.is_relative_to(above) else path

    env = {
        key: str(moved(Path(value))) if value.startswith("/") and ":" not in value else value
        for key, value in binaries.env.items()
    }
    return replace(
        binaries,
        bin=moved(binaries.bin),
        share=moved(binaries.share),
        env=env,
        beside=tuple(map(moved, binaries.beside)),
    )


def _public(account: Account, binaries: Binaries) -> Path:
    """The first folder that is root's alone to write and that the account can enter."""
    candidates = (
        Path("/var/cache/pgwright"),
        Path(tempfile.gettempdir()) / "pgwright-binaries",
        Path("/tmp/pgwright-binaries"),
    )
    for folder in candidates:
        try:
            cache.made(folder, 0o755)
        except OSError:
            continue
        if cache.is_ours(folder) and reaches(account, folder, folder):
            return folder
    raise NoReadablePlace(account=account.name, bin=binaries.bin, tried=", ".join(map(str, candidates)))


def _stamp(trees: tuple[Path, ...]) -> str:
    """Changes with the name, size or time of any file. Reading all the bytes would cost more than the copy."""
    seen = sha256()
    for parent, folders, files in chain.from_iterable(map(os.walk, trees)):
        folders.sort()
        for name in sorted(files):
            found = Path(parent, name).lstat()
            seen.update(f"{parent}/{name}:{found.st_size}:{found.st_mtime_ns}\n".encode())
    return seen.hexdigest()[:16]


def _publish(trees: tuple[Path, ...], above: Path, folder: Path) -> None:
    """Complete or not there. Two processes may both copy; the second to finish drops its own."""
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder.parent))
    try:
        for tree in trees:
            shutil.copytree(tree, draft / "build" / tree.relative_to(above), symlinks=True, ignore=NOT_NEEDED)
        _open_to_readers(draft / "build")
        try:
            (draft / "build").rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _open_to_readers(copied: Path) -> None:
    for parent, _, files in os.walk(copied):
        Path(parent).chmod(0o755)
        for file in (Path(parent, name) for name in files):
            if not file.is_symlink():
                os.chown(file, 0, 0)
                file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
