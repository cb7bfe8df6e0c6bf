"""Replayable: two recordings on differently seeded shadows are equal."""

from __future__ import annotations

import pytest
from tiny_project import TABLE, Tiny

INDEX = ('op.create_index("ix_mail", "customers", ["mail"])', 'op.drop_index("ix_mail")')
CONCURRENTLY = (
    'with op.get_context().autocommit_block(): op.execute("CREATE INDEX CONCURRENTLY ix_mail ON customers (mail)")',
    'op.drop_index("ix_mail")',
)
INSPECTS = (
    'sa.inspect(op.get_bind()).has_table("customers") and op.create_index("ix_mail", "customers", ["mail"])',
    'op.drop_index("ix_mail")',
)
BY_ROW = (
    'op.add_column("customers", sa.Column("n", sa.Text())); '
    '[op.execute(sa.text("UPDATE customers SET n = :m WHERE id = :i").bindparams(m=m, i=i)) '
    'for i, m in op.get_bind().execute(sa.text("SELECT id, mail FROM customers")).all()]',
    'op.drop_column("customers", "n")',
)
RANDOM = ('import uuid; op.execute(f"COMMENT ON TABLE customers IS \'{uuid.uuid4()}\'")',
          'op.execute("COMMENT ON TABLE customers IS NULL")')  # fmt: skip
COUNTS = (
    'n = op.get_bind().execute(sa.text("SELECT count(*) FROM customers")).scalar(); '
    'n and op.create_index("ix_mail", "customers", ["mail"])',
    'op.execute("DROP INDEX IF EXISTS ix_mail")',
)


@pytest.mark.parametrize(
    ("revision", "known"),
    [(INDEX, True), (CONCURRENTLY, True), (INSPECTS, True), (COUNTS, True), (BY_ROW, False), (RANDOM, False)],
    ids=["ddl", "autocommit", "inspects", "counts", "by row", "random"],
)
def test_what_may_be_replayed(tiny: Tiny, revision: tuple[str, str], known: bool) -> None:
    proof = tiny.add("a1", *TABLE).add("b2", *revision).prove("b2", whole=False)["b2"]
    assert proof.replayable is known, (proof.verdict, proof.reasons, proof.identity)


def test_the_first_revision_makes_the_version_table_only_once(tiny: Tiny) -> None:
    assert tiny.add("a1", *TABLE).prove()["a1"].replayable is True


def test_what_only_rows_can_tell_stays_open_without_them(tiny: Tiny) -> None:
    tiny.add("a1", *TABLE).add("b2", *INSPECTS)
    assert tiny.prove("b2", whole=False, rows="none")["b2"].replayable is None


def test_a_revision_that_is_refuted_is_not_judged(tiny: Tiny) -> None:
    tiny.add("a1", *TABLE).add("b2", INDEX[0], 'raise NotImplementedError("no")')
    assert tiny.prove("b2", whole=False)["b2"].replayable is None
