"""Frozen online: the ledger of a guarded database remembers what ran there, whatever the files and git say since."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from gated import Gated
from gated import gated as gated
from gated import guarded_server as guarded_server
from gated import people as people
from sealed_project import git, make
from ssh_keys import make_key, public_words

from pgwright import project
from pgwright.doors.cli import cli
from pgwright.gate.applied import applied, verify_applied
from pgwright.gate.compare import Rendered
from pgwright.gate.frozen import Frozen, frozen
from pgwright.gate.refusals import NotSealed
from pgwright.gate.sums import Line, read_sums
from pgwright.step import Finding
from pgwright.verbs.approve import approve
from pgwright.verbs.history import history_supersede, history_verify, history_verify_at
from pgwright.verbs.refusals import BrokenSeal


def seen(production: Gated) -> dict[str, Finding]:
    found = project.find(production.tiny.root)
    return {one.rule: one for one in history_verify_at(found, "production").findings}


def test_what_ran_in_a_guarded_database_is_frozen_there(
    gated: Callable[[str], Gated], monkeypatch: pytest.MonkeyPatch
) -> None:
    production = gated("T2")
    production.approved("b2")
    production.apply("b2")
    monkeypatch.chdir(production.tiny.root)
    command = ["history", "verify", "--env", "production"]
    clean = CliRunner().invoke(cli, command)
    assert (clean.exit_code, clean.stdout) == (0, "3 revisions, 0 frozen, 1 applied there: the history is as it was sealed\n")
    file = production.tiny.root / "alembic/versions/b2.py"
    kept = file.read_text()
    file.write_text(f"# said better\n{kept}")
    assert seen(production) == {}
    file.write_text(kept.replace("sa.Text()", "sa.String(9)"))
    told = seen(production)["edited"]
    assert (told.revision, told.message) == ("b2", "b2 is frozen and was edited")
    assert told.why.startswith("it was applied to production (line ")
    assert told.instead.endswith("pgwright history supersede b2 --env production")
    assert CliRunner().invoke(cli, [*command, "--json"]).exit_code == 1
    production.prove()
    for run in (lambda: production.apply(), lambda: production.undo("a1")):
        with pytest.raises(BrokenSeal, match="b2 is frozen and was edited: it was applied to production") as refused:
            run()
        assert "history verify --env production" in str(refused.value)
    with pytest.raises(NotSealed):  # offline nothing says so
        history_verify(project.find(production.tiny.root))
    asked = history_supersede(project.find(production.tiny.root), "b2", author="carol", environment="production")
    assert "edited" in seen(production)
    production.sign(asked.name.removesuffix(".txt"))
    assert seen(production) == {}
    file.write_text(kept)
    asked.unlink()
    file.rename(file.with_name("b2_better.py"))
    assert set(seen(production)) == {"moved"}
    file.with_name("b2_better.py").unlink()
    (production.tiny.root / "alembic/versions/c3.py").unlink()
    assert set(seen(production)) == {"deleted"}


def test_what_was_undone_there_may_change_again(gated: Callable[[str], Gated]) -> None:
    production = gated("T2")
    production.approved("b2")
    production.apply("b2")
    production.approved("b2", direction="down")
    production.undo("a1")
    file = production.tiny.root / "alembic/versions/b2.py"
    file.write_text(file.read_text().replace("sa.Text()", "sa.String(9)"))
    assert seen(production) == {}
    production.prove()
    production.approved("b2")
    assert production.apply("b2").after == ("b2",)
    with production.connect() as conn:
        assert set(applied(conn, "production").lines) == {"b2"}


class History:
    """A sealed project whose revisions up to a4 ran somewhere as they are sealed on main."""

    def __init__(self, root: Path) -> None:
        self.files = make(root)
        keys = root / "keys"
        keys.mkdir()
        lines = [f"{name}@example.org {public_words(make_key(keys / name))}\n" for name in ("alice", "carol")]
        (root / ".pgwright").mkdir()
        (root / ".pgwright/allowed_signers").write_text("".join(lines))
        self.files.commit("who may sign")
        git(root, "branch", "-f", "main")
        lines_then = read_sums(self.files.sums.read_text()).by_revision
        self.there = Frozen(lines_then, dict.fromkeys(lines_then, "it was applied to production (line 9 of its ledger)"))

    def told(self, render: Callable[[Sequence[str]], Mapping[str, Rendered]] | None = None) -> dict[str, str | None]:
        def never(names: Sequence[str]) -> Mapping[str, Rendered]:
            raise AssertionError(f"compiled {names}")

        held = frozen(self.files.found)
        found = verify_applied(self.files.found, render or never, self.there, held)
        return {one.rule: one.revision for one in found}

    def on_main(self, message: str) -> None:
        """What is in the work tree becomes the main branch's, whatever was there before."""
        self.files.seal()
        self.files.commit(message)
        git(self.files.root, "branch", "-f", "main")


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "project")


