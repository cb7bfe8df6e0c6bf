"""The three verdicts agree: the SQL, the Python library and ssh-keygen, on the RFC's vectors and on the edges."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keys import Keys, envelope, raw
from scenes import Connection, Scene

from pgwright.gate import ed25519
from pgwright.gate.bypass.signing import ORDER, bare, packed

# RFC 8032, section 7.1: public key, message, signature
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]  # fmt: skip
P = 2**255 - 19
NO_POINTS = [(2, 0), (P + 1, 0), (1, 1), (P - 1, 1)]  # not on the curve; not canonical; minus nought, twice
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
MESSAGE = b"the message"


def little(number: int) -> bytes:
    return number.to_bytes(32, "little")


def edges() -> dict[str, tuple[bytes, bytes, bytes]]:
    """The kinds of trouble that Wycheproof's ed25519 vectors hold, made anew: key, message, signature."""
    key, signature = raw(KEY), KEY.sign(MESSAGE)
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    found = {
        "s plus l": (key, MESSAGE, r + little(s + ORDER)),
        "s is l": (key, MESSAGE, r + little(ORDER)),
        "s is 0": (key, MESSAGE, r + little(0)),
        "s is 1": (key, MESSAGE, r + little(1)),
        "s is l minus 1": (key, MESSAGE, r + little(ORDER - 1)),
        "s all ones": (key, MESSAGE, r + b"\xff" * 32),
        "s negated": (key, MESSAGE, r + little(ORDER - s)),
        "r is 0": (key, MESSAGE, little(0) + signature[32:]),
        "r is 1": (key, MESSAGE, little(1) + signature[32:]),
        "r is p minus 1": (key, MESSAGE, little(P - 1) + signature[32:]),
        "r is p": (key, MESSAGE, little(P) + signature[32:]),
        "r is p plus 1": (key, MESSAGE, little(P + 1) + signature[32:]),
        "r all ones": (key, MESSAGE, b"\xff" * 32 + signature[32:]),
        "r of the other sign": (key, MESSAGE, r[:31] + bytes([r[31] ^ 0x80]) + signature[32:]),
        "r and s swapped": (key, MESSAGE, signature[32:] + r),
        "all zero": (key, MESSAGE, bytes(64)),
        "empty signature": (key, MESSAGE, b""),
        "one byte short": (key, MESSAGE, signature[:-1]),
        "one byte long": (key, MESSAGE, signature + b"\0"),
        "leading zero": (key, MESSAGE, b"\0" + signature),
        "r only": (key, MESSAGE, r),
        "message empty": (key, b"", signature),
        "message longer": (key, MESSAGE + b"\0", signature),
        "key of the other sign": (key[:31] + bytes([key[31] ^ 0x80]), MESSAGE, signature),
        "key not on the curve": (little(2), MESSAGE, signature),
        "key is 0": (little(0), MESSAGE, signature),
        "key all ones": (b"\xff" * 32, MESSAGE, signature),
        "key is the base point": (little(4 * pow(5, P - 2, P) % P), MESSAGE, signature),
        "good": (key, MESSAGE, signature),
    }
    for bit in (0, 7, 100, 255, 256, 300, 511):
        changed = bytearray(signature)
        changed[bit // 8] ^= 1 << bit % 8
        found[f"bit {bit} flipped"] = (key, MESSAGE, bytes(changed))
    return found


@pytest.fixture(scope="module")
def conn(templates: Callable[[str], str], guarded: object, keys: Keys) -> Iterator[Connection]:
    scene = Scene(guarded, templates("T1"), "", keys)  # type: ignore[arg-type]
    with scene.connect("superuser") as found:
        yield found
    scene.close()


def in_sql(conn: Connection, key: bytes, message: bytes, signature: bytes) -> bool:
    [(holds,)] = conn.execute("SELECT pgwright.ed25519_verify(%b, %b, %b)", (key, message, signature)).fetchall()
    assert holds is None or isinstance(holds, bool)
    return holds  # type: ignore[return-value]


def in_python(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@pytest.mark.parametrize(("key", "message", "signature"), RFC_8032)
def test_the_vectors_of_the_rfc(conn: Connection, key: str, message: str, signature: str) -> None:
    parts = [bytes.fromhex(one) for one in (key, message, signature)]
    assert in_sql(conn, *parts)
    assert in_python(*parts)
    parts[2] = parts[2][:-1] + bytes([parts[2][-1] ^ 1])
    assert not in_sql(conn, *parts)


@pytest.mark.parametrize("name", edges())
def test_edges_agree_with_the_library(conn: Connection, name: str) -> None:
    assert in_sql(conn, *edges()[name]) is in_python(*edges()[name]) is (name == "good")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=300), bit=st.integers(-1, 511))
