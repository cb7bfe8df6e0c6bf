"""The stand-ins for uuid-ossp and pgcrypto do what they promise, and never hide the real ones."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pgwright.shadow.binaries import find
from pgwright.shadow.extensions import available_extensions
from pgwright.shadow.server import Server, start

TEXTS = ["", "a", "a" * 55, "b" * 56, "c" * 64, "ünïcode" * 40]


@pytest.fixture
def conn(server: Server, database: str) -> Iterator[psycopg.Connection[Any]]:
    if not {"uuid-ossp", "pgcrypto"} <= server.shims:
        pytest.skip("this server has the real extensions")
    with server.connect(database) as conn:
        conn.execute('CREATE SCHEMA ext; CREATE EXTENSION "uuid-ossp" SCHEMA ext; CREATE EXTENSION pgcrypto SCHEMA ext')
        conn.execute("SET search_path = ext, public")
        yield conn


def test_the_server_says_which_stand_in(server: Server) -> None:
    found = available_extensions(server)
    assert {name for name, one in found.items() if one.shimmed} == set(server.shims)
    assert not found["plpgsql"].shimmed


@pytest.mark.parametrize("text", TEXTS, ids=len)
def test_hashes_are_exact(conn: psycopg.Connection[Any], text: str) -> None:
    for kind in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512"):
        for key in ("k", "k" * 200):
            row = conn.execute(
                "SELECT digest(%s::text, %s), hmac(%s, %s, %s)", (text, kind, text, key, kind)
            ).fetchone()
            assert row == (hashlib.new(kind, text.encode()).digest(), hmac.digest(key.encode(), text.encode(), kind))


@pytest.mark.parametrize("text", TEXTS, ids=len)
def test_named_uuids_are_exact(conn: psycopg.Connection[Any], text: str) -> None:
    query = "SELECT uuid_generate_v3(uuid_ns_url(), %s), uuid_generate_v5(uuid_ns_dns(), %s)"
    found = conn.execute(query, (text, text)).fetchone()
    assert found == (uuid.uuid3(uuid.NAMESPACE_URL, text), uuid.uuid5(uuid.NAMESPACE_DNS, text))


def test_random_ones_have_the_right_shape(conn: psycopg.Connection[Any]) -> None:
    row = conn.execute(
        "SELECT uuid_generate_v1(), uuid_generate_v4(), gen_random_uuid(), gen_random_bytes(33)"
    ).fetchone()
    assert row is not None
    assert [u.version for u in row[:3]] == [1, 4, 4]
    assert len(row[3]) == 33


@pytest.mark.parametrize(("kind", "length"), [("bf", 60), ("md5", 34)])
def test_crypt_keeps_its_law(conn: psycopg.Connection[Any], kind: str, length: int) -> None:
    row = conn.execute("SELECT crypt('right', gen_salt(%s))", (kind,)).fetchone()
    assert row is not None and len(row[0]) == length
    asked = conn.execute("SELECT crypt('right', %s) = %s, crypt('wrong', %s) = %s", [row[0]] * 4)
    assert asked.fetchone() == (True, False)


def test_the_wrong_key_opens_nothing(conn: psycopg.Connection[Any]) -> None:
    assert conn.execute("SELECT pgp_sym_decrypt(pgp_sym_encrypt('text', 'key'), 'key')").fetchone() == ("text",)
    with pytest.raises(psycopg.errors.ExternalRoutineInvocationException):
        conn.execute("SELECT pgp_sym_decrypt(pgp_sym_encrypt('text', 'key'), 'other')")


def test_they_work_under_any_search_path_and_after_a_move(conn: psycopg.Connection[Any]) -> None:
    conn.execute("CREATE SCHEMA other")
    for extension in ('"uuid-ossp"', "pgcrypto"):
        conn.execute(f"ALTER EXTENSION {extension} SET SCHEMA other".encode())
    conn.execute("SET search_path = ''")
    conn.execute("SELECT other.uuid_generate_v5(other.uuid_ns_dns(), 'a'), other.hmac('a', 'b', 'sha1')")


def test_a_stand_in_of_the_project_comes_before_ours_and_never_before_a_real_one(tmp_path: Path) -> None:
    for name in ("geo", "citext", "pgcrypto"):
        (tmp_path / f"{name}.control").write_text("default_version = '9.9'\n")
        (tmp_path / f"{name}--9.9.sql").write_text("CREATE FUNCTION answer() RETURNS int RETURN 42;\n")
    with start(find(18), shims=tmp_path) as server:
        found = available_extensions(server)
        assert (found["geo"].version, found["geo"].shimmed) == ("9.9", True)
        assert found["citext"].version != "9.9"
        with server.connect() as conn:
            conn.execute("CREATE EXTENSION geo")
            assert conn.execute("SELECT answer()").fetchone() == (42,)
