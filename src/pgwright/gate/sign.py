"""Signing with the key that people already have: `ssh-keygen -Y sign`, which also asks for passphrase and touch."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from pgwright.gate.approval_refusals import KeyKind, NoKey, NoKeygen, NotSigned
from pgwright.gate.sshsig import HARDWARE, NAMESPACE, PLAIN
from pgwright.project import Project
from pgwright.project.repository import git

CHATTER = "Signing data on standard input"  # said each time; what a person has to do comes after it
USUAL = ("id_ed25519_sk", "id_ed25519")
REMEDIES = (  # the first that ssh-keygen's words hold
    (
        "incorrect passphrase",
        "The passphrase was wrong, or there was no terminal to ask for it: ssh-add the key first.",
    ),
    ("too open", "Others can read the private key: chmod 600 it."),
    ("No private key", "No agent holds that key, and its private file is not beside it: ssh-add it, or name the file."),
    ("agent", "The agent refused. See what it holds: ssh-add -l"),
    ("Couldn't load", "Name a key that is there: --key ~/.ssh/id_ed25519"),
    ("invalid format", "That file is no SSH key. Name a key: --key ~/.ssh/id_ed25519"),
    ("Permission denied", "You may not read that file. Name a key of your own: --key ~/.ssh/id_ed25519"),
)


def sign(text: bytes, key: Path, tell: Callable[[str], None]) -> str:
    """The armoured signature of the text. What ssh-keygen says (to touch the key) goes to `tell`.

    Raises KeyKind before anybody types a passphrase in vain, NotSigned with what to do, NoKeygen.
    """
    _require_ed25519(key)
    with tempfile.TemporaryFile() as content, tempfile.TemporaryFile("w+") as out:
        content.write(text)
        content.seek(0)
        command = ["ssh-keygen", "-Y", "sign", "-n", NAMESPACE, "-f", os.fspath(key)]
        try:
            child = subprocess.Popen(command, stdin=content, stdout=out, stderr=subprocess.PIPE, text=True)
        except OSError:
            raise NoKeygen() from None
        assert child.stderr is not None
        said = []
        for line in child.stderr:
            said.append(line.strip())
            if not line.startswith(CHATTER):
                tell(line.strip())
        if child.wait() != 0:
            raise _not_signed(key, said)
        out.seek(0)
        return out.read()


def key_of(project: Project, approval: str) -> Path:
    """The key that git signs with when that is an SSH key, else the usual file. Raises NoKey."""
    if project.repository and (git(project.root, "config", "gpg.format") or "").strip() == "ssh":
        named = (git(project.root, "config", "user.signingkey") or "").strip()
        if named and not named.startswith(("key::", "ssh-")):
            return Path(named).expanduser()
    for name in USUAL:
        for path in (Path.home() / ".ssh" / name, Path.home() / ".ssh" / f"{name}.pub"):
            if path.is_file():
                return path
    raise NoKey(approval=approval)


def _require_ed25519(key: Path) -> None:
    """By the public file beside it; without one the signature itself is asked afterwards."""
    public = key if key.suffix == ".pub" else key.with_name(f"{key.name}.pub")
    try:
        kind = public.read_text("utf-8", "replace").split(" ")[0]
    except OSError:
        return
    if kind.startswith(("ssh-", "ecdsa-", "sk-")) and kind not in (PLAIN, HARDWARE):
        raise KeyKind(name=str(key), kind=kind)


def _not_signed(key: Path, said: list[str]) -> NotSigned:
    text = "\n".join(said)
    remedy = next(
        (remedy for part, remedy in REMEDIES if part in text), "See: ssh-keygen -Y sign -n pgwright -f KEY FILE"
    )
    why = next((line for line in reversed(said) if line), "it said nothing")
    return NotSigned(key=key, why=why, remedy=remedy)