def test_random_keys_and_messages_agree(conn: Connection, seed: bytes, message: bytes, bit: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    signature = bytearray(key.sign(message))
    if bit >= 0:
        signature[bit // 8] ^= 1 << bit % 8
    assert in_sql(conn, raw(key), message, bytes(signature)) is in_python(raw(key), message, bytes(signature)) is (bit < 0)


@pytest.mark.parametrize("name", [one for one, (_, _, signature) in edges().items() if len(signature) == 64])
def test_ssh_keygen_agrees_on_the_edges(conn: Connection, tmp_path: Path, name: str) -> None:
    """The same troubles inside an SSH signature: over what ssh-keygen signs, by a key that it knows."""
    keys = Keys()
    text = "what: x\n"
    good = keys.sign("alice", text)
    blob = bare(good)
    inner = blob[-64:]
    before, _, changed = edges()[name]
    r, s = inner[:32], int.from_bytes(inner[32:], "little")
    replaced = {
        "good": inner,
        "s plus l": r + little(s + ORDER),
        "s negated": r + little(ORDER - s),
        "r of the other sign": r[:31] + bytes([r[31] ^ 0x80]) + inner[32:],
    }.get(name, changed)
    armoured = envelope(packed(b"ssh-ed25519", before), "pgwright", "sha512", packed(b"ssh-ed25519", replaced))
    if before == raw(KEY):
        armoured = envelope(keys.blob("alice"), "pgwright", "sha512", packed(b"ssh-ed25519", replaced))
    [(in_database,)] = conn.execute("SELECT holds FROM pgwright.signature_verify(%s, %s)", (armoured, text)).fetchall()
    accepted = keygen_accepts(tmp_path, keys, armoured, text)
    assert in_database is (name == "good")
    assert accepted is in_database or name == "s plus l"  # OpenSSH 9.2 accepts S + L; the RFC, the library and we do not


def keygen_accepts(folder: Path, keys: Keys, armoured: str, text: str) -> bool:
    (folder / "allowed").write_text(f"alice {' '.join(keys.public('alice'))}\n")
    (folder / "sig").write_text(armoured)
    command = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "alice", "-n", "pgwright", "-s", "sig"]
    return subprocess.run(command, input=text.encode(), cwd=folder, capture_output=True, check=False).returncode == 0


def test_what_ssh_keygen_signs_is_accepted(conn: Connection, tmp_path: Path) -> None:
    text = "what: Add users.email\nauthor: mallory\n"
    (tmp_path / "text").write_text(text)
    for command in (
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "key"],
        ["ssh-keygen", "-q", "-Y", "sign", "-n", "pgwright", "-f", "key", "text"],
    ):
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    armoured = (tmp_path / "text.sig").read_text()
    [(good,)] = conn.execute("SELECT holds FROM pgwright.signature_verify(%s, %s)", (armoured, text)).fetchall()
    [(bad,)] = conn.execute("SELECT holds FROM pgwright.signature_verify(%s, %s)", (armoured, text + "x")).fetchall()
    assert (good, bad) == (True, False)


def test_ssh_keygen_does_not_ask_for_the_touch_and_we_do(conn: Connection, tmp_path: Path) -> None:
    """Measured with OpenSSH 9.2: `-Y verify` accepts a hardware key's signature whose flag says that nobody touched it."""
    keys = Keys()
    untouched, touched = keys.special("carol/untouched", "x\n"), keys.special("carol", "x\n")
    for armoured, was_touched in ((untouched, False), (touched, True)):
        query = "SELECT holds, touched FROM pgwright.signature_verify(%s, %s)"
        assert conn.execute(query, (armoured, "x\n")).fetchall() == [(True, was_touched)]


def test_wycheproof(conn: Connection, request: pytest.FixtureRequest) -> None:
    """Every vector of Wycheproof's ed25519_test.json that --wycheproof names: its own verdict, the SQL's, ours, the library's.

    The file is not ours to keep here: the edges above make the same kinds of trouble anew.
    """
    file = request.config.getoption("--wycheproof")
    if not file:
        pytest.skip("--wycheproof FILE (testvectors_v1/ed25519_test.json of C2SP/wycheproof)")
    vectors = [
        (*(bytes.fromhex(text) for text in (group["publicKey"]["pk"], one["msg"], one["sig"])), one["result"] == "valid")
        for group in json.loads(Path(file).read_text("utf-8"))["testGroups"] for one in group["tests"]
    ]  # fmt: skip
    assert len(vectors) >= 100
    for key, message, signature, valid in vectors:
        parts = (key, message, signature)
        verdicts = (in_sql(conn, *parts), in_python(*parts), ed25519._holds(*parts))
        assert verdicts == (valid, valid, valid), (key.hex(), message.hex(), signature.hex())
