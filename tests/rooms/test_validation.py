"""Validation queries of a revision are asked after its upgrade, those of a planned change too."""

from __future__ import annotations

import pytest
from tiny_project import TABLE, Tiny, codes

from pgwright import project, verbs
from pgwright.records import Proof, Task

TEMPLATE = '''"""${message}"""
from alembic import op
import sqlalchemy as sa
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
'''


def validated(tiny: Tiny, query: str) -> Proof:
    """The proof of a revision that carries the query."""
    tiny.add("a1", *TABLE).add("b2", 'op.add_column("customers", sa.Column("n", sa.Text()))',
                               'op.drop_column("customers", "n")')  # fmt: skip
    file = tiny.root / "alembic" / "versions" / "b2.py"
    file.write_text(file.read_text() + f"\npgwright = {{'validate': [{query!r}]}}\n")
    return tiny.prove("b2", whole=False)["b2"]


def test_nought_is_good_and_kept(tiny: Tiny) -> None:
    query = "SELECT count(*) FROM customers WHERE n IS NOT NULL"
    proof = validated(tiny, query)
    assert proof.verdict == "proven" and proof.validation == ((query, 0),)


def test_anything_else_refutes(tiny: Tiny) -> None:
    proof = validated(tiny, "SELECT count(*) FROM customers WHERE n IS NULL")
    rows = dict(proof.seeded)["public.customers"]
    assert rows and codes(proof) == ["validation-failed"] and f"counts {rows}" in proof.reasons[0].message


@pytest.mark.parametrize(
    ("query", "state"),
    [
        ("SELECT count(*) FROM customers WHERE nobody", "42703"),
        ("DELETE FROM customers RETURNING 0", "25006"),
        ("SELECT 'many'", None),
    ],
)
def test_a_query_without_an_answer_refutes_and_changes_nothing(tiny: Tiny, query: str, state: str | None) -> None:
    proof = validated(tiny, query)
    (reason,) = proof.reasons
    assert (reason.code, reason.sqlstate, reason.statement) == ("validation-error", state, query)


def test_the_queries_of_a_planned_change_are_asked(tiny: Tiny) -> None:
    tiny.add("a1", *TABLE)
    (tiny.root / "alembic" / "script.py.mako").write_text(TEMPLATE)
    request = {"kind": "set_not_null", "table": "customers", "column": "mail", "fill": "none"}
    change = verbs.plan(project.find(tiny.root), lambda loaded, classes: Task("mail is needed", (request,)))
    planned = [r for r in change.revisions if r.validation]
    assert [r.phase for r in planned] == ["backfill", "enforce", "enforce"]
    proofs = tiny.prove(f"a1..{change.revisions[-1].revision}", whole=False)
    for revision in planned:
        proof = proofs[revision.revision]
        assert [query for query, _ in proof.validation] == list(revision.validation), proof.reasons
        assert {count for _, count in proof.validation} == {0} and proof.verdict == "proven", proof.reasons
    (left,) = [f for f in proofs[planned[0].revision].findings if f.rule == "values-left"]
    assert "customers" in left.message and "NULL -> 'none'" in left.message


def test_a_literal_excuses_only_what_it_names(tiny: Tiny) -> None:
    """Values that were there before are lost all the same, whatever the revision claims."""
    tiny.add("a1", *TABLE).add("b2", "op.execute(\"UPDATE customers SET mail = 'x'\")", "pass")
    literal = {"phase": "backfill", "table": "customers", "set": {"mail": "'x'"}, "where": "mail IS NULL"}
    file = tiny.root / "alembic" / "versions" / "b2.py"
    file.write_text(file.read_text() + f"\npgwright = {literal!r}\n")
    assert codes(tiny.prove("b2", whole=False)["b2"]) == ["down-rows"]