def test_a_main_branch_that_was_rewritten_is_told(history: History) -> None:
    """Edited, sealed and merged: git sees nothing wrong, the database remembers."""
    assert history.told() == {}
    history.files.change("migrations/versions/a3_phone.py", "sa.Text()", "sa.String(20)")
    history.files.sums.unlink()
    git(history.files.root, "update-ref", "-d", "refs/heads/main")
    git(history.files.root, "checkout", "-q", "--orphan", "main")
    history.files.commit("as if it had been like that")
    history.files.seal()
    history.files.commit("sealed")
    assert history.files.read() == {}
    assert history.told() == {"edited": "a3"}


def test_what_an_imported_file_changes_is_told_by_compiling(history: History) -> None:
    values = history.files.root / "app/values.py"
    values.write_text(f"{values.read_text()}MORE = 1\n")

    def compiled(up: str | None) -> Callable[[Sequence[str]], Mapping[str, Rendered]]:
        lines = history.there.lines

        def one(line: Line) -> Rendered:
            return Rendered(up or line.up, line.down_sql, line.names, line.made_with)

        return lambda names: {name: one(lines[name]) for name in names}

    assert history.told(compiled(None)) == {"import-changed": "a4"}  # it reads rows: no SQL that could vouch for it
    history.there = Frozen({"a2": history.there.lines["a2"]}, history.there.why)
    assert history.told(compiled(None)) == {}
    assert history.told(compiled("0" * 64)) == {"import-changed": "a2"}


def superseded(history: History) -> str:
    history.files.change("migrations/versions/a3_phone.py", "sa.Text()", "sa.String(20)")
    id = history_supersede(history.files.found, "a3", author="carol@example.org").name.removesuffix(".txt")
    approve(history.files.found, id, history.files.root / "keys/alice")
    return id


def test_a_signed_supersede_counts_also_after_it_was_merged_and_expired(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = superseded(history)
    assert history.told() == {}
    history.on_main("superseded")
    later = datetime.now(UTC) + timedelta(days=400)
    monkeypatch.setattr("pgwright.gate.supersede.datetime", _clock(later))
    assert history.told() == {}
    history.files.change("migrations/versions/a3_phone.py", "sa.String(20)", "sa.String(10)")
    assert history.told() == {"edited": "a3"}  # the next edit is another one
    history.files.change("migrations/versions/a3_phone.py", "sa.String(10)", "sa.String(20)")
    (signature,) = (history.files.root / ".pgwright/approvals").glob(f"{id}.*.sig")
    signature.unlink()
    assert history.told() == {"edited": "a3"}


def _clock(at: datetime) -> type[datetime]:
    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return at

    return Later


def test_an_expired_supersede_that_was_never_merged_counts_nothing(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    superseded(history)
    monkeypatch.setattr("pgwright.gate.supersede.datetime", _clock(datetime.now(UTC) + timedelta(days=400)))
    assert history.told() == {"edited": "a3"}
