"""Model drift: told at the head, by class and object, never held against the revision."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tiny_project import ENV, TABLE, Tiny

from pgwright import project, verbs
from pgwright.step import Finding

CLINIC = Path(__file__).parents[2] / "examples" / "clinic"
MODELS = """
import sqlalchemy as sa
metadata = MetaData()
{tables}
"""
TABLES = 'sa.Table("customers", metadata, sa.Column("id", {id}(), primary_key=True), sa.Column("mail", sa.Text(){mail}){more})'
INDEX = ('op.create_index("ix_mail", "customers", ["mail"])', 'op.drop_index("ix_mail")')
SAME = ', sa.Index("ix_mail", "mail")'
DRIFT = ("model-drift", "metadata-incomplete", "models-not-created")


def customers(more: str = "", kind: str = "sa.Integer", mail: str = "") -> str:
    """The source of the one table, with more in it."""
    return TABLES.format(id=kind, mail=mail, more=more)


def with_models(tiny: Tiny, *tables: str) -> Tiny:
    """The same project with these tables as target_metadata."""
    code = MODELS.format(tables="\n".join(tables))
    env = ENV.replace("target_metadata=MetaData()", "target_metadata=metadata")
    (tiny.root / "alembic" / "env.py").write_text(env.replace("\nengine", code + "\nengine", 1))
    return tiny


def drift(tiny: Tiny, revision: str) -> list[Finding]:
    """What the proof of a revision says about drift; it must be proven whatever that is."""
    proof = tiny.prove(revision, whole=False)[revision]
    assert proof.verdict == "proven", proof.reasons
    return [f for f in proof.findings if f.rule in DRIFT]


def test_models_that_are_the_head_do_not_drift(tiny: Tiny) -> None:
    tiny.add("a1", *TABLE).add("b2", *INDEX)
    with_models(tiny, customers(SAME))
    assert drift(tiny, "b2") == []


@pytest.mark.parametrize(
    ("more", "said", "severity"),
    [
        ("", "[semantic] index public.customers.ix_mail is in the database alone", "warning"),
        (', sa.Index("ix_other", "mail")', "[name] index public.customers.ix_other is named ix_mail", "info"),
        (
            SAME + ', sa.Column("fax", sa.Text())',
            "column public.customers.fax is in the models alone (text)",
            "warning",
        ),
        (
            SAME + ', sa.CheckConstraint("id > 0", name="ck")',
            "constraint public.customers.ck is in the models",
            "warning",
        ),
    ],
)
def test_what_differs_is_told_by_class_and_object(tiny: Tiny, more: str, said: str, severity: str) -> None:
    tiny.add("a1", *TABLE).add("b2", *INDEX)
    (finding,) = drift(with_models(tiny, customers(more)), "b2")
    assert said in finding.message and finding.severity == severity
    assert finding.rule == "model-drift" and finding.revision == "b2" and "public.customers" in finding.message


def test_a_changed_property_names_both_sides(tiny: Tiny) -> None:
    models = customers(kind="sa.BigInteger", mail=', nullable=False, server_default="x"')
    (finding,) = drift(with_models(tiny.add("a1", *TABLE), models), "a1")
    assert "column public.customers.id: type is bigint in the models, integer in the database" in finding.message
    assert "column public.customers.mail: not null is true in the models, false in the database" in finding.message
    assert "default is 'x'::text in the models, absent in the database" in finding.message


def test_only_the_head_is_compared(tiny: Tiny) -> None:
    with_models(tiny.add("a1", *TABLE).add("b2", *INDEX), customers(""))
    proofs = tiny.prove()
    assert [r for r, p in proofs.items() if any(f.rule in DRIFT for f in p.findings)] == ["b2"]


def test_what_the_metadata_does_not_know_is_no_drift_but_told_as_incomplete(tiny: Tiny) -> None:
    other = 'op.create_table("{0}", sa.Column("id", sa.Integer(), primary_key=True))'
    drop = 'op.drop_table("{0}")'
    tiny.add("a1", *TABLE)
    for name in ("orders", "items"):
        tiny.add(name, other.format(name), drop.format(name))
    (finding,) = drift(with_models(tiny, customers("")), "items")
    assert finding.rule == "metadata-incomplete" and "knows 1 of the 3 tables" in finding.message


def test_models_that_need_more_than_create_all_gives_are_told(tiny: Tiny) -> None:
    tiny.add("a1", *TABLE)
    more = ', sa.Column("k", sa.Text(), server_default=sa.text("nobody_made_this()"))'
    (finding,) = drift(with_models(tiny, customers(more)), "a1")
    assert finding.rule == "models-not-created" and "nobody_made_this" in finding.message


def test_the_example_application_does_not_drift(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGWRIGHT_CACHE", str(tmp_path / "cache"))
    copied = tmp_path / "clinic"
    shutil.copytree(CLINIC, copied)
    (proof,) = verbs.prove(project.find(copied), "head")
    assert proof.verdict == "proven" and [f for f in proof.findings if f.rule in DRIFT] == []
