"""Each folder of tests/cases: the golden revisions, run by plain Alembic on a real server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from design_runner import CASES, agrees, catalog, files, proven, requests_of

from pgwright.design.difference import requests_from
from pgwright.design.plan import draft
from pgwright.design.request import to_json

ASKED = sorted(p.parent for p in CASES.glob("*/request.json"))
MODELLED = sorted(p.parent for p in CASES.glob("*/after.sql"))


def _filled(server: Any, database: str, script: Path) -> Any:
    with server.connect(database) as connection:
        connection.execute(script.read_bytes())
    return catalog(server, database)


def _version(server: Any, database: str) -> int:
    with server.connect(database) as connection:
        return int(connection.info.server_version)


def _skip_before(folder: Path, server: Any, database: str) -> None:
    """Some requests need a server that knows them; the case says since when."""
    since = json.loads((folder / "request.json").read_text()).get("since", 0)
    if _version(server, database) // 10000 < since:
        pytest.skip(f"only since PostgreSQL {since}")


def _golden(folder: Path, drafts: Any) -> None:
    rule = "\n\n# " + "-" * 100 + "\n\n"
    agrees(folder / "migration.golden.py", rule.join(files(drafts)))


@pytest.mark.parametrize("folder", ASKED, ids=lambda p: p.name)
def test_a_request_becomes_revisions_that_go_up_down_and_up(folder: Path, server: Any, database: str) -> None:
    before = _filled(server, database, folder / "before.sql")
    requests, style = requests_of(folder)
    drafts = draft(requests, before, version=_version(server, database), style=style)
    _golden(folder, drafts)
    proven(server, database, drafts, back="values_lost" not in (folder / "request.json").read_text())


@pytest.mark.parametrize("folder", MODELLED, ids=lambda p: p.name)
def test_models_that_changed_become_revisions_and_nothing_is_left(folder: Path, server: Any, database: str) -> None:
    models_database = database + "_models"
    server.create(models_database)
    try:
        models = _filled(server, models_database, folder / "after.sql")
    finally:
        server.drop(models_database)
    before = _filled(server, database, folder / "before.sql")
    found = requests_from(before, models)
    shown = {
        "requests": [to_json(r) for r in found.requests],
        "unplanned": [f"{u.identity}: {u.what}" for u in found.unplanned],
        "hints": list(found.hints),
    }
    agrees(folder / "found.golden.json", json.dumps(shown, indent=2, ensure_ascii=False) + "\n")
    drafts = draft(found.requests, before, version=_version(server, database))
    _golden(folder, drafts)
    proven(server, database, drafts)
    again = requests_from(catalog(server, database), models)
    assert again.requests == ()
    assert again.unplanned == found.unplanned


@pytest.mark.slow
@pytest.mark.major(15)
@pytest.mark.parametrize("folder", ASKED, ids=lambda p: p.name)
def test_the_same_on_postgresql_15(folder: Path, server_of: Any) -> None:
    server, database = server_of(15), f"cases_{folder.name}"[:60]
    server.create(database)
    try:
        _skip_before(folder, server, database)
        before = _filled(server, database, folder / "before.sql")
        requests, style = requests_of(folder)
        drafts = draft(requests, before, version=_version(server, database), style=style)
        proven(server, database, drafts, back="values_lost" not in (folder / "request.json").read_text())
    finally:
        server.drop(database)
