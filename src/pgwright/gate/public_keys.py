"""The people of `.pgwright/allowed_signers`, as the guard lists them at installation."""

from __future__ import annotations

from pathlib import Path

from pgwright.gate.guard_refusals import NoSigners
from pgwright.gate.install import Signer

FILE = Path(".pgwright/allowed_signers")
KINDS = ("ssh-ed25519", "sk-ssh-ed25519@openssh.com")


def signers_in(root: Path, *, touch: bool = False) -> tuple[Signer, ...]:
    """Name, key type and key of each line (ssh-keygen(1), ALLOWED SIGNERS). Raises NoSigners.

    With `touch`, a hardware key counts only when it was touched.
    """
    file = root / FILE
    if not file.is_file():
        raise NoSigners(why=f"there is no {FILE}", where=FILE)
    found = []
    for line in file.read_text("utf-8").splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        at = next((i for i, word in enumerate(words) if word in KINDS), None)
        if at is None or at + 1 >= len(words):
            raise NoSigners(why=f"{words[0]} has no ed25519 key, and the database checks no other kind", where=FILE)
        name = words[0].split(",")[0]
        found.append(Signer(name, words[at], words[at + 1], touch and words[at].startswith("sk-")))
    if not found:
        raise NoSigners(why=f"{FILE} names nobody", where=FILE)
    return tuple(found)
