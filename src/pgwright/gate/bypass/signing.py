"""Signatures for the matrix: good ones, and ones that were tampered with."""

from __future__ import annotations

import base64
import struct
from typing import Protocol

MARKS = ("-----BEGIN SSH SIGNATURE-----\n", "-----END SSH SIGNATURE-----\n")
ORDER = 2**252 + 27742317777372353535851937790883648493  # of the base point (RFC 8032)


class NotSignable(Exception):
    """This signer has no such key; the case is not tried."""


class Signer(Protocol):
    """People's keys. Nobody's real key is among them."""

    def public(self, name: str) -> tuple[str, str]:
        """Key type and base64 of the public key. Raises NotSignable."""

    def sign(self, name: str, text: str, namespace: str = "pgwright") -> str:
        """The armoured signature."""

    def special(self, variant: str, text: str) -> str:
        """A signature that takes the key itself to make, such as a hardware key's. Raises NotSignable."""


def signature(signer: Signer, who: str, text: str) -> str:
    """What `Case.signed` names: `alice`, `alice/git` and so on."""
    name, _, variant = who.partition("/")
    if not name:
        return _junk(variant, signer, text)
    if variant in ("", "late"):
        return signer.special(name, text) if name == "carol" else signer.sign(name, text)
    if variant == "git":
        return signer.sign(name, text, "git")
    if variant == "other":
        return signer.sign(name, text.replace("what: ", "what: Not ", 1))
    if variant in ALTERED:
        return ALTERED[variant](signer.sign(name, text))
    return signer.special(who, text)


def armour(blob: bytes) -> str:
    """As ssh-keygen writes it."""
    return base64.encodebytes(blob).decode().join(MARKS)


def packed(*strings: bytes) -> bytes:
    """Strings as SSH writes them."""
    return b"".join(struct.pack(">I", len(one)) + one for one in strings)


def bare(armoured: str) -> bytes:
    """The bytes inside the armour."""
    return base64.b64decode("".join(armoured.splitlines()[1:-1]))


def _junk(variant: str, signer: Signer, text: str) -> str:
    if variant == "garbage":
        return armour(b"AAAA" * 40)
    if variant == "bare":
        return base64.b64encode(bare(signer.sign("alice", text))).decode()
    if variant == "dots":
        return "".join([MARKS[0], "A=A=A\n", MARKS[1]])
    return signer.special(f"/{variant}", text)


def _malleable(armoured: str) -> str:
    """S + L in the place of S: the same equation, another signature."""
    blob = bare(armoured)
    high = int.from_bytes(blob[-32:], "little") + ORDER
    return armour(blob[:-32] + high.to_bytes(32, "little"))


def _type(armoured: str) -> str:
    """The inner signature calls itself a hardware key's."""
    blob = bare(armoured)
    inner = packed(b"ssh-ed25519", blob[-64:])
    other = packed(b"sk-ssh-ed25519@openssh.com", blob[-64:])
    return armour(blob[: -len(inner) - 4] + packed(other))


ALTERED = {
    "head": lambda armoured: armour(bare(armoured)[:12]),
    "cut": lambda armoured: armour(bare(armoured)[:-9]),
    "trailing": lambda armoured: armour(bare(armoured) + b"\0\0"),
    "version": lambda armoured: armour(b"SSHSIG\0\0\0\2" + bare(armoured)[10:]),
    "type": _type,
    "malleable": _malleable,
}
