"""prove and apply ask for the sealed history first."""

from __future__ import annotations

from pathlib import Path

import pytest
from sealed_project import SealedProject, make
from target import url_of

from pgwright import verbs
from pgwright.run.approval import open_gate
from pgwright.shadow.server import Server
from pgwright.shadow.stage import Options
from pgwright.verbs.refusals import BrokenSeal

SETTINGS = '[environments.{name}]\nkind = "{name}"\nurl_env = "TARGET_URL"\n'


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server, database: str) -> SealedProject:
    monkeypatch.setenv("TARGET_URL", url_of(server, database))
    made = make(tmp_path / "project")
    settings = "".join(SETTINGS.format(name=name) for name in ("dev", "staging"))
    (made.root / "pgwright.toml").write_text(settings)
    return made


def test_an_edited_revision_is_refuted_and_not_applied(history: SealedProject) -> None:
    history.change("migrations/versions/a3_phone.py", '"phone"', '"telephone"')
    wish = verbs.Wish(options=Options(rows="none"))
    [proof] = verbs.prove(history.found, "a3", wish=wish)
    assert (proof.verdict, proof.reasons[-1].code, proof.reasons[-1].phase) == ("refuted", "edited", "history")
    assert "on the main branch" in proof.reasons[-1].message
    for environment in ("dev", "staging"):
        with pytest.raises(BrokenSeal, match="a3 is frozen and was edited") as refused:
            verbs.apply(history.found, environment)
        assert refused.value.exit_status == 1


def test_work_in_hand_stops_only_outside_of_development(history: SealedProject) -> None:
    history.add("b1", "a4")
    wish = verbs.Wish(options=Options(rows="none"))
    assert verbs.prove(history.found, "b1", wish=wish)[0].verdict == "proven"
    with pytest.raises(BrokenSeal, match="b1 is in no line"):
        verbs.apply(history.found, "staging")
    verbs.prove(history.found, whole=True, wish=wish)
    assert verbs.apply(history.found, "dev").after == ("b1",)


def test_the_way_back_is_asked_about_frozen_revisions_only(history: SealedProject) -> None:
    wish = verbs.Wish(options=Options(rows="none"))
    verbs.prove(history.found, whole=True, wish=wish)
    free = verbs.How(gate=open_gate)
    verbs.apply(history.found, "staging", how=free)
    history.add("b1", "a4")
    history.add("b2", "a4")  # two heads, and neither is sealed: somebody's work
    assert verbs.undo(history.found, "staging", "a3", how=free).after == ("a3",)
    history.change("migrations/versions/a1_person.py", "sa.Text()", "sa.String(20)")
    with pytest.raises(BrokenSeal, match="a1 is frozen and was edited"):
        verbs.undo(history.found, "staging", "a2", how=free)
