"""A loop over tenants on a real database: each a run of its own, the canary first, resumable, half migrated is a state."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from target import QUICK, SETTINGS, url_of
from test_tenants import EXAMPLE, REVISION

from pgwright import project, verbs
from pgwright.design.batches import plain_form
from pgwright.design.compiled import step
from pgwright.design.draft import Draft
from pgwright.design.render import whole
from pgwright.doors.show.run import state as shown
from pgwright.project.address import address_of
from pgwright.run import refusals
from pgwright.run.steer import state
from pgwright.run.tenants import NAME, pattern

BLOCK = "with op.get_context().autocommit_block(): "
COLUMN = ('op.add_column("t", sa.Column("one", sa.Text())); op.execute("COMMENT ON TABLE t IS \'one of many\'")',
          'op.execute("COMMENT ON TABLE t IS NULL"); op.drop_column("t", "one")')  # fmt: skip
INDEX = (BLOCK + 'op.create_index("ix_t", "t", ["id"], postgresql_concurrently=True)',
         BLOCK + 'op.drop_index("ix_t", postgresql_concurrently=True)')  # fmt: skip
TENANT = """
CREATE SCHEMA "{0}"; CREATE TABLE "{0}".t (id integer); INSERT INTO "{0}".t SELECT generate_series(1, 500);
CREATE TABLE "{0}".alembic_version (version_num varchar(32) NOT NULL CONSTRAINT alembic_version_pkc PRIMARY KEY);
INSERT INTO "{0}".alembic_version VALUES ('a1');
"""
TENANTS = ("acme", "big Corp", "one")


class Shop:
    """A project in use: what the command line would do with it, and what its database says."""

    def __init__(self, root: Path, server: Any, database: str) -> None:
        self.root, self.server, self.database = root, server, database

    def apply(self, to: str | None = None, **how: Any) -> verbs.Executed:
        return verbs.apply(project.find(self.root), "dev", to, how=verbs.How(**{"policy": QUICK, **how}))

    def undo(self, to: str, **how: Any) -> verbs.Executed:
        return verbs.undo(project.find(self.root), "dev", to, how=verbs.How(policy=QUICK, **how))

    def rows(self, query: str) -> list[Any]:
        with self.server.connect(self.database) as conn:
            cursor = conn.execute(query.encode())
            return list(cursor.fetchall()) if query.startswith("SELECT") else []

    def recorded(self) -> dict[str, str]:
        return {name: self.rows(f'SELECT version_num FROM "{name}".alembic_version')[0][0] for name in TENANTS}


PATHS = "by search_path"


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Path]]:
    """A function: the project, proven once for each way of keeping versions, with a cache of its own beside it."""
    made: dict[str, Path] = {}

    def of(style: str) -> Path:
        if style not in made:
            folder = tmp_path_factory.mktemp("tenants")
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("PGWRIGHT_CACHE", str(folder / "cache"))
                made[style] = project_of(folder / "project", style)
        return made[style]

    yield of


def project_of(root: Path, style: str) -> Path:
    """The example with revisions of every kind."""
    shutil.copytree(EXAMPLE, root)
    (root / "pgwright.toml").write_text(SETTINGS)
    env = root / "migrations" / "env.py"
    if style == PATHS:
        env.write_text(env.read_text().replace(", version_table_schema=tenant", ""))
    versions = root / "migrations" / "versions"
    for name, before, (up, down) in (("b", "a1", COLUMN), ("d", "c", INDEX)):
        (versions / f"{name}.py").write_text(REVISION.format(name=name, before=before, up=up, down=down))
    value, where = "'x' || id", "one IS NULL"
    literal = {"table": "t", "set": {"one": value}, "where": where, "key": ["id"]}
    fill = (step(plain_form("t", "one", value, where, 100), "backfill", undo=None, transactional=False),)
    draft = Draft("backfill", "fill one", fill, change="fill_column", backfill=literal)
    (versions / "c.py").write_text(whole(draft, "c", "b"))
    proofs = verbs.prove(project.find(root), whole=True)
    assert {p.verdict for p in proofs} == {"proven"}, [p.reasons for p in proofs]
    return root


@pytest.fixture
def shop(
    proven: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest,
    server: Any, database: str,
) -> Shop:  # fmt: skip
    """The project, and a database with three tenants that the shadow does not know, or only by chance."""
    source = proven(getattr(request, "param", PATHS))
    monkeypatch.setenv("PGWRIGHT_CACHE", str(source.parent / "cache"))
    monkeypatch.setenv("TARGET_URL", url_of(server, database))
    made = Shop(tmp_path / "project", server, database)
    shutil.copytree(source, made.root)
    with server.connect(database) as conn:
        for name in TENANTS:
            conn.execute(TENANT.format(name).encode())
    return made


@pytest.mark.parametrize("shop", [PATHS, pytest.param("a schema for each table", marks=pytest.mark.slow)], indirect=True)
def test_each_goes_up_the_canary_first_and_all_come_back(shop: Shop) -> None:
    done = shop.apply(canary="big Corp")
    assert {r.state for r in done.receipts} == {"done"}, [(r.tenant, r.revision, r.differences) for r in done.receipts]
    assert [r.tenant for r in done.receipts] == ["big Corp"] * 3 + ["acme"] * 3 + ["one"] * 3
    assert [r.kind for r in done.receipts[:3]] == ["replay", "backfill", "replay"]
    assert len({r.fingerprint for r in done.receipts if r.revision == "d"}) == 1
    assert shop.recorded() == dict.fromkeys(TENANTS, "d") and done.after == ("d",)
    for name in TENANTS:
        assert shop.rows(f"""SELECT count(*) FROM "{name}".t WHERE one = 'x' || id""") == [(500,)]
        assert shop.rows(f"""SELECT obj_description('"{name}".t'::regclass)""") == [("one of many",)]
    assert {r.state for r in shop.undo("c").receipts} == {"done"} and set(shop.recorded().values()) == {"c"}


@pytest.mark.slow
def test_one_alone_is_half_migrated_and_an_unknown_one_is_refused(shop: Shop) -> None:
    with pytest.raises(refusals.UnknownTenant, match="It has: acme, big Corp, one"):
        shop.apply(tenant="nobody")
    shop.apply("b", tenant="one")
    assert shop.recorded() == {"acme": "a1", "big Corp": "a1", "one": "b"}
    found = state(address_of(project.find(shop.root).settings, "dev"))
    assert found.half_migrated and dict(found.tenants) == {"acme": ("a1",), "big Corp": ("a1",), "one": ("b",)}
    assert "3 tenants, half migrated" in str(shown(found))
    shop.apply("b")
    assert not state(address_of(project.find(shop.root).settings, "dev")).half_migrated


@pytest.mark.slow
def test_one_that_drifted_stops_the_run_and_the_next_goes_on_with_it(shop: Shop) -> None:
    shop.rows('ALTER TABLE "big Corp".t ADD COLUMN by_hand int')
    with pytest.raises(refusals.Drifted, match="relation t of big Corp is not as proven"):
        shop.apply("b")
    assert shop.recorded() == {"acme": "b", "big Corp": "a1", "one": "a1"}
    shop.rows('ALTER TABLE "big Corp".t DROP COLUMN by_hand')
    assert [r.tenant for r in shop.apply("b").receipts] == ["big Corp", "one"]


@pytest.mark.slow
def test_a_pause_in_one_is_resumed_there(shop: Shop) -> None:
    seen: list[str] = []
    with pytest.raises(refusals.Paused):
        shop.apply("c", canary="one", point=seen.append, stopping=lambda: "c.1.cursor" in seen)
    assert shop.recorded() == {"acme": "a1", "big Corp": "a1", "one": "b"}
    receipts = shop.apply("c", canary="acme").receipts
    assert (receipts[0].tenant, receipts[0].revision, receipts[0].resumed) == ("one", "c", True)
    assert set(shop.recorded().values()) == {"c"}


@pytest.mark.slow
def test_what_differs_from_tenant_to_tenant_is_refused(shop: Shop) -> None:
    up = "is_two() or op.execute('COMMENT ON COLUMN t.id IS NULL')"
    (shop.root / "migrations/versions/e.py").write_text(REVISION.format(name="e", before="d", up=up, down="pass"))
    verbs.prove(project.find(shop.root), "e")
    with pytest.raises(refusals.NotPerTenant, match="more to one tenant"):
        shop.apply()
    assert set(shop.recorded().values()) == {"a1"}


def test_the_same_word_by_chance_is_left_alone() -> None:
    found = pattern("COMMENT ON TABLE one.t IS 'one'", "one", "COMMENT ON TABLE two.t IS 'one'", "two")
    assert found == f"COMMENT ON TABLE {NAME}.t IS 'one'"
    assert pattern("SELECT 1", "one", "SELECT 2", "two") is None
    assert pattern("SELECT 1", "one", "SELECT 1, 2", "two") is None
