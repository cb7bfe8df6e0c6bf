"""SSH signatures (ssh-keygen -Y sign): read, and verified. Source: OpenSSH, PROTOCOL.sshsig, PROTOCOL.u2f, PROTOCOL."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256, sha512

from pgwright.gate import ed25519
from pgwright.gate.approval_refusals import CutSignature, KeyKind, WrongArmour

NAMESPACE = "pgwright"  # a signature made for git or for a file says nothing here
PLAIN, HARDWARE = "ssh-ed25519", "sk-ssh-ed25519@openssh.com"
ARMOUR = re.compile(r"\s*-----BEGIN SSH SIGNATURE-----\s([A-Za-z0-9+/=\s]+)-----END SSH SIGNATURE-----\s*")
TOUCHED = 0x01


@dataclass(frozen=True, slots=True)
class Signature:
    """What a signature file says about itself. Nothing in it is true before `holds`."""

    kind: str
    key: bytes  # the public key as SSH packs it
    namespace: str
    hash_name: str
    signed_header: bytes
    point: bytes
    raw: bytes
    application: bytes = b""  # hardware keys only
    flags_and_counter: bytes = b""

    @property
    def was_touched(self) -> bool:
        """True when a hardware key says that somebody touched it. ssh-keygen -Y verify does not ask."""
        return bool(self.flags_and_counter) and bool(self.flags_and_counter[0] & TOUCHED)

    @property
    def fingerprint(self) -> str:
        """As ssh-keygen -l prints it."""
        return "SHA256:" + base64.b64encode(sha256(self.key).digest()).decode().rstrip("=")

    def holds(self, message: bytes) -> bool:
        """True when the key signed exactly this message."""
        digest = {"sha256": sha256, "sha512": sha512}[self.hash_name](message).digest()
        signed = self.signed_header + _packed(digest)
        if self.kind == HARDWARE:
            signed = sha256(self.application).digest() + self.flags_and_counter + sha256(signed).digest()
        return ed25519.verify(self.point, signed, self.raw)


def read(text: str, name: str = "the signature") -> Signature:
    """The signature inside the armour. Raises WrongArmour, CutSignature, KeyKind."""
    found = ARMOUR.fullmatch(text)
    if found is None:
        raise WrongArmour(name=name)
    try:
        raw = base64.b64decode("".join(found[1].split()), validate=True)
    except binascii.Error:
        raise WrongArmour(name=name) from None
    if raw[:10] != b"SSHSIG\0\0\0\1":
        raise CutSignature(name=name, why="it does not begin as one")
    key, namespace, reserved, hash_name, blob = _strings(raw[10:], 5, name)
    kind, point, application = _key(key, name)
    if hash_name not in (b"sha256", b"sha512"):
        raise CutSignature(name=name, why=f"it names the hash {hash_name.decode('ascii', 'replace')}")
    extra = 5 if kind == HARDWARE else 0
    kind_again, signature = _strings(blob[: len(blob) - extra], 2, name)
    if kind_again != kind.encode():
        raise CutSignature(name=name, why="its key and its signature are of two kinds")
    header = b"SSHSIG" + _packed(namespace) + _packed(reserved) + _packed(hash_name)
    return Signature(
        kind, key, namespace.decode("utf-8", "replace"), hash_name.decode(), header, point, signature, application,
        blob[len(blob) - extra :] if extra else b"",
    )  # fmt: skip


def kind_of(key: bytes, name: str = "the key") -> str:
    """The kind of a public key. Raises KeyKind for one that is not ed25519: the database could not check it."""
    return _key(key, name)[0]


def _key(key: bytes, name: str) -> tuple[str, bytes, bytes]:
    """(kind, point, application) of a public key."""
    kind = _first(key).decode("ascii", "replace")
    if kind not in (PLAIN, HARDWARE):
        raise KeyKind(name=name, kind=kind or "unknown")
    parts = _strings(key, 3 if kind == HARDWARE else 2, name)
    return kind, parts[1], parts[2] if kind == HARDWARE else b""


def _first(packed: bytes) -> bytes:
    return packed[4 : 4 + int.from_bytes(packed[:4], "big")]


def _strings(packed: bytes, count: int, name: str) -> list[bytes]:
    """Exactly that many SSH strings: four bytes of length, then the bytes."""
    found = []
    for _ in range(count):
        size = int.from_bytes(packed[:4], "big")
        if len(packed) < 4 or len(packed) - 4 < size:
            raise CutSignature(name=name, why="it is cut off")
        found.append(packed[4 : 4 + size])
        packed = packed[4 + size :]
    if packed:
        raise CutSignature(name=name, why="something follows its end")
    return found


def _packed(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + content
