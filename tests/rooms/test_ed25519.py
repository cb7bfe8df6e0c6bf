"""Ed25519 and SSH signatures: the vectors of RFC 8032, real signatures of ssh-keygen, and what must not pass."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from ssh_keys import hardware_signature, make_key, signature_of, verdict_of_ssh_keygen

from pgwright.gate import ed25519
from pgwright.gate.approval_refusals import CutSignature, KeyKind, WrongArmour
from pgwright.gate.sshsig import read

Verify = Callable[[bytes, bytes, bytes], bool]
# RFC 8032, 7.1: TEST 1, 2 and 3
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.fixture(params=["ours", "cryptography"])
def verify(request: pytest.FixtureRequest) -> Verify:
    """Each of the two that have to agree, by itself."""
    if request.param == "ours":
        return ed25519._holds
    pytest.importorskip("cryptography")
    return ed25519._library_agrees


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_vectors_of_the_rfc(verify: Verify, public: str, message: str, signature: str) -> None:
    key, text, signed = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert verify(key, text, signed)
    assert not verify(key, text + b"x", signed)
    for at in range(0, 64, 7):
        assert not verify(key, text, signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :])
    s = int.from_bytes(signed[32:], "little") + ed25519.L
    assert not verify(key, text, signed[:32] + s.to_bytes(32, "little"))  # a second signature of the same text


@pytest.mark.parametrize(
    ("key", "signature"),
    [
        (b"", b""),
        (b"\0" * 31, b"\0" * 64),
        (b"\xff" * 32, b"\0" * 64),
        (b"\x02" + b"\0" * 31, b"\0" * 64),
        (b"\0" * 32, b"x"),
    ],
)
def test_bytes_that_are_no_key_or_no_signature_do_not_hold(verify: Verify, key: bytes, signature: bytes) -> None:
    assert not verify(key, b"text", signature)


def test_real_signatures_hold_as_ssh_keygen_says(tmp_path: Path) -> None:
    key = make_key(tmp_path / "alice")
    for text in (b"", b"x", b"a longer text\n" * 100):
        signed = signature_of(key, text)
        assert read(signed).holds(text) is verdict_of_ssh_keygen(key, text, signed) is True
        assert read(signed).holds(text + b" ") is verdict_of_ssh_keygen(key, text + b" ", signed) is False


@pytest.mark.parametrize("at", range(0, 32, 3))
def test_changed_bytes_do_not_hold_as_ssh_keygen_says(tmp_path: Path, at: int) -> None:
    key = make_key(tmp_path / "alice")
    signed = read_bytes(signature_of(key, b"text"))
    place = len(signed) - 64 + at * 2
    changed = armoured(signed[:place] + bytes([signed[place] ^ 0x10]) + signed[place + 1 :])
    assert read(changed).holds(b"text") is verdict_of_ssh_keygen(key, b"text", changed) is False


def test_ssh_keygen_takes_a_hardware_signature_without_touch_and_we_see_it(tmp_path: Path) -> None:
    public, sign = hardware_signature()
    (tmp_path / "sk.pub").write_text(public)
    for flags, touched in ((0, False), (1, True), (5, True)):
        signed = sign(b"text", flags)
        assert verdict_of_ssh_keygen(tmp_path / "sk", b"text", signed)
        assert read(signed).holds(b"text")
        assert read(signed).was_touched is touched
        assert not read(signed).holds(b"other text")


@pytest.mark.parametrize(("kind", "bits"), [("rsa", "2048"), ("ecdsa", "256")])
def test_other_kinds_of_keys_are_refused_by_name(tmp_path: Path, kind: str, bits: str) -> None:
    key = make_key(tmp_path / "key", "-t", kind, "-b", bits)
    with pytest.raises(KeyKind, match="ssh-keygen -t ed25519") as refused:
        read(signature_of(key, b"text"))
    assert kind in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "-----BEGIN PGP SIGNATURE-----\nAAAA\n-----END PGP SIGNATURE-----",
        "-----BEGIN SSH SIGNATURE-----\n#\n-----END",
    ],
)
def test_what_is_no_ssh_signature_is_refused(text: str) -> None:
    with pytest.raises(WrongArmour, match="ssh-keygen -Y sign"):
        read(text)


def test_every_truncation_is_refused_or_does_not_hold(tmp_path: Path) -> None:
    raw = read_bytes(signature_of(make_key(tmp_path / "alice"), b"text"))
    for size in range(0, len(raw)):
        with pytest.raises((CutSignature, KeyKind, WrongArmour)):
            read(armoured(raw[:size]))
    with pytest.raises(CutSignature):
        read(armoured(raw + b"\0"))


def read_bytes(signature: str) -> bytes:
    return base64.b64decode("".join(signature.splitlines()[1:-1]))


def armoured(raw: bytes) -> str:
    return f"-----BEGIN SSH SIGNATURE-----\n{base64.encodebytes(raw).decode()}-----END SSH SIGNATURE-----\n"


NO_POINTS = {"off the curve": (2, 0), "too large": (ed25519.P + 1, 0), "-0": (1, 1), "-0 again": (ed25519.P - 1, 1)}


@pytest.mark.parametrize(("y", "sign"), NO_POINTS.values(), ids=NO_POINTS)
def test_what_is_no_point_is_not_decoded(y: int, sign: int) -> None:
    assert ed25519._decoded((y | sign << 255).to_bytes(32, "little")) is None


def test_what_the_signature_does_not_cover_is_read_all_the_same(tmp_path: Path) -> None:
    """Version, hash and kind stand outside of what is signed: another one would hold as well if nobody looked."""
    raw = read_bytes(signature_of(make_key(tmp_path / "alice"), b"text"))
    hashed, kind = b"\0\0\0\6sha512", b"\0\0\0\x0bssh-ed25519"
    after = raw.rindex(kind)
    for changed in (
        raw[:9] + b"\2" + raw[10:],
        raw.replace(hashed, b"\0\0\0\6sha384"),
        raw[:after] + b"\0\0\0\x0bssh-ed99999" + raw[after + len(kind) :],
    ):
        assert changed != raw and len(changed) == len(raw)
        with pytest.raises(CutSignature):
            read(armoured(changed))
