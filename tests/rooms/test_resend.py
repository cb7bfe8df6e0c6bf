"""The second upgrade sent as the messages of the first: only where these can be no others, and never for the verdict's ease."""

from __future__ import annotations

import pytest
from tiny_project import ENV, TABLE, Tiny, codes

from pgwright import project, verbs
from pgwright.records import Proof
from pgwright.shadow.stage import Options

NOTE = ('op.add_column("customers", sa.Column("note", sa.Text()))', 'op.drop_column("customers", "note")')
LEAVES_A_TYPE = (
    'op.execute("CREATE TYPE mood AS ENUM (\'ok\')"); op.execute("ALTER TABLE customers ADD COLUMN m mood")',
    'op.drop_column("customers", "m")',
)
COUNTING = (  # what it makes depends on a sequence that no downgrade sets back
    """op.execute("DO $$ BEGIN EXECUTE format('ALTER TABLE customers ADD COLUMN c%s int', """
    """nextval('customers_id_seq')); END $$")""",
    """op.execute("DO $$ DECLARE c text := (SELECT attname FROM pg_attribute WHERE attrelid = 'customers'::regclass """
    """AND attname ~ '^c[0-9]' AND NOT attisdropped); BEGIN EXECUTE 'ALTER TABLE customers DROP COLUMN ' || c; END $$")""",
)
LOOKS = (
    'op.get_bind().execute(sa.text("SELECT count(*) FROM customers")).scalar(); '
    'op.add_column("customers", sa.Column("note", sa.Text()))',
    'op.drop_column("customers", "note")',
)
CONCURRENTLY = (
    'with op.get_context().autocommit_block(): op.create_index("ix", "customers", ["mail"], postgresql_concurrently=True)',
    'with op.get_context().autocommit_block(): op.drop_index("ix", postgresql_concurrently=True)',
)
modes = pytest.mark.parametrize("options", [Options("none", trace=False), Options("plain")], ids=["none", "traced"])


def proved(tiny: Tiny, options: Options) -> Proof:
    """The proof of the last revision, the whole history walked."""
    found = verbs.prove(project.find(tiny.root), whole=True, wish=verbs.Wish(options=options))
    return found[-1]


@modes
def test_plain_ddl_is_sent_again(tiny: Tiny, options: Options) -> None:
    proof = proved(tiny.add("a1", *TABLE).add("b2", *NOTE), options)
    assert (proof.verdict, proof.resent, [t.phase for t in proof.timings]) == ("proven", True, ["up", "down", "reup"])


@modes
@pytest.mark.parametrize("revision", [LOOKS, CONCURRENTLY], ids=["looks", "concurrently"])
def test_what_looks_at_the_database_or_leaves_the_transaction_runs_again(
    tiny: Tiny, options: Options, revision: tuple[str, str]
) -> None:
    proof = proved(tiny.add("a1", *TABLE).add("b2", *revision), options)
    assert (proof.verdict, proof.resent) == ("proven", False)


@modes
def test_what_the_server_refuses_is_judged_by_a_run_of_env(tiny: Tiny, options: Options) -> None:
    proof = proved(tiny.add("a1", *TABLE).add("b2", *LEAVES_A_TYPE), options)
    assert (proof.verdict, proof.resent) == ("refuted", False)
    assert codes(proof) == ["down-differs", "reup-failed"]
    assert proof.reasons[-1].phase == "reup" and proof.reasons[-1].exception


@modes
def test_what_ends_elsewhere_is_judged_by_runs_of_env(tiny: Tiny, options: Options) -> None:
    tiny.add("a1", TABLE[0], TABLE[1]).add("b2", *COUNTING).add("c3", *NOTE)
    found = verbs.prove(project.find(tiny.root), whole=True, wish=verbs.Wish(options=options))
    proofs = {p.revision: p for p in found}
    assert (proofs["b2"].verdict, proofs["b2"].resent) == ("refuted", False)
    assert [r.phase for r in proofs["b2"].reasons] == ["reup"]
    assert (proofs["c3"].verdict, proofs["c3"].resent) == ("proven", True)


@modes
def test_sessions_that_env_sets_up_otherwise_are_found_out_once(tiny: Tiny, options: Options) -> None:
    env = ENV.replace("poolclass", 'connect_args={"options": "-csearch_path=app"}, poolclass')
    (tiny.root / "alembic" / "env.py").write_text(env)
    (tiny.root / "pgwright.toml").write_text('setup_sql = ["app.sql"]\n')
    (tiny.root / "app.sql").write_text("CREATE SCHEMA app;")
    tiny.add("a1", *TABLE).add("b2", *NOTE).add("c3", TABLE[0].replace("customers", "orders"), 'op.drop_table("orders")')
    found = verbs.prove(project.find(tiny.root), whole=True, wish=verbs.Wish(options=options))
    assert [(p.verdict, p.resent) for p in found] == [("proven", False)] * 3


def test_a_role_that_env_takes_does_not_stay_with_our_session(tiny: Tiny) -> None:
    role = '    connection.exec_driver_sql("SET ROLE pg_database_owner"); connection.commit()\n'
    env = ENV.replace("    with context", f"{role}    with context")
    (tiny.root / "alembic" / "env.py").write_text(env)
    tiny.add("a1", *TABLE).add("b2", *NOTE)
    tiny.add("c3", 'op.execute("CREATE ROLE tiny_reader")', 'op.execute("DROP ROLE tiny_reader")')
    found = verbs.prove(project.find(tiny.root), whole=True, wish=verbs.Wish(options=Options("plain")))
    assert [p.revision for p in found] == ["a1", "b2", "c3"]
    assert all("connection" not in r.message for p in found for r in p.reasons)
