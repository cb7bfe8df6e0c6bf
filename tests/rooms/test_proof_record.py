"""Every field of a Proof is written by real proofs, and every kept file is as the published schema says."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import jsonschema
import pytest
from tiny_project import TABLE, Tiny

from pgwright.doors.output import prove_output
from pgwright.records import Proof, from_json
from pgwright.step import Observed

SCHEMAS = Path(__file__).parents[2] / "docs/reference/schemas"
GUARDED = """op.create_table("guarded", sa.Column("id", sa.Integer(), primary_key=True))
            op.execute("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not here'; END $$")
            op.execute("CREATE TRIGGER t BEFORE INSERT ON guarded FOR EACH ROW EXECUTE FUNCTION no()")"""
RICH = """op.execute('CREATE EXTENSION IF NOT EXISTS "uuid-ossp"')
            op.execute("ALTER TABLE customers ALTER mail TYPE varchar(90)")
            op.execute(sa.text("UPDATE customers SET mail = mail || :x").bindparams(x=""))
            op.execute("COMMENT ON TABLE guarded IS 'here'")
            op.execute("DROP INDEX IF EXISTS ix_gone")"""
BACK = 'op.alter_column("customers", "mail", type_=sa.Text()); op.execute("COMMENT ON TABLE guarded IS NULL")'
FAILS = ('op.execute("ALTER TABLE customers ADD CONSTRAINT never CHECK (id <> id)")', "pass")
LACKS = ("op.execute('CREATE EXTENSION postgis')", "op.execute('DROP EXTENSION postgis')")
DROPS = ('op.drop_column("customers", "mail")', 'op.add_column("customers", sa.Column("mail", sa.Text()))')


@pytest.fixture
def proofs(tiny: Tiny) -> list[Proof]:
    """One history with a revision of every fate, walked whole with hostile rows beside the plain ones."""
    tiny.add("a1", *TABLE).add("b2", GUARDED, 'op.drop_table("guarded"); op.execute("DROP FUNCTION no")')
    tiny.add("c3", RICH, BACK)
    file = tiny.root / "alembic" / "versions" / "c3.py"
    file.write_text(file.read_text() + "\npgwright = {'validate': ['SELECT 0']}\n")
    tiny.add("d4", *DROPS).add("e5", *FAILS)
    found = [*tiny.prove("base..e5", whole=False, rows="hostile").values()]
    tiny.add("f6", *LACKS, parent="d4")
    return [*found, *tiny.prove("f6", whole=False, rows="hostile").values()]


def test_every_field_is_written_and_every_record_is_as_its_schema_says(tiny: Tiny, proofs: list[Proof]) -> None:
    assert {p.verdict for p in proofs} == {"proven", "refuted", "unproven"}, [(p.revision, p.reasons) for p in proofs]
    for field in dataclasses.fields(Proof):
        if field.name not in ("tool", "format", "application"):  # test_old_code.py writes that one
            assert any(getattr(p, field.name) != field.default for p in proofs), f"no proof has {field.name}"
    sent = [m for p in proofs for m in (*p.messages_up, *p.messages_down)]
    for field in dataclasses.fields(Observed):
        assert any(getattr(m, field.name) != field.default for m in sent), f"no message has {field.name}"
    schema = json.loads((SCHEMAS / "proof.schema.json").read_text())
    for proof in proofs:
        kept = json.loads((tiny.root / ".pgwright" / "proofs" / f"{proof.revision}.json").read_text())
        jsonschema.validate(kept, schema, cls=jsonschema.Draft202012Validator)
        assert from_json(Proof, kept) == proof
    output = json.loads(json.dumps(prove_output(proofs, [])))
    jsonschema.validate(
        output, json.loads((SCHEMAS / "prove-output.schema.json").read_text()), cls=jsonschema.Draft202012Validator
    )
