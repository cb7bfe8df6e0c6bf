"""Throw-away keys by ssh-keygen, for the matrix on a user's own database."""

from __future__ import annotations

import subprocess
from pathlib import Path

from pgwright.gate.bypass.signing import NotSignable

SOFTWARE = ("alice", "alice2", "bob", "mallory", "evil")


class Keygen:
    """A signer whose keys live in one folder, which the caller removes. It has no hardware key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in SOFTWARE:
            self._run("-q", "-t", "ed25519", "-N", "", "-C", name, "-f", name)

    def public(self, name: str) -> tuple[str, str]:
        """Key type and base64. Raises NotSignable."""
        if name not in SOFTWARE:
            raise NotSignable(name)
        kind, key, _ = (self.folder / f"{name}.pub").read_text().split(maxsplit=2)
        return kind, key

    def sign(self, name: str, text: str, namespace: str = "pgwright") -> str:
        """The armoured signature."""
        self.public(name)
        return self._run("-q", "-Y", "sign", "-n", namespace, "-f", name, typed=text)

    def special(self, variant: str, text: str) -> str:
        """None of these: they take a hardware key, or the private key's numbers."""
        raise NotSignable(variant)

    def _run(self, *arguments: str, typed: str | None = None) -> str:
        ran = subprocess.run(
            ["ssh-keygen", *arguments], cwd=self.folder, input=(typed or "").encode(), capture_output=True, check=True
        )
        return ran.stdout.decode()
