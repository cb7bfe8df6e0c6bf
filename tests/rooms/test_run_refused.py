"""What apply and undo refuse, each against a real database, with nothing changed."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from target import QUICK, Target, backfill, url_of
from target import target as target
from test_run_apply import INDEX, NOTE
from tiny_project import TABLE

from pgwright.errors import Refusal
from pgwright.run import refusals

READS = (
    'n = op.get_bind().execute(sa.text("SELECT count(*) FROM customers")).scalar(); '
    "op.execute(f\"INSERT INTO customers (mail) VALUES ('{n}')\")",
    "op.execute(\"DELETE FROM customers WHERE mail ~ '^[0-9]+$'\")",
)


def ready(target: Target, *more: tuple[str, str]) -> None:
    target.tiny.add("a1", *TABLE)
    for at, one in enumerate(more, 2):
        target.tiny.add(f"{'abcd'[at - 1]}{at}", *one)
    target.prove()
    target.apply("a1")


def refused(target: Target, kind: type[Refusal], match: str, to: str | None = None) -> None:
    """Apply is refused in that way, and the database stands where it stood."""
    before = target.value("SELECT version_num FROM alembic_version")
    with pytest.raises(kind, match=match):
        target.apply(to)
    assert target.value("SELECT version_num FROM alembic_version") == before


def test_a_revision_that_was_edited_after_the_proof(target: Target) -> None:
    ready(target, NOTE)
    file = target.tiny.root / "alembic/versions/b2.py"
    file.write_text(file.read_text().replace('"note"', '"remark"'))
    refused(target, refusals.NotProven, "edited after the proof")


def test_a_revision_without_a_proof_or_with_a_refuted_one(target: Target) -> None:
    ready(target, NOTE)
    file = target.tiny.root / ".pgwright/proofs/b2.json"
    text = file.read_text()
    file.unlink()
    refused(target, refusals.NotProven, "no proof")
    file.write_text(json.dumps({**json.loads(text), "verdict": "refuted"}))
    refused(target, refusals.NotProven, "refuted")


def test_another_database_behind_the_same_name(target: Target) -> None:
    ready(target, NOTE)
    file = target.tiny.root / ".pgwright/databases/dev.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "system_identifier": "7"}))
    refused(target, refusals.WrongDatabase, "recorded 7")


def test_another_major(target: Target) -> None:
    ready(target, NOTE)
    file = target.tiny.root / ".pgwright/proofs/b2.json"
    file.write_text(re.sub(r'"1[0-9]000[0-9]"', '"140009"', file.read_text()))
    refused(target, refusals.OtherMajor, "proven on PostgreSQL 14")


def test_a_role_without_rights_is_told_which(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    ready(target, NOTE)
    with target.connect() as conn:
        conn.execute("CREATE ROLE deployer LOGIN")
        conn.execute("GRANT ALL ON SCHEMA public, pgwright TO deployer")
        conn.execute("GRANT ALL ON ALL TABLES IN SCHEMA public, pgwright TO deployer")
    try:
        monkeypatch.setenv("TARGET_URL", url_of(target.server, target.database, "deployer"))
        refused(target, refusals.LacksRights, 'deployer may not .*"public"."customers" belongs to postgres')
    finally:
        with target.connect() as conn:
            conn.execute("DROP OWNED BY deployer")
            conn.execute("DROP ROLE deployer")


def test_an_owner_of_another_name_is_the_shadows_owner(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fingerprint does not depend on how the role is called that owns everything."""
    target.tiny.add("a1", *TABLE).add("b2", *NOTE).add("c3", *INDEX)
    target.prove()
    with target.connect() as conn:
        conn.execute("CREATE ROLE app LOGIN")
        conn.execute(f"ALTER DATABASE {target.database} OWNER TO app")
    try:
        monkeypatch.setenv("TARGET_URL", url_of(target.server, target.database, "app"))
        assert [r.state for r in target.apply().receipts] == ["done"] * 3
        assert target.value("SELECT tableowner FROM pg_tables WHERE tablename = 'customers'") == "app"
    finally:
        with target.connect() as conn:
            conn.execute(f"ALTER DATABASE {target.database} OWNER TO postgres")
            conn.execute("DROP OWNED BY app")
            conn.execute("DROP ROLE app")


