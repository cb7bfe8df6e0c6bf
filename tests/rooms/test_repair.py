"""A repair is a patch that can be applied as it stands: the revision is proven with it."""

from __future__ import annotations

import subprocess

from tiny_project import Tiny

TABLES = (
    'op.create_table("one", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("a", sa.Text(), unique=True)); '
    'op.create_table("two", sa.Column("a", sa.Integer()), sa.Column("b", sa.Integer()), sa.Column("c", sa.Integer()), '
    'sa.PrimaryKeyConstraint("a", name="two_pk"), sa.UniqueConstraint("c", name="two_c")); '
    'op.create_table("three", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("a", sa.Text()))',
    'op.drop_table("three"); op.drop_table("two"); op.drop_table("one")',
)
REVISIONS = {
    # a constraint of several changed properties is made again once
    "b_other_column": (
        'op.drop_constraint("two_c", "two"); op.create_unique_constraint("two_c", "two", ["b"])',
        "pass",
    ),
    # the key goes with the column that the upgrade put into it
    "c_key_with_new_column": (
        'op.add_column("two", sa.Column("d", sa.Integer(), server_default="0", nullable=False)); '
        'op.drop_constraint("two_pk", "two"); op.create_primary_key("two_pk", "two", ["a", "d"])',
        "pass",
    ),
    # who refers to a table is dropped before it, whatever the names
    "d_tables": (
        'op.create_table("aa", sa.Column("id", sa.Integer(), primary_key=True)); '
        'op.create_table("bb", sa.Column("id", sa.Integer(), sa.ForeignKey("aa.id"), primary_key=True)); '
        'op.create_table("cc", sa.Column("id", sa.Integer(), sa.ForeignKey("bb.id")))',
        "pass",
    ),
    # the index of a constraint is renamed with it
    "e_renamed": ('op.execute("ALTER TABLE one RENAME CONSTRAINT one_a_key TO uq_one_a")', "pass"),
    # the sequence behind a serial column
    "f_sequence": (
        'op.drop_column("one", "id")',
        'op.add_column("one", sa.Column("id", sa.BigInteger(), nullable=False)); '
        'op.create_primary_key("one_pkey", "one", ["id"])',
    ),
    # and one of another type
    "g_sequence_again": (
        'op.execute("ALTER TABLE three DROP COLUMN id")',
        'op.execute("ALTER TABLE three ADD id bigint PRIMARY KEY"); '
        'op.execute("CREATE SEQUENCE three_id_seq AS integer OWNED BY three.id"); '
        "op.execute(\"ALTER TABLE three ALTER id SET DEFAULT nextval('three_id_seq')\")",
    ),
}


def patched(tiny: Tiny, repair: str) -> None:
    versions = tiny.root / "alembic" / "versions"
    subprocess.run(["git", "apply", "-p1", "-"], input=repair, text=True, cwd=versions, check=True)


def test_every_repair_is_a_patch_that_makes_its_revision_proven(tiny: Tiny) -> None:
    tiny.add("a_tables", *TABLES)
    for name, ways in REVISIONS.items():
        tiny.add(name, *ways)
    made = {name: proof for name, proof in tiny.prove(rows="none").items() if proof.verdict == "refuted"}
    assert set(made) == set(REVISIONS)
    for proof in made.values():
        patched(tiny, proof.reasons[0].repair)
    again = tiny.prove(rows="none")
    assert {name: proof.reasons for name, proof in again.items() if proof.verdict != "proven"} == {}
