"""The people of the matrix: keys made for this run, and every variant that only the key itself can make."""

from __future__ import annotations

import base64
import hashlib
import struct
from functools import cache

from cryptography.hazmat.primitives import serialization as formats
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pgwright.gate.bypass.signing import armour, packed

HARDWARE = b"sk-ssh-ed25519@openssh.com"
PEOPLE = ("alice", "alice2", "bob", "mallory", "evil", "carol")


def raw(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(formats.Encoding.Raw, formats.PublicFormat.Raw)


class Keys:
    """A signer as the matrix wants one; carol's key is a hardware key."""

    def __init__(self) -> None:
        self.keys = {name: Ed25519PrivateKey.generate() for name in PEOPLE}

    def blob(self, name: str) -> bytes:
        if name == "carol":
            return packed(HARDWARE, raw(self.keys[name]), b"ssh:")
        return packed(b"ssh-ed25519", raw(self.keys[name]))

    def public(self, name: str) -> tuple[str, str]:
        kind = HARDWARE.decode() if name == "carol" else "ssh-ed25519"
        return kind, base64.b64encode(self.blob(name)).decode()

    def sign(self, name: str, text: str, namespace: str = "pgwright", hashed: str = "sha512") -> str:
        message = to_be_signed(text, namespace, hashed)
        return envelope(self.blob(name), namespace, hashed, packed(b"ssh-ed25519", self.keys[name].sign(message)))

    def special(self, variant: str, text: str) -> str:
        name, _, how = variant.partition("/")
        if name == "carol":
            return self._touched(text, how)
        if how == "sha256":
            return self.sign(name, text, hashed="sha256")
        if how.startswith("raw"):
            return self._raw(name, text, how)
        return _foreign(how)

    def _touched(self, text: str, how: str) -> str:
        """What a hardware key signs: its application, flags and counter, and the message (PROTOCOL.u2f)."""
        flags = bytes([0 if how in ("untouched", "flipped") else 1]) + struct.pack(">I", 7)
        message = hashlib.sha256(to_be_signed(text)).digest()
        signature = self.keys["carol"].sign(hashlib.sha256(b"ssh:").digest() + flags + message)
        blob = self.blob("carol")
        if how == "flipped":
            flags = b"\x01" + flags[1:]
        elif how == "counter":
            flags = flags[:1] + struct.pack(">I", 8)
        elif how == "application":
            blob = packed(HARDWARE, raw(self.keys["carol"]), b"ssh:other")
        elif how == "extra":
            flags += b"\x00"
        return envelope(blob, "pgwright", "sha512", packed(HARDWARE, signature) + flags)

    def _raw(self, name: str, text: str, how: str) -> str:
        signed = text if how != "raw-other" else text + "x"
        signature = base64.b64encode(self.keys[name].sign(signed.encode())).decode()
        line = f"ed25519 {base64.b64encode(raw(self.keys[name])).decode()} {signature}"
        return line if how != "raw-cut" else line[:-4]


def to_be_signed(text: str, namespace: str = "pgwright", hashed: str = "sha512") -> bytes:
    digest = hashlib.new(hashed, text.encode()).digest()
    return b"SSHSIG" + packed(namespace.encode(), b"", hashed.encode(), digest)


def envelope(blob: bytes, namespace: str, hashed: str, signature: bytes) -> str:
    return armour(
        b"SSHSIG" + struct.pack(">I", 1) + packed(blob, namespace.encode(), b"", hashed.encode(), signature)
    )


@cache
def _foreign(kind: str) -> str:
    """A signature by a key of a type that the database does not check; the shape is enough."""
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    if kind == "rsa":
        key, name = rsa.generate_private_key(65537, 2048), b"rsa-sha2-512"
    else:
        key, name = ec.generate_private_key(ec.SECP256R1()), b"ecdsa-sha2-nistp256"
    line = key.public_key().public_bytes(formats.Encoding.OpenSSH, formats.PublicFormat.OpenSSH)
    return envelope(base64.b64decode(line.split()[1]), "pgwright", "sha512", packed(name, b"\0" * 64))