def test_too_little_disk_for_what_is_ahead(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    target.tiny.add("a1", *TABLE)
    backfill(target, "b2", "customers", "mail", "'m' || id", "mail IS NULL")
    target.prove()
    target.apply("a1")
    with target.connect() as conn:
        conn.execute("INSERT INTO customers SELECT g FROM generate_series(1, 1000) g")
    full = os.statvfs_result((4096, 4096, 100, 2, 2, 0, 0, 0, 0, 255))
    monkeypatch.setattr("os.statvfs", lambda path: full)  # a disk cannot be filled here without harm to others
    refused(target, refusals.TooLittleDisk, "b2 is expected to need")
    assert target.apply(policy=replace(QUICK, ignore=frozenset({"disk"}))).after == ("b2",)


def test_undo_goes_only_to_what_is_recorded(target: Target) -> None:
    ready(target, NOTE, INDEX)
    target.apply("b2")
    with pytest.raises(refusals.NotOnTheWay, match="c3 does not lie below dev"):
        target.undo("c3")
    with pytest.raises(Refusal, match="-1"):
        target.undo("-1")


def test_a_half_applied_revision_is_finished_before_anything_else(target: Target) -> None:
    ready(target, INDEX, NOTE)

    def point(name: str) -> None:
        if name == "b2.1.sent":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        target.apply(point=point)
    with pytest.raises(refusals.HalfApplied, match="b2 is half applied"):
        target.undo("base")
    assert target.apply().after == ("c3",)


def test_an_index_that_was_begun_and_is_invalid_may_be_given_up(target: Target) -> None:
    ready(target, INDEX)

    def point(name: str) -> None:
        if name == "b2.1.cleared":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        target.apply(point=point)
    assert target.undo("base").after == ()


def test_a_proof_that_changes_while_its_revision_is_half_applied(target: Target) -> None:
    ready(target, INDEX)

    def point(name: str) -> None:
        if name == "b2.1.sent":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        target.apply(point=point)
    file = target.tiny.root / ".pgwright/proofs/b2.json"
    file.write_text(file.read_text().replace("CREATE INDEX CONCURRENTLY ix_mail", "CREATE INDEX CONCURRENTLY ix_other"))
    refused(target, refusals.ChangedInFlight, "half applied")


def test_alembic_in_the_middle_of_a_run_is_noticed(target: Target) -> None:
    ready(target, INDEX)

    def point(name: str) -> None:
        if name == "b2.1.intended":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        target.apply(point=point)
    with target.connect() as conn:
        conn.execute("UPDATE alembic_version SET version_num = 'b2'")
    refused(target, refusals.JournalDisagrees, "b2 is half applied, and b2 is recorded")


def test_a_revision_that_reads_data_runs_as_one_whole(target: Target) -> None:
    ready(target, READS)
    with target.connect() as conn:
        conn.execute("INSERT INTO customers (mail) VALUES ('x'), ('y')")
    [receipt] = target.apply().receipts
    assert (receipt.kind, receipt.state) == ("whole", "done")
    assert target.value("SELECT count(*) FROM customers WHERE mail = '2'") == 1
    assert any("as one whole, not resumable" in event.text for event in target.events)


def test_a_whole_that_was_killed_after_its_commit_is_not_run_again(target: Target) -> None:
    ready(target, READS)

    def point(name: str) -> None:
        if name == "b2.1.ran":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        target.apply(point=point)
    assert target.apply().after == ("b2",)
    assert target.value("SELECT count(*) FROM customers") == 1
    assert target.value("SELECT state FROM pgwright.unit WHERE revision = 'b2'") == "done"


def test_a_failing_statement_leaves_a_named_state_and_apply_goes_on(target: Target) -> None:
    unique = ('op.create_unique_constraint("uq_mail", "customers", ["mail"])', 'op.drop_constraint("uq_mail", "customers")')
    ready(target, unique)
    with target.connect() as conn:
        conn.execute("INSERT INTO customers (mail) VALUES ('x'), ('x')")
    refused(target, refusals.StepFailed, "SQLSTATE 23505")
    assert target.value("SELECT state FROM pgwright.unit WHERE revision = 'b2'") == "failed"
    with target.connect() as conn:
        conn.execute("DELETE FROM customers WHERE id = 2")
    assert target.apply().receipts[0].resumed


def test_a_trigger_that_forbids_updates_is_the_servers_word(target: Target) -> None:
    target.tiny.add("a1", *TABLE)
    backfill(target, "b2", "customers", "mail", "'m' || id", "mail IS NULL")
    target.prove()
    target.apply("a1")
    with target.connect() as conn:
        conn.execute("INSERT INTO customers SELECT g FROM generate_series(1, 10) g")
        conn.execute("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'rows are for ever'; END$$")
        conn.execute("CREATE TRIGGER no BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION no()")
    with pytest.raises(refusals.StepFailed, match="rows are for ever"):
        target.apply(policy=replace(QUICK, ignore=frozenset({"drift"})))


def test_a_pooler_in_between_is_noticed(target: Target, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A pooler gives its clients a cancel key of its own (PgBouncer does); the session behind it is another one."""
    ready(target, NOTE)
    folder = tmp_path / "pooler"
    folder.mkdir()
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(folder / ".s.PGSQL.5432"))
    door.listen(4)
    threading.Thread(target=_pool, args=(door, f"{target.server.host}/.s.PGSQL.{target.server.port}"), daemon=True).start()
    monkeypatch.setenv("TARGET_URL", f"postgresql://postgres@/{target.database}?host={folder}&port=5432")
    refused(target, refusals.Pooled, "pooler")
    door.close()


def _pool(door: socket.socket, behind: str) -> None:
    """Forwards, with another key than the server's."""
    while True:
        try:
            client, _ = door.accept()
        except OSError:
            return
        server = socket.socket(socket.AF_UNIX)
        server.connect(behind)
        threading.Thread(target=_copy, args=(client, server, False), daemon=True).start()
        threading.Thread(target=_copy, args=(server, client, True), daemon=True).start()


def _copy(source: socket.socket, sink: socket.socket, answers: bool) -> None:
    key = re.compile(rb"K\x00\x00\x00\x0c....", re.S)
    with suppress(OSError):
        while chunk := source.recv(65536):
            sink.sendall(key.sub(b"K" + struct.pack("!II", 12, 4711), chunk, count=1) if answers else chunk)
        sink.shutdown(socket.SHUT_WR)


def test_ctrl_c_pauses_where_nothing_is_half_done(target: Target) -> None:
    target.tiny.add("a1", *TABLE)
    backfill(target, "b2", "customers", "mail", "'m' || id", "mail IS NULL")
    target.prove()
    target.apply("a1")
    with target.connect() as conn:
        conn.execute("INSERT INTO customers SELECT g FROM generate_series(1, 20000) g")
        conn.execute("UPDATE pgwright.control SET duty = 0.01")
    command = [sys.executable, "-m", "pgwright", "apply", "--env", "dev", "-C", str(target.tiny.root), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None and process.stdout is not None
        assert any("pass 1" in line for line in process.stderr)
        process.send_signal(signal.SIGINT)
        told = json.loads(process.stdout.read())
    assert process.returncode == 3 and told["errors"][0]["code"] == "PW-RUN-19"
    assert target.value("SELECT state FROM pgwright.unit WHERE revision = 'b2'") == "paused"
    assert target.apply().after == ("b2",)
