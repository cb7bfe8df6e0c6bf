"""Proofs of small histories that go wrong in the ways in which real ones do."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_project import TABLE, Tiny, codes

from pgwright import project, verbs
from pgwright.errors import Refusal


def test_a_history_that_comes_back_is_proven(tiny: Tiny) -> None:
    tiny.add("a1", *TABLE).add("b2", 'op.create_index("ix_mail", "customers", ["mail"])', 'op.drop_index("ix_mail")')
    proofs = tiny.prove()
    assert {p.verdict for p in proofs.values()} == {"proven"}
    assert dict(proofs["b2"].seeded)["public.customers"] > 0
    index = next(m for m in proofs["b2"].messages_up if "CREATE INDEX" in m.message)
    assert index.held("ShareLock", "public.customers") and index.line == 10


def test_a_failing_upgrade_does_not_make_the_rollback_drop_the_table_before(tiny: Tiny) -> None:
    """`alembic downgrade -1` after it would drop customers and its rows; we go back to the recorded revision only."""
    tiny.add("a1", *TABLE)
    tiny.add("b2", 'op.execute("ALTER TABLE customers ADD CONSTRAINT c CHECK (id <> id)")', "pass")
    proof = tiny.prove("b2", whole=False)["b2"]
    assert proof.verdict == "refuted" and codes(proof) == ["up-failed"]
    reason = proof.reasons[0]
    assert reason.sqlstate == "23514" and reason.line == 10 and "customers" in (reason.statement or "")
    assert proof.messages_down == ()
    assert proof.rollback == "nothing to undo: the database is still at a1"


@pytest.mark.parametrize(
    ("down", "code"),
    [
        ('raise NotImplementedError("no way back")', "declared-irreversible"),
        ("pass", "down-differs"),
        ('op.drop_constraint(None, "customers", type_="unique")', "down-unnamed-constraint"),
        ('op.drop_table("customers")', "down-differs"),
    ],
)
def test_downgrades_that_do_not_come_back(tiny: Tiny, down: str, code: str) -> None:
    tiny.add("a1", *TABLE)
    tiny.add("b2", 'op.create_unique_constraint(None, "customers", ["mail"])', down)
    proof = tiny.prove("b2", whole=False)["b2"]
    assert proof.verdict == "refuted" and codes(proof)[0] == code, proof.reasons


def test_a_downgrade_that_loses_rows(tiny: Tiny) -> None:
    tiny.add("a1", *TABLE)
    tiny.add("b2", 'op.execute("COMMENT ON TABLE customers IS \'x\'")',
             'op.execute("COMMENT ON TABLE customers IS NULL"); op.execute("DELETE FROM customers")')
    proof = tiny.prove("b2", whole=False)["b2"]
    assert codes(proof)[0] == "down-rows" and "public.customers" in proof.reasons[0].message


def test_an_index_left_behind_is_named_and_the_repair_offered(tiny: Tiny) -> None:
    tiny.add("a1", *TABLE)
    tiny.add("b2", 'op.create_index("ix_mail", "customers", ["mail"])', "pass")
    reason = tiny.prove("b2", whole=False)["b2"].reasons[0]
    assert "ix_mail" in reason.message and "DROP INDEX" in reason.repair
    file = tiny.root / "alembic" / "versions" / "b2.py"
    fixed = file.read_text().replace("    pass", '    op.execute(\'DROP INDEX "public"."ix_mail"\')')
    assert '+    op.execute(\'DROP INDEX "public"."ix_mail"\')' in reason.repair
    file.write_text(fixed)
    assert tiny.prove("b2", whole=False)["b2"].verdict == "proven"


def test_an_enum_made_twice_passes_in_one_run_only(tiny: Tiny) -> None:
    """Alembic's memo of enum types hides the second CREATE TYPE as long as both run together."""
    enum = 'sa.Column("k", sa.Enum("x", "y", name="kind"))'
    tiny.add("a1", f'op.create_table("one", {enum})', 'op.drop_table("one"); op.execute("DROP TYPE kind")')
    tiny.add("b2", f'op.create_table("two", {enum})', 'op.drop_table("two")')
    tiny.add("c3", 'op.create_table("three", sa.Column("id", sa.Integer()))', 'op.drop_table("three")')
    proofs = tiny.prove(rows="none")
    assert proofs["a1"].verdict == "proven" and proofs["c3"].verdict == "proven"
    assert proofs["b2"].verdict == "refuted" and proofs["b2"].reasons[0].sqlstate == "42710"


def test_rows_that_a_new_constraint_forbids_are_fitted(tiny: Tiny) -> None:
    """Plain rows satisfy the constraints before and after: a correct SET NOT NULL is proven."""
    tiny.add("a1", *TABLE)
    alter = 'op.alter_column("customers", "mail", nullable={})'
    tiny.add("b2", alter.format(False), alter.format(True))
    assert tiny.prove("b2", whole=False)["b2"].verdict == "proven"


def test_a_revision_id_of_43_characters(tiny: Tiny) -> None:
    tiny.add("a1", *TABLE).add("20260312_" + "x" * 34, "pass", "pass")
    proof = tiny.prove(tiny.last, whole=False)[str(tiny.last)]
    assert proof.verdict == "refuted" and proof.reasons[0].sqlstate == "22001"


