"""Statements that touched nothing: a finding always, a refutation where the target is there and was missed."""

from __future__ import annotations

from tiny_project import Tiny, codes

from pgwright.records import Proof

MAIL = 'sa.Column("mail", sa.Text(), unique=True)'
TABLE = (
    f'op.create_table("customers", sa.Column("id", sa.Integer(), primary_key=True), {MAIL}, sa.Column("n", sa.Integer()))',
    'op.drop_table("customers")',
)
GUESS = 'op.execute("ALTER TABLE customers DROP CONSTRAINT IF EXISTS uq_customers_mail")'
REAL = 'op.execute("ALTER TABLE customers DROP CONSTRAINT IF EXISTS customers_mail_key")'
CLEANUP = (
    "with op.get_context().autocommit_block(): "
    'op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_n"); op.execute("CREATE INDEX CONCURRENTLY ix_n ON customers (n)")'
)
EMPTIED = """op.execute("CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$")
            op.execute("CREATE TRIGGER keeps BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION keep()")
            op.execute("UPDATE customers SET n = 1")"""
LOOP = """op.add_column("customers", sa.Column("m", sa.Integer()))
            batch = "UPDATE customers SET m = 1 WHERE id IN (SELECT id FROM customers WHERE m IS NULL LIMIT 5)"
            while op.get_bind().execute(sa.text(batch)).rowcount:
                pass"""


def proof_of(tiny: Tiny, up: str, down: str = "pass", rows: str = "plain") -> Proof:
    """The proof of one revision after the table."""
    return tiny.add("a1", *TABLE).add("b2", up, down).prove("b2", whole=False, rows=rows)["b2"]


def no_ops(proof: Proof) -> list[tuple[str, str]]:
    """(severity, message) of the findings about statements that touched nothing."""
    return [(f.severity, f.message) for f in proof.findings if f.rule == "no-op-statement"]


def test_a_guessed_name_that_leaves_the_real_one_refutes(tiny: Tiny) -> None:
    proof = proof_of(tiny, GUESS)
    assert proof.verdict == "refuted" and codes(proof) == ["no-op-statement"]
    (reason,) = proof.reasons
    assert "constraint customers_mail_key of public.customers" in reason.message and reason.line == 10
    assert no_ops(proof)[0][0] == "error"


def test_two_guesses_of_which_one_hits_are_proven(tiny: Tiny) -> None:
    proof = proof_of(
        tiny, f"{GUESS}; {REAL}", 'op.create_unique_constraint("customers_mail_key", "customers", ["mail"])'
    )
    assert proof.verdict == "proven", proof.reasons
    ((severity, message),) = no_ops(proof)
    assert severity == "warning" and '"uq_customers_mail"' in message


def test_a_constraint_that_makes_way_for_one_of_its_name_is_none(tiny: Tiny) -> None:
    """The form that `check --fix` writes: a second attempt finds what the first left behind."""
    again = 'op.execute("ALTER TABLE customers DROP CONSTRAINT IF EXISTS ck_n")'
    added = 'op.execute("ALTER TABLE customers ADD CONSTRAINT ck_n CHECK (n > 0) NOT VALID")'
    proof = proof_of(tiny, f"{again}; {added}", 'op.drop_constraint("ck_n", "customers")')
    assert proof.verdict == "proven" and no_ops(proof) == []


def test_a_guess_is_one_even_where_the_same_name_is_added_next(tiny: Tiny) -> None:
    added = 'op.execute("ALTER TABLE customers ADD CONSTRAINT uq_customers_mail UNIQUE (mail)")'
    proof = proof_of(tiny, f"{GUESS}; {added}", 'op.drop_constraint("uq_customers_mail", "customers")')
    assert proof.verdict == "refuted" and codes(proof) == ["no-op-statement"]


def test_a_name_that_some_databases_have_is_none_where_the_other_is_dropped_and_made_again(tiny: Tiny) -> None:
    """Databases of different age have the constraint under different names; afterwards all have the same."""
    proof = proof_of(tiny, f'{GUESS}; {REAL}; op.create_unique_constraint("customers_mail_key", "customers", ["mail"])')
    assert proof.verdict == "proven", proof.reasons
    assert [severity for severity, _ in no_ops(proof)] == ["warning"]


def test_a_drop_of_what_is_nowhere_is_told_and_no_more(tiny: Tiny) -> None:
    nowhere = (
        "DROP INDEX IF EXISTS ix_gone",
        "DROP TABLE IF EXISTS gone",
        "DROP TRIGGER IF EXISTS gone ON customers",
        "DROP FUNCTION IF EXISTS gone(int)",
        "ALTER TABLE customers DROP CONSTRAINT IF EXISTS ck_customers_n",
        "ALTER TABLE customers DROP COLUMN IF EXISTS gone",
    )
    proof = proof_of(tiny, "; ".join(f'op.execute("{statement}")' for statement in nowhere))
    assert proof.verdict == "proven" and [severity for severity, _ in no_ops(proof)] == ["warning"] * len(nowhere)


def test_a_table_that_is_there_in_another_schema_refutes(tiny: Tiny) -> None:
    tiny.add(
        "a0",
        'op.execute("CREATE SCHEMA shop; CREATE TABLE shop.orders (id int)")',
        'op.execute("DROP SCHEMA shop CASCADE")',
    )
    tiny.add("b2", 'op.execute("DROP TABLE IF EXISTS orders")', "pass")
    proof = tiny.prove("b2", whole=False)["b2"]
    assert codes(proof) == ["no-op-statement"] and "table shop.orders" in proof.reasons[0].message


def test_the_clean_up_before_an_index_is_built_is_none(tiny: Tiny) -> None:
    proof = proof_of(tiny, CLEANUP, 'op.drop_index("ix_n")')
    assert proof.verdict == "proven", proof.reasons
    assert no_ops(proof) == []


def test_a_backfill_that_meets_no_row_is_told_with_the_rows_that_were_there(tiny: Tiny) -> None:
    proof = proof_of(tiny, "op.execute(\"UPDATE customers SET n = 1 WHERE mail = 'nobody has this'\")")
    rows = dict(proof.seeded)["public.customers"]
    assert proof.verdict == "proven" and rows
    assert no_ops(proof) == [("info", f"the UPDATE met none of the {rows} rows of public.customers")]


def test_bound_values_change_nothing(tiny: Tiny) -> None:
    up = "op.execute(sa.text(\"UPDATE customers SET n = 1 WHERE mail = :m\").bindparams(m='nobody has this'))"
    proof = proof_of(tiny, up)
    assert len(no_ops(proof)) == 1 and proof.findings[0].line == 10


def test_on_an_empty_table_it_is_nothing(tiny: Tiny) -> None:
    proof = proof_of(tiny, "op.execute(\"UPDATE customers SET n = 1 WHERE mail = 'x'\")", rows="none")
    assert proof.verdict == "proven" and no_ops(proof) == []


def test_an_update_of_all_rows_that_wrote_none_refutes(tiny: Tiny) -> None:
    proof = proof_of(tiny, EMPTIED, 'op.execute("DROP FUNCTION keep CASCADE")')
    assert "no-op-statement" in codes(proof) and "a trigger or a rule" in proof.reasons[-1].cause


def test_the_last_round_of_a_loop_is_none(tiny: Tiny) -> None:
    proof = proof_of(tiny, LOOP, 'op.drop_column("customers", "m")')
    assert proof.verdict == "proven" and no_ops(proof) == []
