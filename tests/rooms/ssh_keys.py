"""Keys and signatures for tests: real ones of ssh-keygen, and those of a hardware key that nobody has to touch."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Callable
from hashlib import sha256, sha512
from pathlib import Path

from pgwright.gate import ed25519

SK = b"sk-ssh-ed25519@openssh.com"


def make_key(path: Path, *options: str, passphrase: str = "") -> Path:
    """A key pair; ed25519 unless the options say otherwise."""
    kind = options or ("-t", "ed25519")
    subprocess.run(["ssh-keygen", "-q", *kind, "-N", passphrase, "-C", path.name, "-f", path], check=True)
    return path


def public_words(key: Path) -> str:
    """Type and key, as they stand in a list of signers."""
    return " ".join(key.with_name(f"{key.name}.pub").read_text().split()[:2])


def signature_of(key: Path, text: bytes, namespace: str = "pgwright") -> str:
    command = ["ssh-keygen", "-Y", "sign", "-q", "-n", namespace, "-f", str(key)]
    return subprocess.run(command, input=text, capture_output=True, check=True).stdout.decode()


def verdict_of_ssh_keygen(key: Path, text: bytes, signature: str, namespace: str = "pgwright") -> bool:
    """What anybody gets who checks without us."""
    folder = key.parent
    (folder / "allowed").write_text(f"somebody {public_words(key)}\n")
    (folder / "it.sig").write_text(signature)
    command = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "somebody", "-n", namespace, "-s", "it.sig"]
    return subprocess.run(command, cwd=folder, input=text, capture_output=True, check=False).returncode == 0


def hardware_signature() -> tuple[str, Callable[[bytes, int], str]]:
    """A hardware key's public line, and a function (text, flags) -> signature."""
    seed = os.urandom(32)
    point, sign = _signer(seed)
    blob = _packed(SK) + _packed(point) + _packed(b"ssh:")

    def signature(text: bytes, flags: int) -> str:
        head = b"SSHSIG" + _packed(b"pgwright") + _packed(b"") + _packed(b"sha512")
        counted = bytes([flags]) + (7).to_bytes(4, "big")
        signed = sign(sha256(b"ssh:").digest() + counted + sha256(head + _packed(sha512(text).digest())).digest())
        body = (
            b"SSHSIG"
            + (1).to_bytes(4, "big")
            + _packed(blob)
            + _packed(b"pgwright")
            + _packed(b"")
            + _packed(b"sha512")
        )
        body += _packed(_packed(SK) + _packed(signed) + counted)
        return f"-----BEGIN SSH SIGNATURE-----\n{base64.encodebytes(body).decode()}-----END SSH SIGNATURE-----\n"

    return f"{SK.decode()} {base64.b64encode(blob).decode()} token\n", signature


def _signer(seed: bytes) -> tuple[bytes, Callable[[bytes], bytes]]:
    """RFC 8032, 5.1.5 and 5.1.6: what a hardware key does inside."""
    digest = sha512(seed).digest()
    secret = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | (1 << 254)
    public = ed25519._encoded(ed25519._times(secret, ed25519.BASE))

    def sign(message: bytes) -> bytes:
        r = int.from_bytes(sha512(digest[32:] + message).digest(), "little") % ed25519.L
        point = ed25519._encoded(ed25519._times(r, ed25519.BASE))
        k = int.from_bytes(sha512(point + public + message).digest(), "little") % ed25519.L
        return point + ((r + k * secret) % ed25519.L).to_bytes(32, "little")

    return public, sign


def _packed(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + content