def test_two_heads_refuse_a_plan(tiny: Tiny) -> None:
    tiny.add("a1", *TABLE).add("b2", "pass", "pass", "a1").add("c3", "pass", "pass", "a1")
    with pytest.raises(verbs.Heads, match=r"b2, c3|c3, b2"):
        verbs.plan(project.find(tiny.root), None)


def test_a_syntax_error_is_named_with_its_place(tiny: Tiny) -> None:
    tiny.add("a1", *TABLE).add("b2", "pass", "pass")
    (tiny.root / "alembic" / "versions" / "b2.py").write_text("revision = 'b2'\ndef upgrade(:\n")
    with pytest.raises(Refusal) as refused:
        tiny.prove()
    assert str(refused.value.file).endswith("b2.py") and refused.value.line == 2


def test_an_env_that_raises_names_the_missing_setting(tiny: Tiny) -> None:
    tiny.add("a1", *TABLE)
    (tiny.root / "alembic" / "env.py").write_text("import os\nos.environ['CLINIC_SECRET']\n")
    with pytest.raises(Refusal, match="CLINIC_SECRET"):
        tiny.prove()
    problems = verbs.doctor(project.find(tiny.root)).problems
    assert "CLINIC_SECRET" in str(problems)


def test_no_alembic_ini(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="alembic"):
        project.find(tmp_path)


def test_the_proof_is_kept_and_read_back(tiny: Tiny) -> None:
    tiny.add("a1", *TABLE)
    proof = tiny.prove()["a1"]
    _, (kept,) = verbs.latest(project.find(tiny.root))
    assert kept == proof
    (status,) = verbs.status(project.find(tiny.root)).new
    assert status.verdict == "proven"
    file = tiny.root / "alembic" / "versions" / "a1.py"
    file.write_text(file.read_text() + "\n# a comment changes nothing\n")
    assert verbs.status(project.find(tiny.root)).new[0].verdict == "proven"
    file.write_text(file.read_text().replace("mail", "email"))
    assert verbs.status(project.find(tiny.root)).new[0].verdict == "stale"


def test_the_next_proof_starts_from_an_image(tiny: Tiny) -> None:
    tiny.add("a1", *TABLE).add("b2", 'op.create_index("ix", "customers", ["mail"])', 'op.drop_index("ix")')
    tiny.prove("b2", whole=False)
    told: list[str] = []
    verbs.prove(project.find(tiny.root), "b2", on_event=lambda event: told.append(event.text))
    assert any("from an image" in text for text in told) and not any("building" in text for text in told)


def test_rows_whose_parents_live_in_production(tiny: Tiny) -> None:
    tiny.add("a1", *TABLE)
    tiny.add("b2", 'op.create_table("orders", sa.Column("c", sa.Integer(), sa.ForeignKey("customers.id")))',
             'op.drop_table("orders")')
    tiny.add("c3", 'op.execute("INSERT INTO orders VALUES (4711)")', 'op.execute("DELETE FROM orders WHERE c = 4711")')
    for proof in (tiny.prove(rows="none")["c3"], tiny.prove("c3", whole=False, rows="none")["c3"]):
        assert proof.verdict == "proven" and proof.findings[0].rule == "needs-existing-rows"


def test_hostile_rows_give_a_finding_and_no_verdict(tiny: Tiny) -> None:
    tiny.add("a1", *TABLE)
    alter = 'op.alter_column("customers", "mail", nullable={})'
    tiny.add("b2", alter.format(False), alter.format(True))
    proof = tiny.prove("b2", whole=False, rows="hostile")["b2"]
    (finding,) = [f for f in proof.findings if f.rule == "data-dependent-failure"]
    assert proof.verdict == "proven"
    assert 'SELECT count(*) FROM "customers" WHERE "mail" IS NULL' in finding.instead


def test_volatile_defaults_do_not_refute(tiny: Tiny) -> None:
    """A new column that fills itself with random values differs at the second upgrade, and may."""
    tiny.add("a1", *TABLE)
    column = 'sa.Column("token", sa.Uuid(), server_default=sa.text("gen_random_uuid()"))'
    tiny.add("b2", f'op.add_column("customers", {column})', 'op.drop_column("customers", "token")')
    assert tiny.prove("b2", whole=False)["b2"].verdict == "proven"


def test_a_history_that_changes_the_type_of_what_we_read_again_and_again(tiny: Tiny) -> None:
    """Some widen alembic_version itself: no plan of ours may outlive that."""
    tiny.add("a1", *TABLE)
    for number in range(8):
        tiny.add(f"b{number}", f'op.create_table("t{number}")', f'op.drop_table("t{number}")')
    wide = 'op.execute("ALTER TABLE alembic_version ALTER version_num TYPE varchar({})")'
    tiny.add("c1", wide.format(128), wide.format(32))
    tiny.add("d1", 'op.create_table("last")', 'op.drop_table("last")')
    for rows in ("none", "plain"):
        assert {name: proof.verdict for name, proof in tiny.prove(rows=rows).items()}["d1"] == "proven"
