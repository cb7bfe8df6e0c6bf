# ruff: noqa: E501
"""Writes a synthetic Alembic project: `python bench/generated.py N DIR [--broken K] [--seed S]`.

N revisions in one line with a typical mix (create table, add column, index, foreign key, type change, NOT NULL, enum,
rename, check, unique, rows changed), every downgrade the exact inverse of its upgrade up to column order.
--broken K: every K-th revision's downgrade does nothing (and is listed in broken.txt), so that a bench can also count catches.
env.py is synchronous, psycopg 3; the URL comes from DATABASE_URL. The same N and seed give the same files, and a smaller N
is a prefix of a bigger one.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass, field
from pathlib import Path

INI = """\
[alembic]
script_location = %(here)s/migrations
prepend_sys_path = .
path_separator = os

[loggers]
keys = root,alembic
[handlers]
keys = console
[formatters]
keys = generic
[logger_root]
level = WARNING
handlers = console
[logger_alembic]
level = WARNING
handlers =
qualname = alembic
[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = generic
[formatter_generic]
format = %(levelname)s %(name)s %(message)s
"""

ENV = """\
import os
from logging.config import fileConfig

from alembic import context
from sqlalchemy import MetaData, create_engine, pool

config = context.config
if config.config_file_name is not None:
    fileConfig(config.config_file_name, disable_existing_loggers=False)
target_metadata = MetaData()


def run_offline() -> None:
    context.configure(url=os.environ["DATABASE_URL"], target_metadata=target_metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    engine = create_engine(os.environ["DATABASE_URL"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=target_metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()


run_offline() if context.is_offline_mode() else run_online()
"""

MAKO = '''\
"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
"""
import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
'''

TYPES = {
    "sa.Integer()": "0",
    "sa.BigInteger()": "0",
    "sa.String(length=120)": "''",
    "sa.Text()": "''",
    "sa.Boolean()": "false",
    "sa.DateTime(timezone=True)": "now()",
    "sa.Numeric(12, 2)": "0",
    "postgresql.JSONB()": "'{}'",
    "sa.Uuid()": "gen_random_uuid()",
}
WIDER = {
    "sa.Integer()": "sa.BigInteger()",
    "sa.String(length=120)": "sa.String(length=255)",
    "sa.String(length=255)": "sa.Text()",
}
WORDS = (
    ["account", "order", "invoice", "item", "person", "team", "project", "event", "message", "note", "device", "payment", "role", "label", "report", "session"]
)
FIELDS = ["title", "status", "amount", "owner_ref", "payload", "started_at", "flag", "position", "code", "summary", "rate", "external_id"]


@dataclass
class Column:
    name: str
    type: str
    nullable: bool = True
    default: str | None = None  # SQL of the server default
    used: bool = False  # an index, key or check names it: leave its type alone

    def source(self) -> str:
        default = f', server_default=sa.text("{self.default}")' if self.default else ""
        return f'sa.Column("{self.name}", {self.type}, nullable={self.nullable}{default})'


@dataclass
class Table:
    name: str
    columns: list[Column]
    made: int


@dataclass
class World:
    """What the schema looks like after the revisions written so far."""

    rng: random.Random
    tables: list[Table] = field(default_factory=list)
    number: int = 0

    def name(self, stem: str) -> str:
        return f"{stem}_{self.number}"

    def column(self, nullable: bool) -> Column:
        kind = self.rng.choice(list(TYPES))
        return Column(self.name(self.rng.choice(FIELDS)), kind, nullable, None if nullable else TYPES[kind])

    def find(self, want) -> tuple[Table, Column] | None:
        """A random table and column for which want(column) holds."""
        pairs = [(t, c) for t in self.tables for c in t.columns[1:] if want(c)]
        return self.rng.choice(pairs) if pairs else None


Made = tuple[str, list[str], list[str]]  # message, lines of upgrade, lines of downgrade


def create_table(w: World) -> Made:
    table = Table(w.name(w.rng.choice(WORDS)), [Column("id", "sa.Integer()", False)], w.number)
    for i in range(w.rng.randint(3, 8)):
        c = w.column(w.rng.random() < 0.6)
        c.name += f"_{i}"
        table.columns.append(c)
    lines = [
        f'op.create_table("{table.name}",',
        *(f"    {c.source()}," for c in table.columns),
        f'    sa.PrimaryKeyConstraint("id", name="pk_{table.name}"))',
    ]
    down = [f'op.drop_table("{table.name}")']
    if w.tables and w.rng.random() < 0.5:
        other = w.rng.choice(w.tables)
        ref = Column(f"{other.name}_id", "sa.Integer()", used=True)
        table.columns.append(ref)
        lines[-1:] = [
            f"    {ref.source()},",
            lines[-1][:-1] + ",",
            f'    sa.ForeignKeyConstraint(["{ref.name}"], ["{other.name}.id"], name="fk_{table.name}", ondelete="CASCADE"))',
        ]
    if w.rng.random() < 0.5:
        c = table.columns[1]
        c.used = True
        lines.append(f'op.create_index("ix_{table.name}", "{table.name}", ["{c.name}"])')
        down.insert(0, f'op.drop_index("ix_{table.name}", table_name="{table.name}")')
    w.tables.append(table)
    return f"create {table.name}", lines, down


def add_column(w: World) -> Made:
    t = w.rng.choice(w.tables)
    c = w.column(w.rng.random() < 0.7)
    t.columns.append(c)
    return (
        f"add {t.name}.{c.name}",
        [f'op.add_column("{t.name}", {c.source()})'],
        [f'op.drop_column("{t.name}", "{c.name}")'],
    )


def create_index(w: World) -> Made:
    t, c = w.find(lambda c: "JSONB" not in c.type) or (w.tables[0], w.tables[0].columns[0])
    c.used = True
    name = w.name("ix")
    partial = f', postgresql_where=sa.text("{c.name} IS NOT NULL")' if w.rng.random() < 0.15 else ""
    return (
        f"index {t.name}.{c.name}",
        [f'op.create_index("{name}", "{t.name}", ["{c.name}"]{partial})'],
        [f'op.drop_index("{name}", table_name="{t.name}")'],
    )


def foreign_key(w: World) -> Made:
    t, other = w.rng.choice(w.tables), w.rng.choice(w.tables)
    c = Column(w.name("ref"), "sa.Integer()", used=True)
    t.columns.append(c)
    name = w.name("fk")
    return (
        f"{t.name} refers to {other.name}",
        [
            f'op.add_column("{t.name}", {c.source()})',
            f'op.create_foreign_key("{name}", "{t.name}", "{other.name}", ["{c.name}"], ["id"], ondelete="SET NULL")',
        ],
        [f'op.drop_constraint("{name}", "{t.name}", type_="foreignkey")', f'op.drop_column("{t.name}", "{c.name}")'],
    )


def alter_type(w: World) -> Made:
    found = w.find(lambda c: c.type in WIDER and not c.used)
    if not found:
        return add_column(w)
    t, c = found
    old, c.type = c.type, WIDER[c.type]
    line = f'op.alter_column("{t.name}", "{c.name}", existing_type={{}}, type_={{}}, existing_nullable={c.nullable})'
    return f"widen {t.name}.{c.name}", [line.format(old, c.type)], [line.format(c.type, old)]


def not_null(w: World) -> Made:
    found = w.find(lambda c: c.nullable and c.type in TYPES and not c.used)
    if not found:
        return add_column(w)
    t, c = found
    c.nullable = False
    line = f'op.alter_column("{t.name}", "{c.name}", existing_type={c.type}, nullable={{}})'
    return (
        f"require {t.name}.{c.name}",
        [f'op.execute("UPDATE {t.name} SET {c.name} = {TYPES[c.type]} WHERE {c.name} IS NULL")', line.format(False)],
        [line.format(True)],
    )


def rename_column(w: World) -> Made:
    found = w.find(lambda c: not c.used and c.nullable)
    if not found:
        return add_column(w)
    t, c = found
    old, c.name = c.name, w.name("renamed")
    line = f'op.alter_column("{t.name}", "{{}}", new_column_name="{{}}")'
    return f"rename {t.name}.{old}", [line.format(old, c.name)], [line.format(c.name, old)]


def unique(w: World) -> Made:
    t = w.rng.choice(w.tables)
    c = Column(w.name("key"), "sa.String(length=120)", used=True)
    t.columns.append(c)
    name = w.name("uq")
    return (
        f"unique {t.name}.{c.name}",
        [
            f'op.add_column("{t.name}", {c.source()})',
            f'op.create_unique_constraint("{name}", "{t.name}", ["{c.name}"])',
        ],
        [f'op.drop_constraint("{name}", "{t.name}", type_="unique")', f'op.drop_column("{t.name}", "{c.name}")'],
    )


def check(w: World) -> Made:
    found = w.find(lambda c: c.type == "sa.Integer()" and not c.used)
    if not found:
        return add_column(w)
    t, c = found
    c.used = True
    name = w.name("ck")
    return (
        f"check {t.name}.{c.name}",
        [f'op.create_check_constraint("{name}", "{t.name}", "{c.name} >= 0")'],
        [f'op.drop_constraint("{name}", "{t.name}", type_="check")'],
    )


def enum(w: World) -> Made:
    t = w.rng.choice(w.tables)
    kind = w.name("kind")
    made = f'postgresql.ENUM("open", "closed", "held", name="{kind}"'
    t.columns.append(Column(kind, made + ", create_type=False)", used=True))
    return (
        f"enum {kind}",
        [
            f"{made}).create(op.get_bind())",
            f'op.add_column("{t.name}", sa.Column("{kind}", {made}, create_type=False), nullable=True))',
        ],
        [f'op.drop_column("{t.name}", "{kind}")', f"{made}).drop(op.get_bind())"],
    )


def insert_rows(w: World) -> Made:
    found = w.find(lambda c: c.type == "sa.Boolean()")
    if not found:
        return add_column(w)
    t, c = found
    return (
        f"set {t.name}.{c.name}",
        [f'op.execute("UPDATE {t.name} SET {c.name} = true WHERE {c.name} IS NULL")'],
        ["pass"],
    )


MIX = {
    create_table: 20,
    add_column: 34,
    create_index: 14,
    foreign_key: 8,
    alter_type: 6,
    not_null: 5,
    rename_column: 2,
    unique: 4,
    check: 3,
    enum: 3,
    insert_rows: 3,
}


def revision_id(seed: int, n: int) -> str:
    return "{:012x}".format(random.Random(f"{seed}:{n}").getrandbits(48))


def file_text(message: str, rev: str, down: str | None, up: list[str], dn: list[str]) -> str:
    body = lambda lines: "\n".join("    " + line for line in lines)  # noqa: E731
    extra = "from sqlalchemy.dialects import postgresql\n" if any("postgresql." in x for x in up + dn) else ""
    return (
        f'"""{message}\n\nRevision ID: {rev}\nRevises: {down or ""}\n"""\nimport sqlalchemy as sa\nfrom alembic import op\n{extra}\n'
        f"revision = {rev!r}\ndown_revision = {down!r}\nbranch_labels = None\ndepends_on = None\n\n\n"
        f"def upgrade() -> None:\n{body(up)}\n\n\ndef downgrade() -> None:\n{body(dn)}\n"
    )


def generate(n: int, folder: Path, seed: int = 1, broken: int = 0) -> None:
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    for old in versions.glob("*.py"):
        old.unlink()
    (folder / "alembic.ini").write_text(INI)
    (folder / "migrations/env.py").write_text(ENV)
    (folder / "migrations/script.py.mako").write_text(MAKO)
    world, down, wrong = World(random.Random(seed)), None, []
    for i in range(1, n + 1):
        world.number = i
        make = create_table if len(world.tables) < 3 else world.rng.choices(list(MIX), list(MIX.values()))[0]
        message, up, dn = make(world)
        rev = revision_id(seed, i)
        if broken and i % broken == 0 and dn != ["pass"]:
            dn = ["pass"]
            wrong.append(rev)
        (versions / f"{i:04d}_{rev}.py").write_text(file_text(message, rev, down, up, dn))
        down = rev
    (folder / "broken.txt").write_text("".join(r + "\n" for r in wrong))


if __name__ == "__main__":
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("n", type=int)
    ap.add_argument("folder", type=Path)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--broken", type=int, default=0)
    args = ap.parse_args()
    generate(args.n, args.folder, args.seed, args.broken)
