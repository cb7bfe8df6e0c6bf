"""What providers list is read as data: only what is whole and of this cluster counts, and a program that fails is named."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from gated import Gated
from gated import gated as gated
from gated import guarded_server as guarded_server
from gated import people as people
from target import Target
from target import target as target
from tiny_project import TABLE

from pgwright import project
from pgwright.project.kept import keep
from pgwright.project.refusals import BadSettings
from pgwright.run.backup import asking, refusals
from pgwright.run.backup.provider import Listed
from pgwright.run.backup.providers import PROVIDERS, chosen
from pgwright.run.backup.record import Backup, Content
from pgwright.verbs import backup as verb

RECORDED = Path(__file__).parent / "backups_recorded"
AGES = timedelta(days=36500)
FILES = {
    "pgbackrest": "pgbackrest-info", "wal-g": "walg-backup-list", "cloudnativepg": "cloudnativepg-backups",
    "rds": "rds-snapshots", "cloudsql": "cloudsql-backups",
}  # fmt: skip
NAMES = {
    "pgbackrest": "main",
    "barman": "main",
    "cloudnativepg": "clinic",
    "rds": "clinic",
    "cloudsql": "clinic",
    "wal-g": "",
}
CLUSTER = "7711320484350508241"


def printed(name: str) -> Callable[[Sequence[str]], Any]:
    """A program that prints what was recorded."""

    def ask(words: Sequence[str]) -> Any:
        file = FILES.get(name) or ("barman-list-backups" if "list-backups" in words else "barman-show-backup")
        return json.loads((RECORDED / f"{file}.json").read_text())

    return ask


def read(name: str, ask: Callable[[Sequence[str]], Any] | None = None) -> dict[str, Listed]:
    [provider] = [one for one in PROVIDERS if one.name == name]
    return {one.id: one for one in provider.read(ask or printed(name), NAMES[name])}


def test_pgbackrest_says_of_which_cluster_and_how_far_its_archive_goes() -> None:
    [one] = read("pgbackrest").values()
    assert one == Listed(
        "20261123-184006F", "2026-11-23T18:40:10+00:00", "", CLUSTER, 15, "000000010000000000000002",
        "000000010000000000000003", "1",
    )  # fmt: skip


def test_pgbackrest_with_an_encrypted_second_repository_and_a_page_error() -> None:
    told = json.loads((RECORDED / "pgbackrest-info-two-repositories.json").read_text())
    found = read("pgbackrest", lambda words: told)
    assert [one.place for one in found.values()] == ["1", "1", "2", "1", "2", "1"]
    assert [id for id, one in found.items() if one.wrong] == ["20261123-190624F"]
    assert {(one.identifier, one.archived) for one in found.values()} == {
        ("7711445186472583213", "00000001000000000000000C")
    }


def test_barman_does_not_say_of_which_cluster() -> None:
    [one] = read("barman").values()
    assert (one.id, one.taken, one.identifier, one.major) == ("20261123T184216", "2026-11-23T18:42:16+00:00", "", 15)
    assert (one.first, one.archived, one.place) == ("000000010000000000000003", "000000010000000000000003", "")


def test_a_barman_backup_that_is_not_done_does_not_count() -> None:
    def ask(words: Sequence[str]) -> Any:
        return json.loads((RECORDED / "barman-list-backups.json").read_text().replace('"DONE"', '"FAILED"'))

    assert [one.wrong for one in read("barman", ask).values()] == ["Barman says FAILED"]


def test_wal_g_tells_the_cluster_and_not_its_archive() -> None:
    told = read("wal-g")
    assert {(one.identifier, one.major, one.archived) for one in told.values()} == {(CLUSTER, 15, "")}
    assert told["base_000000010000000000000002"].taken.endswith("40.905117123Z")


def test_what_is_not_whole_says_why() -> None:
    wrong = {name: {id: one.wrong for id, one in read(name).items()} for name in ("cloudnativepg", "rds", "cloudsql")}
    assert wrong == {
        "cloudnativepg": {
            "clinic-20261122030000": "",
            "clinic-20261123030000": "its phase is walArchivingFailing",
            "clinic-20261123120000": "its phase is not told",
        },
        "rds": {"rds:clinic-2026-11-22-03-00": "", "clinic-before-2026-11-23": "its status is creating"},
        "cloudsql": {"1795402800000": "", "1795316400000": "its status is FAILED"},
    }


@pytest.fixture
def shop(target: Target) -> Target:
    target.tiny.add("a1", *TABLE)
    return target


def configured(target: Target, provider: str, command: list[str], **more: str) -> Any:
    """The project, with that provider whose program is the command."""
    [key] = [one.key for one in PROVIDERS if one.name == provider]
    words = {"provider": provider, "command": command, **({key: NAMES[provider]} if key else {}), **more}
    table = ", ".join(f"{name} = {json.dumps(value)}" for name, value in words.items())
    head = '[environments.dev]\nkind = "dev"\nurl_env = "TARGET_URL"\n'
    (target.tiny.root / "pgwright.toml").write_text(f"{head}backup = {{{table}}}\n")
    return project.find(target.tiny.root)


def prints(target: Target, text: str) -> list[str]:
    """A command that prints the text, whatever its arguments are."""
    file = target.tiny.root / "listing.json"
    file.write_text(text)
    return [sys.executable, "-c", f"print(open({str(file)!r}).read())"]


def recorded(provider: str) -> str:
    """What was recorded, as if years ago."""
    text = (RECORDED / f"{FILES[provider]}.json").read_text()
    return text.replace("2026-", "2021-").replace('"stop":17', '"stop":16')


def of_this_cluster(target: Target, text: str) -> str:
    return text.replace(CLUSTER, str(target.value("SELECT system_identifier FROM pg_control_system()")))


@pytest.mark.parametrize("provider", ["cloudnativepg", "rds", "cloudsql"])
def test_a_snapshot_that_is_listed_is_not_a_restored_one(shop: Target, provider: str, tmp_path: Path) -> None:
    found = configured(shop, provider, prints(shop, recorded(provider)))
    told = verb.check(found, "dev", AGES)
    assert (told.level, "it does not say of which cluster it is" in told.why) == ("B1", True)
    assert "is allowed" in verb.check(found, "dev", timedelta(0)).why
    with pytest.raises(refusals.NotRestorable, match="are listed and not restored"):
        verb.verify(found, "dev")
    future = configured(shop, provider, prints(shop, recorded(provider).replace("2021-", "2999-")))
    assert "h old" in verb.check(future, "dev", AGES).why
    verb.take(found, "dev", tmp_path / "dumps")  # and a dump beside it counts for more
    assert verb.verify(found, "dev").provider == "pg_dump"
    assert verb.check(found, "dev", AGES).level == "B4"
    assert verb.check(configured(shop, provider, ["no-such-program"]), "dev", AGES).level == "B4"


@pytest.mark.parametrize("provider", ["pgbackrest", "wal-g"])
def test_the_cluster_is_told_and_the_archive_is_not_enough(shop: Target, provider: str) -> None:
    other = verb.check(configured(shop, provider, prints(shop, recorded(provider))), "dev", AGES)
    assert (other.level, f"of cluster {CLUSTER}" in other.why) == ("B1", True)
    same = prints(shop, of_this_cluster(shop, recorded(provider)))
    told = verb.check(configured(shop, provider, same), "dev", AGES)
    assert (told.level, "the server archives no WAL" in told.why) == ("B1", True)


def test_pages_with_a_wrong_checksum_do_not_count(shop: Target) -> None:
    text = of_this_cluster(shop, recorded("pgbackrest").replace('"error":false', '"error":true'))
    found = configured(shop, "pgbackrest", prints(shop, text))
    with pytest.raises(refusals.NoneWhole, match="20261123-184006F: pgBackRest found pages with a wrong checksum"):
        verb.check(found, "dev", AGES)
    found = configured(shop, "pgbackrest", prints(shop, (RECORDED / "pgbackrest-info-no-stanza.json").read_text()))
    with pytest.raises(refusals.NoneWhole, match="there is none at all"):
        verb.verify(found, "dev")


RUBBISH = [
    "",
    "null",
    "{}",
    "[1]",
    '[{"name": "main"}]',
    '{"backup": 1',
    "[" * 100000,
    '[{"name":"main","backup":[{}]}]',
]


@pytest.mark.parametrize("text", [*RUBBISH, recorded("rds")], ids=lambda text: text[:12] or "empty")
def test_rubbish_is_no_listing(shop: Target, text: str) -> None:
    with pytest.raises(refusals.ProviderUnreadable, match="is not a listing of backups"):
        verb.check(configured(shop, "pgbackrest", prints(shop, text)), "dev", AGES)


@pytest.mark.parametrize("time", ["yesterday", "2026-11-22T03:00:38", 7, None])
def test_a_time_that_is_none_or_has_no_zone_is_no_listing(shop: Target, time: object) -> None:
    told = json.loads(recorded("rds"))
    told["DBSnapshots"][0]["SnapshotCreateTime"] = time
    with pytest.raises(refusals.ProviderUnreadable):
        verb.check(configured(shop, "rds", prints(shop, json.dumps(told))), "dev", AGES)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"20261123-184006F"', '"--force"'),
        ('"20261123-184006F"', '"\\u001b[2J"'),
        ('"20261123-184006F"', "17"),
        ('"start":"000000010000000000000002"', '"start":"../../../../etc/passwd"'),
        ('"max":"000000010000000000000003"', '"max":"00000001000000000000000g"'),
    ],
)
def test_what_would_become_an_option_a_path_or_a_control_sequence_is_no_listing(
    shop: Target, before: str, after: str
) -> None:
    text = recorded("pgbackrest").replace(before, after)
    assert text != recorded("pgbackrest")
    with pytest.raises(refusals.ProviderUnreadable) as refused:
        verb.verify(configured(shop, "pgbackrest", prints(shop, text)), "dev")
    assert "\x1b" not in str(refused.value)


def test_a_restored_backup_that_is_listed_no_more_does_not_count(shop: Target) -> None:
    found = configured(shop, "pgbackrest", prints(shop, of_this_cluster(shop, recorded("pgbackrest"))))
    now = datetime.now(UTC).isoformat()
    identifier = str(shop.value("SELECT system_identifier FROM pg_control_system()"))
    kept = Backup(
        "pgbackrest",
        "20261123-184006F",
        now,
        "dev",
        shop.database,
        identifier,
        15,
        (),
        "main",
        "",
        Content("x"),
        restored=now,
    )
    keep(found, "backups", "dev", kept)
    assert verb.check(found, "dev", AGES).level == "B4"
    keep(found, "backups", "dev", replace(kept, id="20260101-000000F"))
    assert verb.check(found, "dev", AGES).level == "B1"


def test_production_asks_the_provider_when_the_policy_wants_a_backup(gated: Callable[[str], Gated]) -> None:
    production = gated("T0")
    file = production.tiny.root / "pgwright.toml"
    before = file.read_text()

    def settings(wanted: str, command: list[str]) -> None:
        backup = f'backup = {{provider = "rds", instance = "clinic", command = {json.dumps(command)}}}'
        told = before.replace("[environments.production]", f"[environments.production]\n{backup}")
        file.write_text(f'{told}\n[policy]\nbackup = "{wanted}"\nbackup_for_loss = "{wanted}"\n')
        assert "instance" in told

    settings("B1", ["no-such-program"])
    production.approved("b2")
    with pytest.raises(refusals.NotBackedUp, match=r"it is B0\. no-such-program could not be asked"):
        production.apply("b2")
    listing = recorded("rds").replace("2021-11-22T03:00:38.598000+00:00", datetime.now(UTC).isoformat())
    (production.tiny.root / "listing.json").write_text(listing)
    settings("B2", ["sh", "-c", "cat listing.json"])
    with pytest.raises(
        refusals.NotBackedUp, match=r"it is B1\. rds lists the backup rds:clinic-2021-11-22-03-00, and it does"
    ):
        production.apply("b2")
    settings("B1", ["sh", "-c", "cat listing.json"])
    assert production.apply("b2").after == ("b2",)


def test_a_program_that_is_missing_fails_or_hangs_is_named(shop: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(refusals.ProviderFailed, match="no-such-program could not be asked for backups: there is no"):
        verb.check(configured(shop, "rds", ["no-such-program"]), "dev", AGES)
    with pytest.raises(refusals.ProviderFailed, match="it ended with 3"):
        verb.check(configured(shop, "rds", ["sh", "-c", "exit 3"]), "dev", AGES)
    login = "echo 'note' >&2; echo 'ERROR: no login with postgresql://me:hunter2@db/app PGPASSWORD=hunter2' >&2; exit 1"
    (shop.tiny.root / "fails.sh").write_text(login)
    with pytest.raises(refusals.ProviderFailed, match="ERROR: no login") as failed:
        verb.check(configured(shop, "rds", ["sh", "fails.sh"]), "dev", AGES)  # in the project's folder
    assert "hunter2" not in str(failed.value)
    monkeypatch.setattr(asking, "LISTING", 0.5)
    with pytest.raises(refusals.ProviderFailed, match="it gave no answer"):
        verb.check(configured(shop, "rds", ["sh", "-c", "sleep 1000 & wait"]), "dev", AGES)


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ('provider = "tape"', "needs provider, one of pgbackrest, barman, wal-g"),
        ('provider = "pgbackrest"', 'needs stanza = "NAME"'),
        ('provider = "pgbackrest", stanza = "--config=x"', 'needs stanza = "NAME"'),
        ('provider = "rds", instance = "a", stanza = "b"', "has the unknown key stanza; known with rds are"),
        ('provider = "wal-g", command = "wal-g"', "command must be a list of texts"),
    ],
)
def test_what_the_settings_cannot_mean_is_refused(shop: Target, table: str, why: str) -> None:
    (shop.tiny.root / "pgwright.toml").write_text(f'[environments.dev]\nurl_env = "X"\nbackup = {{{table}}}\n')
    settings = project.find(shop.tiny.root).settings
    with pytest.raises(BadSettings) as refused:
        chosen(settings.environment_named("dev"), settings.source)
    assert why in str(refused.value)
